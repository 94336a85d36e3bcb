/// Reads the query parameters of a route, remembering everything that is wrong instead of stopping at the first.
struct QueryReader<Parameter: RawRepresentable<String> & CaseIterable> {
    private var reader: JSONReader
    private let parameters: [(name: String, value: String)]

    /// Begins to read names and values as they came, decoded.
    init(_ parameters: [(name: String, value: String)]) {
        self.parameters = parameters
        reader = JSONReader(.object(Dictionary(parameters.map { ($0.name, .string($0.value)) }) { _, last in last }))
    }

    /// A parameter turned into a value by `parse`; nil when absent, or wrong, which is noted.
    mutating func optional<Value>(
        _ parameter: Parameter,
        expected: String,
        parse: (String) -> Value?
    ) -> Value? {
        reader.optional(parameter.rawValue, expected: expected, parse: parse)
    }

    /// A user name.
    mutating func user(_ parameter: Parameter) -> String? {
        optional(parameter, expected: "a user name") { text in
            OpenSessionRequest.isPlainText(text, maximumLength: 256) ? text : nil
        }
    }

    /// A permission set's name.
    mutating func permissionSet(_ parameter: Parameter) -> String? {
        optional(parameter, expected: "a permission set's name") { (try? PermissionSetName($0))?.name }
    }

    /// A node.
    mutating func node(_ parameter: Parameter) -> NodeID? {
        optional(parameter, expected: "a node id as i-0123456789abcdef0") { try? NodeID($0) }
    }

    /// Why somebody does something, for the records.
    mutating func reason(_ parameter: Parameter) -> String? {
        optional(parameter, expected: "a reason of 1 to 256 characters") { text in
            OpenSessionRequest.isPlainText(text, maximumLength: OpenSessionRequest.maximumReasonLength) ? text : nil
        }
    }

    /// How many to show at most; 100 unless told.
    mutating func limit(_ parameter: Parameter, upTo maximum: Int) -> Int {
        optional(parameter, expected: "a number from 1 to \(maximum)") { text in
            Int(text).flatMap { (1...maximum).contains($0) ? $0 : nil }
        } ?? 100
    }

    /// Where to go on.
    mutating func cursor(_ parameter: Parameter) -> AuditCursor? {
        optional(parameter, expected: "the next of the page before") { AuditCursor($0) }
    }

    /// The values of all texts that commas part; nil when one of them has none.
    static func set<Value>(_ text: String, parse: (String) -> Value?) -> Set<Value>? {
        let texts = text.split(separator: ",", omittingEmptySubsequences: false)
        let values = texts.compactMap { parse(String($0)) }
        return values.count == texts.count ? Set(values) : nil
    }

    /// Ends the reading.
    ///
    /// - Throws: ``Problem`` with `QUERY_INVALID` and all that is wrong.
    func finish() throws(Problem) {
        var problems = reader.finished()
        for (name, values) in Dictionary(grouping: parameters, by: \.name) where values.count > 1 {
            problems.append(JSONReader.Problem(path: [name], explanation: "Given \(values.count) times."))
        }
        guard problems.isEmpty else {
            let lines = problems.map { "\($0.path.joined(separator: ".")): \($0.explanation)" }
            throw Problem(
                .queryInvalid,
                detail: lines.sorted().joined(separator: " ").printable(maximumLength: 1024),
                next: "Known parameters: \(Parameter.allCases.map(\.rawValue).joined(separator: ", "))."
            )
        }
    }
}
