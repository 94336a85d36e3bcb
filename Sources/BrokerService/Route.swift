public import SessionCore

/// What the broker can be asked, by method and path; the same list as in `infra/broker/openapi.yaml`.
public enum Route: String, Sendable, Hashable, CaseIterable {
    /// Who the caller is, and what they may do.
    case identity = "GET /v1/identity"
    /// The nodes that the caller may connect to.
    case instances = "GET /v1/instances"
    /// The caller's sessions, or everybody's.
    case listSessions = "GET /v1/sessions"
    /// Decide, record, start.
    case openSession = "POST /v1/sessions"
    /// End the sessions of a user, a permission set or a node.
    case endSessions = "DELETE /v1/sessions"
    /// End a session.
    case endSession = "DELETE /v1/sessions/{id}"
    /// Fresh channel credentials for a session's owner.
    case renewCredentials = "POST /v1/sessions/{id}/credentials"
    /// Who is blocked.
    case listBlocks = "GET /v1/blocks"
    /// Keep a user or a role out, and end their sessions.
    case block = "POST /v1/blocks"
    /// Let a user or a role in again.
    case unblock = "DELETE /v1/blocks"
    /// Where the map's documents stand.
    case rollout = "GET /v1/rollout"
    /// Query the audit log, or read a chain.
    case auditRecords = "GET /v1/audit/records"
    /// Where each chain ends.
    case auditHeads = "GET /v1/audit/heads"
    /// The role map in force.
    case roleMap = "GET /v1/role-map"
    /// Publish a role map, or plan to.
    case publishMap = "PUT /v1/role-map"
    /// The published versions.
    case mapVersions = "GET /v1/role-map/versions"
    /// One published version.
    case mapVersion = "GET /v1/role-map/versions/{number}"
    /// Look for what was left behind, end what is ours, report the rest.
    case sweep = "POST /v1/audit/sweep"

    /// The method.
    public var method: String { String(rawValue.prefix { $0 != " " }) }
    /// The path, with its variables in braces.
    public var path: String { String(rawValue.drop { $0 != " " }.dropFirst()) }

    /// A route with the values of its variables.
    public struct Match: Sendable, Hashable {
        /// The route.
        public let route: Route
        /// The variables' values.
        public let parameters: [String: String]
    }

    /// Finds the route of a request.
    ///
    /// - Parameters:
    ///   - method: The request's method.
    ///   - resource: Where the request goes, as it is shown to a person.
    ///   - matching: The variables' values when the request goes where a template says; nil when it does not.
    /// - Returns: The route and its variables.
    /// - Throws: ``Problem`` with `ROUTE_NOT_FOUND` or `METHOD_NOT_ALLOWED`.
    public static func match(
        method: String,
        resource: String,
        matching: (_ template: String) -> [String: String]?
    ) throws(Problem) -> Match {
        let candidates = allCases.compactMap { route in
            matching(route.path).map { Match(route: route, parameters: $0) }
        }
        guard !candidates.isEmpty else {
            throw Problem(
                .routeNotFound,
                detail: "The broker has no route \(resource.prefix(128)).",
                next: "See the broker's openapi.yaml; a newer client may need a newer broker."
            )
        }
        guard let match = candidates.first(where: { $0.route.method == method }) else {
            let methods = candidates.map(\.route.method).sorted().joined(separator: ", ")
            throw Problem(
                .methodNotAllowed,
                detail: "Route \(resource.prefix(128)) takes \(methods), not \(method.prefix(16)).",
                next: "See the broker's openapi.yaml."
            )
        }
        return match
    }
}
