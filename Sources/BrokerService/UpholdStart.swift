internal import AWSClient
internal import SessionCore

/// What a session is about to be started with, and what its start was decided on last.
struct PreparedStart: Sendable {
    let sessions: StartingSessions
    /// The map that was in force beside the intent.
    let inForce: RoleMapInForce
    /// The document's version that was looked at last.
    let documentVersion: String?
}

/// A session starts on whatever its document says at that moment, which may be seconds after the document was looked at: a publication
/// and a fast enforcer can come between, and the session is then another one than the one on record.
extension Broker {
    /// Makes sure, beside the record of the outcome, that nothing was published while the session started that makes it another one.
    ///
    /// Only the enforcer writes documents, and only what was published: while the pointer has not moved, one read is all. A pointer that
    /// moved back to the same map has moved too, for the document in between may be the one that was used.
    ///
    /// - Throws: ``Problem`` with the first thing that forbids the session, `MAP_CHANGED` where the map or the document is another one
    ///   by now, or whatever the reading throws: what cannot be confirmed is not handed out.
    func uphold(
        _ start: SessionStart,
        _ prepared: PreparedStart,
        accounts: MemberAccounts,
        in exchange: Exchange
    ) async throws {
        let inForce = try await dependencies.maps.confirmed()
        guard inForce.version?.pointer != prepared.inForce.version?.pointer else { return }
        var exchange = exchange
        do {
            try hold(start.entitlement, to: inForce.map, in: &exchange)
            let version = try await accounts.recheckDocument(of: start.entitlement)
            guard version == prepared.documentVersion else { throw Problem.mapChangedWhileStarting }
        } catch let problem as Problem where problem.code.isAboutDocument || problem.code == .mapChanged {
            throw Problem.mapChangedWhileStarting
        }
    }
}

extension Problem {
    /// The session may have started as something else than was granted.
    fileprivate static let mapChangedWhileStarting = Problem(
        .mapChanged,
        detail:
            "The role map was changed while your session started, so the session was ended before you could use it.",
        next: "Run the command again, which asks the new map."
    )
}

extension Exchange {
    /// Whether a refusal says no more than that a publication came before the start, and is recorded: then it is decided once more.
    func mayBeginAgain(after problem: Problem) -> Bool { isRecorded && !hasStarted && problem.code.isOvertaken }
}
