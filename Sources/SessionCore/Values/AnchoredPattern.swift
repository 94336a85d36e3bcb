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
        /// Counts within counts multiply to this many repetitions; at most 1,000 are taken.
        case repeats(Int)
        /// With its counts written out it has this many characters to look for; at most 10,000 are taken.
        case size(Int)
    }

    /// The longest pattern, in bytes.
    public static let maximumLength = 1024
    /// The most repetitions that numbers may ask for.
    ///
    /// Source: Go, `regexp/syntax`, `ErrInvalidRepeatSize`: the agent could not read a pattern that asks for more.
    public static let maximumRepeats = 1000
    /// The most characters that there may be to look for, so that no command line takes long to judge.
    public static let maximumSize = 10_000

    /// The pattern as text, with its anchors.
    public let text: String
    /// The characters other than those of `\d` and `\w` that a text may have.
    public let literals: Set<Character>
    /// What stands between the anchors.
    public var core: Substring { text.dropFirst().dropLast() }
    /// What that says.
    private let node: PatternNode

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
        node = try scanner.node()
        literals = scanner.literals
        guard node.repeats <= Self.maximumRepeats else { throw .repeats(node.repeats) }
        guard node.size <= Self.maximumSize else { throw .size(node.size) }
    }

    /// Whether a text fits, as the agent would find it to.
    public func fits(_ text: String) -> Bool { PatternMatch.fits(text, node) }

    /// The pattern of a text that fits one of several.
    static func any(of patterns: [AnchoredPattern]) -> String {
        patterns.count == 1 ? patterns[0].text : "^(?:\(patterns.map(\.core).joined(separator: "|")))$"
    }
}
