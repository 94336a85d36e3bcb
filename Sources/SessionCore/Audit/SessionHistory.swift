/// One session as its records tell it.
public struct SessionHistory: Sendable, Hashable {
    /// Where a session stands, as far as the broker knows.
    public enum State: Sendable, Hashable {
        /// Granted; no outcome is recorded yet.
        case pending
        /// Started, and no end is recorded.
        case live
        /// Whether it was started is not known; nobody has its token.
        case unknown
        /// Never came to be.
        case failed
        /// Ended.
        case ended
    }

    /// The broker's id of the session.
    public let id: RecordID
    /// Whom it belongs to.
    public let owner: SessionOwner
    /// What was granted.
    public let access: AuditAccess
    /// The permission set.
    public let permissionSet: String
    /// The name of the role session that started it.
    public let roleSessionName: RoleSessionName
    /// Systems Manager's id; nil when none is known.
    public let sessionID: String?
    /// Where it stands.
    public let state: State

    /// Whether there may be something to end.
    public var mayRun: Bool {
        switch state {
        case .pending, .live, .unknown: true
        case .failed, .ended: false
        }
    }

    /// Reads the records of one session.
    ///
    /// - Parameter records: All of them, oldest first; nil when there is no intent among them.
    public init?(records: [AuditRecord]) {
        guard let intent = records.first(where: { $0.event == .intent }), let id = intent.session,
            let caller = intent.caller, let access = intent.access, let name = access.roleSessionName
        else { return nil }
        self.id = id
        owner = caller.owner
        self.access = access
        permissionSet = caller.permissionSet ?? ""
        roleSessionName = RoleSessionName(recorded: name)
        sessionID = records.compactMap { $0.aws?.sessionID }.first
        if records.contains(where: { $0.event == .ended }) {
            state = .ended
        } else if records.contains(where: { $0.event == .started }) {
            state = .live
        } else if records.contains(where: { $0.event == .unknown }) {
            state = .unknown
        } else if records.contains(where: { $0.event.isOutcome }) {
            state = .failed
        } else {
            state = .pending
        }
    }
}
