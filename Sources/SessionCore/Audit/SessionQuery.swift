/// How many sessions one owner may have at a time.
public struct SessionLimit: Sendable, Hashable {
    /// How many sessions may be pending or live, the new one included; at least 1.
    public var maximum: Int

    /// Makes a limit.
    public init(maximum: Int) {
        self.maximum = maximum
    }
}

/// Which sessions to look for.
public struct SessionQuery: Sendable, Hashable {
    /// The owner's user name, exactly.
    public var user: String?
    /// The owner, in full.
    public var owner: SessionOwner?
    /// The permission set, exactly.
    public var permissionSet: String?
    /// The node.
    public var node: NodeID?
    /// Any of these states; nil for every state.
    public var states: Set<SessionHistory.State>?
    /// The first time of opening that is no longer wanted.
    public var openedBefore: Timestamp?
    /// How many sessions at most; 1 to ``maximumLimit``.
    public var limit: Int
    /// Where the page before ended; nil for the first page.
    public var cursor: AuditCursor?

    /// The largest page.
    public static let maximumLimit = AuditQuery.maximumLimit

    /// Makes a query; without arguments it finds everything.
    public init(
        user: String? = nil,
        owner: SessionOwner? = nil,
        permissionSet: String? = nil,
        node: NodeID? = nil,
        states: Set<SessionHistory.State>? = nil,
        openedBefore: Timestamp? = nil,
        limit: Int = 100,
        cursor: AuditCursor? = nil
    ) {
        self.user = user
        self.owner = owner
        self.permissionSet = permissionSet
        self.node = node
        self.states = states
        self.openedBefore = openedBefore
        self.limit = limit
        self.cursor = cursor
    }

    /// Whether a session is one of those looked for, on whatever page.
    public func matches(_ session: SessionHistory) -> Bool {
        user.map { $0 == session.owner.user } != false
            && owner.map { $0 == session.owner } != false
            && permissionSet.map { $0 == session.permissionSet } != false
            && node.map { $0 == session.access.node } != false
            && states?.contains(session.state) != false
            && openedBefore.map { session.opened < $0 } != false
    }
}

/// Some sessions, newest first by the time of their intents, then by id.
public struct SessionPage: Sendable, Hashable {
    /// The sessions.
    public var sessions: [SessionHistory]
    /// Where the next page begins, by the time of the last session's intent; nil when this is the last page.
    public var next: AuditCursor?

    /// Makes a page.
    public init(sessions: [SessionHistory], next: AuditCursor?) {
        self.sessions = sessions
        self.next = next
    }
}
