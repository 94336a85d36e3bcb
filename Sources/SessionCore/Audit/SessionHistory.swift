/// One session as its records tell it.
///
/// It is a fold: the intent makes it, and each further record of the session is applied to it. In which order they are applied
/// makes no difference, so that clocks of two brokers that disagree do not either.
public struct SessionHistory: Sendable, Hashable {
    /// Where a session stands, as far as the broker knows.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Granted; no outcome is recorded yet.
        case pending
        /// Never came to be.
        case failed
        /// Whether it was started is not known; nobody has its token.
        case unknown
        /// Started, and no end is recorded.
        case live
        /// Ended.
        case ended

        /// Those in which there may be something to end.
        public static let mayRun: Set<State> = [.pending, .live, .unknown]
        /// Those that count towards a ``SessionLimit``.
        public static let counted: Set<State> = [.pending, .live]

        /// Where a session stands after a record, as far as that record alone tells.
        init?(after event: AuditEvent) {
            switch event {
            case .intent: self = .pending
            case .failed: self = .failed
            case .unknown: self = .unknown
            case .started: self = .live
            case .ended: self = .ended
            case .genesis, .denied, .checked, .credentials, .refused, .read, .swept, .mapPublished, .callerBlocked,
                .callerUnblocked, .documentsEnforced:
                return nil
            }
        }

        /// The place in the course of a session; of two, the later one holds.
        var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// The broker's id of the session.
    public let id: RecordID
    /// Whom it belongs to.
    public let owner: SessionOwner
    /// What was granted.
    public let access: AuditAccess
    /// The permission set; empty for a caller without one.
    public let permissionSet: String
    /// The name of the role session that started it.
    public let roleSessionName: RoleSessionName
    /// The intent's time.
    public let opened: Timestamp
    /// Systems Manager's id; nil when none is known.
    public private(set) var sessionID: String?
    /// Where it stands.
    public private(set) var state: State
    /// When it was first recorded as ended.
    public private(set) var ended: Timestamp?

    /// Whether there may be something to end.
    public var mayRun: Bool { State.mayRun.contains(state) }

    init(
        id: RecordID,
        owner: SessionOwner,
        access: AuditAccess,
        permissionSet: String,
        roleSessionName: RoleSessionName,
        opened: Timestamp,
        sessionID: String?,
        state: State,
        ended: Timestamp?
    ) {
        self.id = id
        self.owner = owner
        self.access = access
        self.permissionSet = permissionSet
        self.roleSessionName = roleSessionName
        self.opened = opened
        self.sessionID = sessionID
        self.state = state
        self.ended = ended
    }

    /// Begins with the intent.
    ///
    /// - Parameter intent: The record; nil when it is no intent or does not say what identifies a session.
    public init?(intent: AuditRecord) {
        guard intent.event == .intent, let id = intent.session, let caller = intent.caller, let access = intent.access,
            let name = access.roleSessionName
        else { return nil }
        self.init(
            id: id,
            owner: caller.owner,
            access: access,
            permissionSet: caller.permissionSet ?? "",
            roleSessionName: RoleSessionName(recorded: name),
            opened: intent.time,
            sessionID: intent.aws?.sessionID,
            state: .pending,
            ended: nil
        )
    }

    /// Takes in a further record; one that belongs to another session changes nothing.
    public mutating func apply(_ record: AuditRecord) {
        guard record.session == id else { return }
        sessionID = sessionID ?? record.aws?.sessionID
        if record.event == .ended { ended = min(ended ?? record.time, record.time) }
        if let next = State(after: record.event), next.place > state.place { state = next }
    }

    /// Reads the records of one session.
    ///
    /// - Parameter records: All of them, oldest first; nil when there is no intent among them.
    public init?(records: [AuditRecord]) {
        guard let intent = records.first(where: { $0.event == .intent }), var history = Self(intent: intent) else {
            return nil
        }
        for record in records { history.apply(record) }
        self = history
    }
}
