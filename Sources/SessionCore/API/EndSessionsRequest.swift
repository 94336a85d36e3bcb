/// What `DELETE /v1/sessions` is asked: which of the sessions that may run are to end, and why.
public struct EndSessionsRequest: Sendable, Hashable {
    /// The names of the query parameters.
    public enum Parameter: String, Sendable, CaseIterable {
        /// The user name.
        case user
        /// The permission set.
        case permissionSet
        /// The node.
        case node
        /// Why, for the records.
        case reason
    }

    /// The owner's user name, exactly; nil for anybody's.
    public var user: String?
    /// The permission set, exactly; nil for every one.
    public var permissionSet: String?
    /// The node; nil for every node.
    public var node: NodeID?
    /// Why, in the administrator's words.
    public var reason: String?

    /// Makes a request; at least one of the first three must say something.
    public init(user: String? = nil, permissionSet: String? = nil, node: NodeID? = nil, reason: String? = nil) {
        self.user = user
        self.permissionSet = permissionSet
        self.node = node
        self.reason = reason
    }

    /// The sessions that are meant: those that may run and fit.
    public var query: SessionQuery {
        SessionQuery(user: user, permissionSet: permissionSet, node: node, states: SessionHistory.State.mayRun)
    }

    /// Which sessions are meant, for records, for example `user=alice node=i-0bbbbbbbbbbbbbbb2`.
    public var filter: String {
        parameters.filter { $0.name != Parameter.reason.rawValue }.map { "\($0.name)=\($0.value)" }
            .joined(separator: " ")
    }

    /// The request as query parameters, those that say something.
    public var parameters: [(name: String, value: String)] {
        let all: [(Parameter, String?)] = [
            (.user, user), (.permissionSet, permissionSet), (.node, node?.text), (.reason, reason),
        ]
        return all.compactMap { parameter, value in value.map { (parameter.rawValue, $0) } }
    }

    /// Reads query parameters.
    ///
    /// - Parameter parameters: Names and values as they came, decoded.
    /// - Throws: ``Problem`` with `QUERY_INVALID` for a name that is unknown or repeated, a value that is wrong, or when nothing says
    ///   which sessions: nobody ends everybody's by leaving something out.
    public init(parameters: [(name: String, value: String)]) throws(Problem) {
        var reader = QueryReader<Parameter>(parameters)
        self.init(
            user: reader.user(.user),
            permissionSet: reader.permissionSet(.permissionSet),
            node: reader.node(.node),
            reason: reader.reason(.reason)
        )
        try reader.finish()
        guard user != nil || permissionSet != nil || node != nil else {
            throw Problem(
                .queryInvalid,
                detail: "Nothing says which sessions are to end.",
                next: "Name a user, a permission set or a node; for one session, DELETE /v1/sessions/{id}."
            )
        }
    }
}
