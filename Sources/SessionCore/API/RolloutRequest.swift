/// What `GET /v1/rollout` is asked.
public struct RolloutRequest: Sendable, Hashable {
    /// The names of the query parameters.
    public enum Parameter: String, Sendable, CaseIterable {
        /// The account.
        case account
        /// The Region.
        case region
        /// How the place stands.
        case state
        /// How many places at most.
        case limit
        /// Where the page before ended.
        case cursor
    }

    /// The account; nil for every one.
    public var account: AccountID?
    /// The Region; nil for every one.
    public var region: Region?
    /// How the place stands; nil for however.
    public var standing: RolloutStanding?
    /// How many places at most.
    public var limit: Int
    /// Where the page before ended; nil for the first page.
    public var cursor: RolloutCursor?

    /// Makes a request; without arguments it asks for everything.
    public init(
        account: AccountID? = nil,
        region: Region? = nil,
        standing: RolloutStanding? = nil,
        limit: Int = 100,
        cursor: RolloutCursor? = nil
    ) {
        self.account = account
        self.region = region
        self.standing = standing
        self.limit = limit
        self.cursor = cursor
    }

    /// What the store is asked for.
    ///
    /// - Parameter current: The current version's number: what is pending depends on it.
    /// - Returns: The query, page by page.
    public func query(under current: Int64) -> RolloutQuery {
        var query = RolloutQuery(account: account, region: region, limit: limit, cursor: cursor)
        switch standing {
        case nil: break
        case .pending: query.olderThan = current
        case .current: (query.states, query.from) = ([.current], current)
        case .failed: (query.states, query.from) = ([.failed], current)
        case .skipped: (query.states, query.from) = ([.skipped], current)
        }
        return query
    }

    /// The request as query parameters, those that say something.
    public var parameters: [(name: String, value: String)] {
        let all: [(Parameter, String?)] = [
            (.account, account?.digits), (.region, region?.name), (.state, standing?.rawValue),
            (.limit, String(limit)), (.cursor, cursor?.text),
        ]
        return all.compactMap { parameter, value in value.map { (parameter.rawValue, $0) } }
    }

    /// Reads query parameters.
    ///
    /// - Parameter parameters: Names and values as they came, decoded.
    /// - Throws: ``Problem`` with `QUERY_INVALID` for a name that is unknown or repeated, or a value that is wrong.
    public init(parameters: [(name: String, value: String)]) throws(Problem) {
        var reader = QueryReader<Parameter>(parameters)
        let states = RolloutStanding.allCases.map(\.rawValue).joined(separator: ", ")
        self.init(
            account: reader.optional(.account, expected: "an account number of twelve digits") { try? AccountID($0) },
            region: reader.optional(.region, expected: "a Region as eu-west-1") { try? Region($0) },
            standing: reader.optional(.state, expected: "one of \(states)") { RolloutStanding(rawValue: $0) },
            limit: reader.limit(.limit, upTo: RolloutQuery.maximumLimit),
            cursor: reader.optional(.cursor, expected: "the next of the page before") { RolloutCursor($0) }
        )
        try reader.finish()
    }
}
