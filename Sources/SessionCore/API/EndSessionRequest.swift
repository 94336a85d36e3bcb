/// What `DELETE /v1/sessions/{id}` is asked beside the session: why it is to end, where somebody says so.
public struct EndSessionRequest: Sendable, Hashable {
    /// The names of the query parameters.
    public enum Parameter: String, Sendable, CaseIterable {
        /// Why, for the record.
        case reason
    }

    /// Why, in the words of whoever asks; 1 to 256 characters.
    public var reason: String?

    /// Makes a request.
    public init(reason: String? = nil) {
        self.reason = reason
    }

    /// The request as query parameters, those that say something.
    public var parameters: [(name: String, value: String)] {
        reason.map { [(Parameter.reason.rawValue, $0)] } ?? []
    }

    /// Reads query parameters.
    ///
    /// - Parameter parameters: Names and values as they came, decoded.
    /// - Throws: ``Problem`` with `QUERY_INVALID` for a name that is unknown or repeated, or a reason that is none.
    public init(parameters: [(name: String, value: String)]) throws(Problem) {
        var reader = QueryReader<Parameter>(parameters)
        self.init(reason: reader.reason(.reason))
        try reader.finish()
    }
}
