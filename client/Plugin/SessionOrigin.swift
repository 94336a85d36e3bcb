internal import SessionCore

/// Where a session comes from: the broker, or Systems Manager itself.
protocol SessionOrigin: Sendable {
    /// Who answers, within a sentence, for example `the broker`.
    var counterpart: String { get }

    /// Starts the session.
    ///
    /// - Throws: ``CommandFailure``.
    func open() async throws -> OpenedSession

    /// Fresh credentials for the session's data channel.
    ///
    /// - Throws: ``CommandFailure``.
    func credentials(for session: OpenedSession) async throws -> ChannelCredentials

    /// Ends the session; one that has ended already is no error.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - credentials: The latest of its own, for when nobody takes the engineer's any more.
    /// - Returns: What is to be told of its end.
    /// - Throws: ``CommandFailure`` when it may still run.
    func end(_ session: OpenedSession, holding credentials: ChannelCredentials) async throws -> SessionEnd
}

/// What is known of a session's end once it has ended.
struct SessionEnd: Sendable, Hashable {
    /// Who else ended it, and why, as a sentence; nil when nobody but its user is known to have.
    var byOthers: String?
    /// What the person should know besides; nil for nothing.
    var remark: String?
}

/// A session that runs, whoever started it.
struct OpenedSession: Sendable {
    /// Names it on this machine; where the broker started it, there too.
    let id: RecordID
    /// What messages call it: the id under which others know it.
    let name: String
    let node: NodeID
    let region: Region
    /// What the person is told before it is shown, one line each.
    let announcement: [String]
    /// What to do when it could not be ended from here.
    let toEnd: String
    /// What opens its data channel and keeps it open.
    let channel: OpenSessionReply.Channel
}
