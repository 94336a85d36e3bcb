/// What the map gives to a caller for one request, before anything is known about role, node and document.
public struct Entitlement: Sendable, Hashable {
    /// Who asks.
    public let caller: CallerIdentity
    /// What is asked.
    public let request: OpenSessionRequest
    /// The name of the entry in the map: the permission set's, or the role's id.
    public let id: PermissionSetName
    /// What the map gives to the caller's permission set or role.
    public let entry: RoleMap.Entry
    /// The session document, as the map renders it for the caller's account and the node's Region.
    public let document: SessionDocument
    /// The version of the map that was asked.
    public let mapVersion: String

    /// Whom the session runs as; nil for a kind that runs nothing.
    public var linuxUser: LinuxUser? { request.kind.runsCommands ? entry.linuxUser : nil }

    /// How far the client's clock may be from ours, in seconds: as far as API Gateway lets a signature's be.
    ///
    /// Source: AWS Signature Version 4, "Elements of a request signature" (requests are valid for five minutes).
    public static let maximumClockSkewSeconds: Int64 = 300

    /// Asks the map.
    ///
    /// The target account is the caller's own; no part of the request can name another.
    ///
    /// - Parameters:
    ///   - caller: Who asks.
    ///   - request: What is asked.
    ///   - map: The role map.
    ///   - ceiling: What the deployment allows at most.
    ///   - now: The broker's time.
    /// - Throws: ``Problem`` with the code of the first thing that is not allowed.
    public init(
        caller: CallerIdentity,
        request: OpenSessionRequest,
        map: RoleMap,
        ceiling: Ceiling,
        now: Timestamp
    ) throws(Problem) {
        try self.init(caller: caller, anyOf: request, map: map, ceiling: ceiling, now: now)
        try checkParameters()
    }

    /// Asks the map about sessions like that of a request, whatever their parameters: those that it has are not judged.
    ///
    /// Nothing is started on the strength of it; it answers who may do what.
    init(
        caller: CallerIdentity,
        anyOf request: OpenSessionRequest,
        map: RoleMap,
        ceiling: Ceiling,
        now: Timestamp
    ) throws(Problem) {
        let skew = request.time.milliseconds - now.milliseconds
        guard skew.magnitude <= Self.maximumClockSkewSeconds * 1000 else {
            // Rounded up, so that what is over the limit by a part of a second does not read as within it.
            let seconds = (skew.magnitude + 999) / 1000
            throw Problem(
                .requestExpired,
                detail:
                    "The request was made \(seconds) s \(skew < 0 ? "ago" : "in the future") by the broker's clock; \(Self.maximumClockSkewSeconds) s are allowed.",
                next: "Set this machine's clock and try again."
            )
        }
        guard let (id, entry) = map.entry(for: caller) else {
            throw Problem(
                .permissionSetNotMapped,
                detail: "The role map gives no Linux user to \(caller.title).",
                next:
                    "Sign in with another permission set, or ask an administrator of the role map to add \(caller.permissionSet?.name ?? caller.title)."
            )
        }
        guard ceiling.admits(caller.account), map.admits(entry, in: caller.account) else {
            throw Problem(
                .accountNotAllowed,
                detail: "\(caller.sentenceTitle) may start no session in account \(caller.account).",
                next: "Sign in to an account where it may, or ask an administrator of the role map."
            )
        }
        guard map.admits(entry, in: request.region) else {
            let regions = (entry.nodes.regions.isEmpty ? map.rollout.regions : entry.nodes.regions).sorted()
                .map(\.name).joined(separator: ", ")
            throw Problem(
                .regionNotAllowed,
                detail:
                    "\(caller.sentenceTitle) may start no session in Region \(request.region); it may in \(regions).",
                next: "Give the node's Region with --region."
            )
        }
        guard request.region.partition == caller.arn.partition else {
            throw Problem(
                .regionNotAllowed,
                detail: "Region \(request.region) is not in the caller's partition \(caller.arn.partition.rawValue).",
                next: "Give the node's Region with --region."
            )
        }
        guard entry.kinds.contains(request.kind) else {
            throw Problem(
                .kindNotAllowed,
                detail: "\(caller.sentenceTitle) may start no session of kind \(request.kind.rawValue).",
                next: "See what it may do: ssm-broker whoami"
            )
        }
        guard !ceiling.forbiddenLinuxUsers.contains(entry.linuxUser.name) else {
            throw Problem(
                .linuxUserForbidden,
                detail:
                    "This deployment forbids the Linux user \(entry.linuxUser) that the role map gives to \(caller.permissionSet?.name ?? caller.title).",
                next: "Ask an administrator of the role map for another Linux user."
            )
        }
        if entry.needsReason, request.reason == nil {
            throw Problem(
                .reasonRequired,
                detail: "\(caller.sentenceTitle) needs a reason for each session.",
                next: "Say why with --reason \"…\"."
            )
        }
        if entry.needsTicket, request.ticket == nil {
            throw Problem(
                .ticketRequired,
                detail: "\(caller.sentenceTitle) needs a ticket for each session.",
                next: "Name it with --ticket."
            )
        }
        self.caller = caller
        self.request = request
        self.id = id
        self.entry = entry
        document = SessionDocument(
            request.kind,
            of: id,
            entry: entry,
            in: .account(caller.account, request.region)
        )
        mapVersion = map.version
    }
}
