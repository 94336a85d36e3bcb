/// Reads the members of an object, remembering everything that is wrong instead of stopping at the first.
///
/// What was asked for is known, so what is left over is unknown, and unknown members are refused: a misspelt
/// `linuxUsr` must not pass for a missing one.
public struct JSONReader {
    /// One thing that is wrong, and where.
    public struct Problem: Error, Sendable, Hashable {
        /// The way from the root, for example `permissionSets`, `DatabaseAdmin`, `linuxUser`.
        public let path: [String]
        /// What is wrong and what would be right, one sentence.
        public let explanation: String
        /// Whether text belongs there and something else stands there: a number, perhaps, that lacks its quotes.
        public let expectsText: Bool

        /// Names a problem.
        public init(path: [String], explanation: String, expectsText: Bool = false) {
            self.path = path
            self.explanation = explanation
            self.expectsText = expectsText
        }
    }

    /// Where this object stands.
    public let path: [String]
    /// What was found wrong so far.
    public private(set) var problems: [Problem] = []
    private let members: [String: JSON]
    private var known: Set<String> = []

    /// Begins to read an object; anything else is a problem, and reads as empty.
    public init(_ json: JSON, at path: [String] = []) {
        self.path = path
        if case .object(let members) = json {
            self.members = members
        } else {
            members = [:]
            problems = [Problem(path: path, explanation: "Expected an object with named members.")]
        }
    }

    /// Notes something wrong with a member, or with the object itself when `name` is nil.
    public mutating func note(_ explanation: String, at name: String? = nil) {
        problems.append(Problem(path: name.map { path + [$0] } ?? path, explanation: explanation))
    }

    /// Takes over what a reader of a part found wrong.
    public mutating func absorb(_ found: [Problem]) {
        problems += found
    }

    /// The names present, in order.
    public var names: [String] { members.keys.sorted() }

    /// A member as it is; nil when absent or null.
    public mutating func value(_ name: String) -> JSON? {
        known.insert(name)
        guard let value = members[name], value != .null else { return nil }
        return value
    }

    /// A text member turned into a value by `parse`; nil when absent, or wrong, which is noted.
    ///
    /// - Parameters:
    ///   - name: The member.
    ///   - expected: What would be right, for example `an account number of twelve digits`.
    ///   - parse: Gives nil for a text that is wrong.
    /// - Returns: The value, or nil.
    public mutating func optional<Value>(
        _ name: String,
        expected: String,
        parse: (String) -> Value?
    ) -> Value? {
        guard let json = value(name) else { return nil }
        guard let text = json.text, let parsed = parse(text) else {
            problems.append(
                Problem(path: path + [name], explanation: "Expected \(expected).", expectsText: json.text == nil)
            )
            return nil
        }
        return parsed
    }

    /// Like ``optional(_:expected:parse:)``, and absence is a problem too.
    public mutating func required<Value>(
        _ name: String,
        expected: String,
        parse: (String) -> Value?
    ) -> Value? {
        guard value(name) != nil else {
            note("Missing; expected \(expected).", at: name)
            return nil
        }
        return optional(name, expected: expected, parse: parse)
    }

    /// A truth value; nil when absent, or wrong, which is noted.
    public mutating func bool(_ name: String) -> Bool? {
        guard let json = value(name) else { return nil }
        guard case .bool(let value) = json else {
            note("Expected true or false.", at: name)
            return nil
        }
        return value
    }

    /// A whole number within a range; nil when absent, or wrong, which is noted.
    public mutating func integer(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        guard let json = value(name) else { return nil }
        guard case .integer(let value) = json, range.contains(value) else {
            let expected =
                range.count == 1
                ? "\(range.lowerBound)" : "a whole number from \(range.lowerBound) to \(range.upperBound)"
            note("Expected \(expected).", at: name)
            return nil
        }
        return value
    }

    /// A list of texts, each turned into a value; empty when absent; every wrong element is noted.
    public mutating func list<Value>(
        _ name: String,
        expected: String,
        parse: (String) -> Value?
    ) -> [Value] {
        guard let json = value(name) else { return [] }
        guard let elements = json.elements else {
            note("Expected a list.", at: name)
            return []
        }
        var values: [Value] = []
        for (index, element) in elements.enumerated() {
            if let text = element.text, let parsed = parse(text) {
                values.append(parsed)
            } else {
                problems.append(
                    Problem(
                        path: path + [name, String(index)],
                        explanation: "Expected \(expected).",
                        expectsText: element.text == nil
                    )
                )
            }
        }
        return values
    }

    /// A member that is an object itself, read by `read`; nil when absent.
    ///
    /// Everything that is wrong in it is noted, unknown members included.
    public mutating func part<Value>(_ name: String, read: (inout JSONReader) -> Value) -> Value? {
        guard let json = value(name) else { return nil }
        var part = JSONReader(json, at: path + [name])
        let value = read(&part)
        absorb(part.finished())
        return value
    }

    /// Everything wrong, members that nobody asked for included.
    public func finished() -> [Problem] {
        let unknown = members.keys.filter { !known.contains($0) }.sorted()
        guard !unknown.isEmpty, !known.isEmpty else { return problems }
        let allowed = known.sorted().joined(separator: ", ")
        return problems
            + unknown.map { name in
                let near = Spelling.nearest(to: name, among: known)
                return Problem(
                    path: path + [name],
                    explanation: near.map { "Unknown member; \($0) is meant? Known here: \(allowed)." }
                        ?? "Unknown member; known here: \(allowed)."
                )
            }
    }
}
