/// A pattern that says of a whole text which characters it may have, and that means the same to every reader.
///
/// Shape: `^systemctl (?:status|restart) [a-z0-9@._-]{1,64}$`: literals, `[…]`, `(?:…|…)`, `?`, `*`, `+`, `{n}`, `{n,}` and `{n,m}`
/// between `^` and `$`. Anything that Java and Go read differently, or that admits characters nobody named, is refused: the dot, negated
/// classes, look-around, back references, lazy quantifiers. No text with `{` fits any pattern, because the agent expands `{{ … }}` with
/// the node's own rights.
/// Source: Systems Manager User Guide, "Session document schema" (`allowedPattern`); amazon-ssm-agent, `agent/framework/docparser`.
public struct AnchoredPattern: Sendable, Hashable {
    /// What is wrong with a text that is no such pattern.
    public enum Rejection: Error, Sendable, Hashable {
        /// It has this many bytes; 3 to 1,024 are taken.
        case length(Int)
        /// It does not begin with `^` and end with a `$` that is not escaped.
        case notAnchored
        /// A `|` stands outside a group, so that `^` and `$` hold for a part only.
        case openAlternation
        /// Something that is not of the language stands here.
        case element(String)
        /// A class or group is not closed, or a group is closed that was not opened.
        case unbalanced
    }

    /// The longest pattern, in bytes.
    public static let maximumLength = 1024

    /// The pattern as text, with its anchors.
    public let text: String
    /// The characters other than those of `\d` and `\w` that a text may have.
    public let literals: Set<Character>
    /// What stands between the anchors.
    public var core: Substring { text.dropFirst().dropLast() }

    /// Checks and keeps a pattern.
    ///
    /// - Parameter text: The pattern as it stands in the map.
    /// - Throws: ``Rejection`` naming the first thing that is wrong.
    public init(_ text: String) throws(Rejection) {
        guard (3...Self.maximumLength).contains(text.utf8.count) else { throw .length(text.utf8.count) }
        guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw .element(String(text.first { !$0.isASCII || $0 < " " || $0 > "~" } ?? "?"))
        }
        guard text.first == "^", text.last == "$",
            text.dropLast().reversed().prefix(while: { $0 == "\\" }).count % 2 == 0
        else { throw .notAnchored }
        self.text = text
        var scanner = PatternScanner(text: Array(text.dropFirst().dropLast()))
        try scanner.check()
        literals = scanner.literals
    }

    /// The pattern of a text that fits one of several.
    static func any(of patterns: [AnchoredPattern]) -> String {
        patterns.count == 1 ? patterns[0].text : "^(?:\(patterns.map(\.core).joined(separator: "|")))$"
    }
}

/// Goes through a pattern once, from left to right.
private struct PatternScanner {
    let text: [Character]
    private(set) var literals: Set<Character> = []
    private var index = 0
    private var depth = 0
    /// Whether a quantifier may follow.
    private var isQuantifiable = false

    init(text: [Character]) {
        self.text = text
    }

    mutating func check() throws(AnchoredPattern.Rejection) {
        while index < text.count {
            let character = text[index]
            index += 1
            switch character {
            case "\\": try escape()
            case "[": try characterClass()
            case "(": try open()
            case ")": try close()
            case "|":
                guard depth > 0 else { throw .openAlternation }
                isQuantifiable = false
            case "?", "*", "+": try quantifier(String(character))
            case "{": try count()
            case ".", "^", "$", "}", "]": throw .element(String(character))
            default:
                literals.insert(character)
                isQuantifiable = true
            }
        }
        guard depth == 0 else { throw .unbalanced }
    }

    private mutating func escape() throws(AnchoredPattern.Rejection) {
        guard index < text.count else { throw .element("\\") }
        let character = text[index]
        index += 1
        // \d and \w name their characters; every other letter or digit means something else to somebody.
        guard "dw.^$*+?()[]|\\/-".contains(character) else { throw .element("\\\(character)") }
        if !"dw".contains(character) { literals.insert(character) }
        isQuantifiable = true
    }

    private mutating func characterClass() throws(AnchoredPattern.Rejection) {
        let begin = index
        /// What a range may begin with; nil after one, and after \d and \w.
        var low: Character?
        while true {
            guard index < text.count else { throw .unbalanced }
            let character = text[index]
            switch character {
            case "]":
                guard index > begin else { throw .element("[]") }
                index += 1
                isQuantifiable = true
                return
            case "^" where index == begin: throw .element("[^")
            case "[", "{", "&", "~": throw .element(String(character))
            case "-" where low != nil && index + 1 < text.count && text[index + 1] != "]":
                index += 1
                try range(from: low ?? "-")
                low = nil
            // After a range or a word, some readers take it for itself and others refuse it.
            case "-" where index > begin && index + 1 < text.count && text[index + 1] != "]": throw .element("-")
            default: low = try member()
            }
        }
    }

    /// One character of a class; nil for a word that stands for several.
    private mutating func member() throws(AnchoredPattern.Rejection) -> Character? {
        guard text[index] == "\\" else {
            literals.insert(text[index])
            index += 1
            return text[index - 1]
        }
        index += 1
        try escape()
        return "dw".contains(text[index - 1]) ? nil : text[index - 1]
    }

    /// The rest of a range within a class, whose `-` is behind us.
    private mutating func range(from low: Character) throws(AnchoredPattern.Rejection) {
        let shown = text[index]
        let high = "[{&~".contains(shown) ? nil : try member()
        guard let first = low.asciiValue, let last = high?.asciiValue, first <= last, !(first...last).contains(0x7B)
        else {
            throw .element("\(low)-\(shown)")
        }
        for byte in first...last { literals.insert(Character(UnicodeScalar(byte))) }
    }

    private mutating func open() throws(AnchoredPattern.Rejection) {
        if index < text.count, text[index] == "?" {
            guard index + 1 < text.count, text[index + 1] == ":" else { throw .element("(?") }
            index += 2
        }
        depth += 1
        isQuantifiable = false
    }

    private mutating func close() throws(AnchoredPattern.Rejection) {
        guard depth > 0 else { throw .unbalanced }
        depth -= 1
        isQuantifiable = true
    }

    private mutating func quantifier(_ text: String) throws(AnchoredPattern.Rejection) {
        guard isQuantifiable else { throw .element(text) }
        isQuantifiable = false
    }

    private mutating func count() throws(AnchoredPattern.Rejection) {
        guard let end = text[index...].firstIndex(of: "}") else { throw .element("{") }
        let body = String(text[index..<end])
        let numbers = body.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        let isNumber = { (part: Substring) in Int(part).map { (0...1000).contains($0) } == true && part.first != "+" }
        guard let first = numbers.first, isNumber(first),
            numbers.count == 1 || numbers[1].isEmpty || isNumber(numbers[1])
        else { throw .element("{\(body.prefix(16))}") }
        index = end + 1
        try quantifier("{\(body)}")
    }
}
