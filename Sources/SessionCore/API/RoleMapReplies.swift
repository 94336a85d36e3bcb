extension RoleMapVersion {
    /// The version as the API answers it.
    ///
    /// Shape: `{"by":"arn:…","hash":"<hex>","note":"…","number":12,"published":"2026-11-21T08:00:00.000Z","summary":{…}}`, with `map`
    /// where one version is asked for, and with `problem` while a later version cannot take its place.
    ///
    /// - Parameters:
    ///   - map: The map; nil in a list.
    ///   - problem: Why the current version is not in force; nil when it is.
    /// - Returns: The reply.
    public func reply(map: JSON? = nil, problem: String? = nil) -> JSON {
        .compact([
            "by": .string(by),
            "hash": .string(hash),
            "map": map,
            "note": note.map(JSON.string),
            "number": .integer(number),
            "problem": problem.map(JSON.string),
            "published": .string(published.description),
            "summary": summary,
        ])
    }
}

/// What `GET /v1/role-map/versions` is asked.
public struct MapVersionsRequest: Sendable, Hashable {
    /// The names of the query parameters.
    public enum Parameter: String, Sendable, CaseIterable {
        /// How many versions at most.
        case limit
        /// Where the page before ended.
        case cursor
    }

    /// How many versions at most.
    public var limit: Int
    /// Only versions with a smaller number; nil for all.
    public var cursor: Int64?

    /// The largest page.
    public static let maximumLimit = 100

    /// Reads query parameters.
    ///
    /// - Parameter parameters: Names and values as they came, decoded.
    /// - Throws: ``Problem`` with `QUERY_INVALID` for a name that is unknown or repeated, or a value that is wrong.
    public init(parameters: [(name: String, value: String)]) throws(Problem) {
        var reader = QueryReader<Parameter>(parameters)
        limit = reader.limit(.limit, upTo: Self.maximumLimit)
        cursor = reader.optional(.cursor, expected: "the next of the page before") { text in
            Int64(text).flatMap { $0 > 0 && text == "\($0)" ? $0 : nil }
        }
        try reader.finish()
    }
}
