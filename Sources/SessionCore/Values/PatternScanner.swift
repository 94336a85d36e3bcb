/// Goes through a pattern once, from left to right.
struct PatternScanner {
    let text: [Character]
    private(set) var literals: Set<Character> = []
    private var index = 0
    /// The groups that are open, the whole pattern first: their alternatives so far, the one that is being read last.
    private var open: [[[PatternNode]]] = [[[]]]
    /// Whether a quantifier may follow.
    private var isQuantifiable = false

    init(text: [Character]) {
        self.text = text
    }

    /// What the pattern says.
    mutating func node() throws(AnchoredPattern.Rejection) -> PatternNode {
        while index < text.count {
            let character = text[index]
            index += 1
            switch character {
            case "\\": take(.character(try escape()))
            case "[": take(.character(try characterClass()))
            case "(": try begin()
            case ")": try close()
            case "|":
                guard open.count > 1 else { throw .openAlternation }
                open[open.count - 1].append([])
                isQuantifiable = false
            case "?": try quantifier("?", least: 0, most: 1)
            case "*": try quantifier("*", least: 0, most: nil)
            case "+": try quantifier("+", least: 1, most: nil)
            case "{": try count()
            case ".", "^", "$", "}", "]": throw .element(String(character))
            default:
                literals.insert(character)
                take(.character(Self.set(of: character)))
            }
        }
        guard open.count == 1 else { throw .unbalanced }
        return .sequence(open[0][0])
    }

    private mutating func take(_ node: PatternNode) {
        open[open.count - 1][open[open.count - 1].count - 1].append(node)
        isQuantifiable = true
    }

    private static func set(of character: Character) -> UInt128 {
        character.asciiValue.map { 1 << UInt128($0) } ?? 0
    }

    /// The characters that an escape stands for.
    private mutating func escape() throws(AnchoredPattern.Rejection) -> UInt128 {
        guard index < text.count else { throw .element("\\") }
        let character = text[index]
        index += 1
        // \d and \w name their characters; every other letter or digit means something else to somebody.
        guard "dw.^$*+?()[]|\\/-".contains(character) else { throw .element("\\\(character)") }
        switch character {
        case "d": return PatternNode.digits
        case "w": return PatternNode.words
        default:
            literals.insert(character)
            return Self.set(of: character)
        }
    }

    /// The characters of a class.
    private mutating func characterClass() throws(AnchoredPattern.Rejection) -> UInt128 {
        var set: UInt128 = 0
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
                return set
            case "^" where index == begin: throw .element("[^")
            case "[", "{", "&", "~": throw .element(String(character))
            case "-" where low != nil && index + 1 < text.count && text[index + 1] != "]":
                index += 1
                set |= try range(from: low ?? "-")
                low = nil
            // After a range or a word, some readers take it for itself and others refuse it.
            case "-" where index > begin && index + 1 < text.count && text[index + 1] != "]": throw .element("-")
            default:
                let (character, members) = try member()
                set |= members
                low = character
            }
        }
    }

    /// One character of a class, nil for a word that stands for several, and what it stands for.
    private mutating func member() throws(AnchoredPattern.Rejection) -> (character: Character?, set: UInt128) {
        guard text[index] == "\\" else {
            literals.insert(text[index])
            index += 1
            return (text[index - 1], Self.set(of: text[index - 1]))
        }
        index += 1
        let set = try escape()
        return ("dw".contains(text[index - 1]) ? nil : text[index - 1], set)
    }

    /// The rest of a range within a class, whose `-` is behind us.
    private mutating func range(from low: Character) throws(AnchoredPattern.Rejection) -> UInt128 {
        let shown = text[index]
        let high = "[{&~".contains(shown) ? nil : try member().character
        guard let first = low.asciiValue, let last = high?.asciiValue, first <= last, !(first...last).contains(0x7B)
        else {
            throw .element("\(low)-\(shown)")
        }
        for byte in first...last { literals.insert(Character(UnicodeScalar(byte))) }
        return (first...last).reduce(0) { $0 | 1 << UInt128($1) }
    }

    private mutating func begin() throws(AnchoredPattern.Rejection) {
        if index < text.count, text[index] == "?" {
            guard index + 1 < text.count, text[index + 1] == ":" else { throw .element("(?") }
            index += 2
        }
        open.append([[]])
        isQuantifiable = false
    }

    private mutating func close() throws(AnchoredPattern.Rejection) {
        guard open.count > 1, let group = open.popLast() else { throw .unbalanced }
        take(.either(group.map(PatternNode.sequence)))
    }

    private mutating func quantifier(_ text: String, least: Int, most: Int?) throws(AnchoredPattern.Rejection) {
        guard isQuantifiable, let last = open[open.count - 1][open[open.count - 1].count - 1].popLast() else {
            throw .element(text)
        }
        take(.repeated(last, least: least, most: most))
        isQuantifiable = false
    }

    private mutating func count() throws(AnchoredPattern.Rejection) {
        guard let end = text[index...].firstIndex(of: "}") else { throw .element("{") }
        let body = String(text[index..<end])
        let numbers = body.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        let number = { (part: Substring) in
            Int(part).flatMap { (0...AnchoredPattern.maximumRepeats).contains($0) && part.first != "+" ? $0 : nil }
        }
        guard let least = numbers.first.flatMap(number),
            numbers.count == 1 || numbers[1].isEmpty || number(numbers[1]).map({ least <= $0 }) == true
        else { throw .element("{\(body.prefix(16))}") }
        index = end + 1
        try quantifier("{\(body)}", least: least, most: numbers.count == 1 ? least : number(numbers[1]))
    }
}
