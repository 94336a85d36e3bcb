/// What `GET /v1/sessions` is asked.
public struct SessionListRequest: Sendable, Hashable {
    /// The names of the query parameters.
    public enum Parameter: String, Sendable, CaseIterable {
        /// Everybody's sessions rather than the caller's own.
        case all
        /// The user name.
        case user
        /// The permission set.
        case permissionSet
        /// The node.
        case node
        /// The states, parted by commas.
        case state
        /// How many sessions at most.
        case limit
        /// Where the page before ended.
        case cursor
    }

    /// Whether everybody's sessions are asked for, rather than the caller's own.
    public var isOfEverybody: Bool
    /// Which of them; no part of the request names an owner, and none bounds the time.
    public var query: SessionQuery

    /// Makes a request.
    public init(isOfEverybody: Bool = false, query: SessionQuery = SessionQuery()) {
        self.isOfEverybody = isOfEverybody
        self.query = query
    }

    /// The request as query parameters, those that say something.
    public var parameters: [(name: String, value: String)] {
        let all: [(Parameter, String?)] = [
            (.all, isOfEverybody ? "true" : nil), (.user, query.user), (.permissionSet, query.permissionSet),
            (.node, query.node?.text),
            (.state, query.states?.map(\.rawValue).sorted().joined(separator: ",")), (.limit, String(query.limit)),
            (.cursor, query.cursor?.text),
        ]
        return all.compactMap { parameter, value in value.map { (parameter.rawValue, $0) } }
    }

    /// Reads query parameters.
    ///
    /// - Parameter parameters: Names and values as they came, decoded.
    /// - Throws: ``Problem`` with `QUERY_INVALID` for a name that is unknown or repeated, or a value that is wrong.
    public init(parameters: [(name: String, value: String)]) throws(Problem) {
        var reader = QueryReader<Parameter>(parameters)
        let states = SessionHistory.State.allCases.map(\.rawValue).joined(separator: ", ")
        let isOfEverybody = reader.optional(.all, expected: "true or false") { Bool($0) }
        let query = SessionQuery(
            user: reader.user(.user),
            permissionSet: reader.permissionSet(.permissionSet),
            node: reader.node(.node),
            states: reader.optional(.state, expected: "states parted by commas, of \(states)") { text in
                QueryReader<Parameter>.set(text) { SessionHistory.State(rawValue: $0) }
            },
            limit: reader.limit(.limit, upTo: SessionQuery.maximumLimit),
            cursor: reader.cursor(.cursor)
        )
        try reader.finish()
        self.init(isOfEverybody: isOfEverybody ?? false, query: query)
    }
}
