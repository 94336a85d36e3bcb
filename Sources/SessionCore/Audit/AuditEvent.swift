/// What a record says has happened.
public enum AuditEvent: String, Sendable, Hashable, CaseIterable {
    /// The first record of a chain; fixes how many chains there are.
    case genesis = "chain.genesis"
    /// A session was granted and is about to be started.
    case intent = "session.intent"
    /// Outcome: the session was started.
    case started = "session.started"
    /// Outcome: Session Manager answered that it did not start the session, or the broker stopped before asking.
    case failed = "session.failed"
    /// Outcome: no clear answer came, or a started session could not be recorded; what may have been started was looked for and
    /// ended.
    case unknown = "session.unknown"
    /// A session was refused.
    case denied = "session.denied"
    /// A dry run was granted.
    case checked = "session.checked"
    /// The owner got fresh channel credentials.
    case credentials = "session.credentials"
    /// The session was ended.
    case ended = "session.ended"
    /// Any other request was refused.
    case refused = "request.refused"
    /// Somebody read the audit log.
    case read = "audit.read"
    /// The sweep found something, or did something; `kind` in the details says what.
    case swept = "sweep.finding"
    /// A version of the role map was published; the details say which, from which, and what it changed.
    case mapPublished = "map.published"
    /// A user or role was blocked.
    case callerBlocked = "caller.blocked"
    /// A user or role is blocked no longer.
    case callerUnblocked = "caller.unblocked"
    /// The enforcer made or repaired documents of an account and Region; the details say which, and why.
    case documentsEnforced = "documents.enforced"

    /// Whether this is one of the outcomes of which every intent has exactly one.
    public var isOutcome: Bool {
        switch self {
        case .started, .failed, .unknown: true
        case .genesis, .intent, .denied, .checked, .credentials, .ended, .refused, .read, .swept, .mapPublished,
            .callerBlocked, .callerUnblocked, .documentsEnforced:
            false
        }
    }
}
