public import AWSClient

/// Everything that is wrong with the environment, one line each: whoever deploys mends it all in one go.
public struct ConfigurationProblems: Error, Sendable, Hashable {
    /// The variable's name, and what would be right.
    public let lines: [String]

    /// Names the problems.
    public init(lines: [String]) {
        self.lines = lines
    }
}

/// Reads variables, remembering everything that is wrong.
public struct EnvironmentReader<Key: RawRepresentable<String>> {
    private let environment: [String: String]
    /// What was wrong so far, one line each.
    public private(set) var lines: [String] = []

    /// Makes a reader of an environment.
    public init(_ environment: [String: String]) {
        self.environment = environment
    }

    /// Adds a problem with a variable.
    public mutating func note(_ key: Key, _ explanation: String) {
        note(key.rawValue, explanation)
    }

    /// Adds a problem with a variable that is not one of ours.
    public mutating func note(_ name: String, _ explanation: String) {
        lines.append("\(name): \(explanation)")
    }

    /// Whether something was wrong with a variable.
    public func hasProblem(_ key: Key) -> Bool {
        lines.contains { $0.hasPrefix("\(key.rawValue): ") }
    }

    /// Reads a variable that may be left out.
    ///
    /// - Parameters:
    ///   - key: Which.
    ///   - expected: What it should be, for the one who sets it.
    ///   - parse: Makes the value; nil when the text is none.
    /// - Returns: The value; nil when the variable is missing, empty or wrong.
    public mutating func optional<Value>(_ key: Key, _ expected: String, parse: (String) -> Value?) -> Value? {
        guard let text = environment[key.rawValue], !text.isEmpty else { return nil }
        guard let value = parse(text) else {
            note(key, "needs \(expected)")
            return nil
        }
        return value
    }

    /// Reads a variable that must be there; parameters and result as for ``optional(_:_:parse:)``.
    public mutating func required<Value>(_ key: Key, _ expected: String, parse: (String) -> Value?) -> Value? {
        guard environment[key.rawValue]?.isEmpty == false else {
            note(key, "is not set; needs \(expected)")
            return nil
        }
        return optional(key, expected, parse: parse)
    }

    /// Reads a comma list.
    ///
    /// - Parameters:
    ///   - key: Which.
    ///   - expected: What its elements should be, for the one who sets it.
    ///   - orElse: What else the variable may be, with a comma before it.
    ///   - parse: Makes an element; nil when the text is none.
    /// - Returns: The values that are right; none when the variable is missing.
    public mutating func list<Value>(
        _ key: Key,
        _ expected: String,
        orElse: String = "",
        parse: (String) -> Value?
    ) -> [Value] {
        let texts = (environment[key.rawValue] ?? "").split(separator: ",").map { text in
            String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
        let values = texts.compactMap(parse)
        if values.count != texts.count { note(key, "needs \(expected), separated by commas\(orElse)") }
        return values
    }

    /// Reads where AWS's services are; nil when a variable about that is wrong.
    public mutating func endpoints() -> AWSEndpoints? {
        do throws(AWSEndpoints.Rejection) {
            return try AWSEndpoints(environment: environment)
        } catch {
            note("AWS_ENDPOINT_URL", "\(error)")
            return nil
        }
    }

    /// Reads the function's store; nil when it is missing, wrong, or cannot be one in this environment.
    public mutating func store(_ key: Key) -> StorePlace? {
        let store = required(key, StorePlace.expected) { StorePlace($0) }
        if let objection = store?.objection(in: environment) { note(key, objection) }
        return store
    }
}
