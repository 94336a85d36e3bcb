/// What the map gives to a caller for one request, before anything is known about role, node and document.
public struct Entitlement: Sendable, Hashable {
    /// Who asks.
    public let caller: CallerIdentity
    /// What is asked.
    public let request: OpenSessionRequest
    /// What the map gives to the caller's permission set.
    public let entry: RoleMap.Entry
    /// The session document, as the map renders it for the caller's account and the node's Region.
    public let document: SessionDocument
    /// The version of the map that was asked.
    public let mapVersion: String

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
        let set = caller.permissionSet
        guard let entry = map.entries[set] else {
            throw Problem(
                .permissionSetNotMapped,
                detail: "The role map gives no Linux user to permission set \(set).",
                next: "Sign in with another permission set, or ask an administrator of the role map to add \(set)."
            )
        }
        guard ceiling.admits(caller.account),
            entry.nodes.accounts.isEmpty || entry.nodes.accounts.contains(caller.account)
        else {
            throw Problem(
                .accountNotAllowed,
                detail: "Permission set \(set) may start no session in account \(caller.account).",
                next: "Sign in to an account where it may, or ask an administrator of the role map."
            )
        }
        guard entry.nodes.regions.isEmpty || entry.nodes.regions.contains(request.region) else {
            let regions = entry.nodes.regions.sorted().map(\.name).joined(separator: ", ")
            throw Problem(
                .regionNotAllowed,
                detail: "Permission set \(set) may start no session in Region \(request.region); it may in \(regions).",
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
                detail: "Permission set \(set) may start no session of kind \(request.kind.rawValue).",
                next: "See what it may do: ssm-broker whoami"
            )
        }
        guard !ceiling.forbiddenLinuxUsers.contains(entry.linuxUser.name) else {
            throw Problem(
                .linuxUserForbidden,
                detail: "This deployment forbids the Linux user \(entry.linuxUser) that the role map gives to \(set).",
                next: "Ask an administrator of the role map for another Linux user."
            )
        }
        if entry.needsReason, request.reason == nil {
            throw Problem(
                .reasonRequired,
                detail: "Permission set \(set) needs a reason for each session.",
                next: "Say why with --reason \"…\"."
            )
        }
        if entry.needsTicket, request.ticket == nil {
            throw Problem(
                .ticketRequired,
                detail: "Permission set \(set) needs a ticket for each session.",
                next: "Name it with --ticket."
            )
        }
        self.caller = caller
        self.request = request
        self.entry = entry
        document = SessionDocument(
            request.kind,
            of: set,
            entry: entry,
            in: .account(caller.account, request.region)
        )
        mapVersion = map.version
    }
}
