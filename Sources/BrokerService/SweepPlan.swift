internal import AWSClient
internal import SessionCore

/// What a sweep knows of one account and Region, and what follows from it; no I/O and no clock.
struct SweepPlan: Sendable {
    /// How old an intent must be before the sweep touches it: the front door's 29 s, after which no broker may hand anything
    /// out, and 60 s more.
    static let intentAge: Int64 = 29 + 60
    /// How long a started session may wait for its connection: longer than any token lasts that was handed out.
    static let connectionPatience: Int64 = 300
    /// How long ago a session must have ended elsewhere: whoever ended it may still be writing it down.
    static let endAge: Int64 = 60
    /// How far beyond its maximum a session may be seen: AWS ends it when it looks, not to the second.
    static let maximumTolerance: Int64 = 300

    /// The place.
    var place: SweepPlace
    /// Sessions of ours there: those that may run, and those that listed sessions turned out to belong to.
    var histories: [SessionHistory]
    /// The whole ARN of each one's owner at AWS.
    var owners: [RecordID: String]
    /// The sessions of the broker's role that AWS lists as active.
    var active: [SSM.ListedSession]
    /// Whether `active` are all of them.
    var isComplete: Bool
    /// Sessions that were looked for among the ended ones, by their id.
    var past: [String: SSM.ListedSession] = [:]
    /// The ids of active sessions for which the log certainly has no intent.
    var strangers: Set<String> = []
    /// The map's maximum in minutes, by permission set; none where it sets none.
    var maximumMinutes: [String: Int64]
    /// Whom an emergency stop keeps out.
    var blocked: Set<BlockKey> = []
    /// The sessions that the last publication was asked to end.
    var forbidden: Set<RecordID> = []
    /// The time.
    var now: Timestamp

    /// What to do.
    enum Action: Sendable, Hashable {
        /// Take the intent's one outcome, then end these.
        case resolve(SessionHistory, [SSM.ListedSession])
        /// End these, and record that.
        case end(SessionHistory, [SSM.ListedSession], SweepFinding.Kind)
        /// Nothing is left of it: record that.
        case close(SessionHistory)
        /// Record that it ended without us.
        case recordEnd(SessionHistory, SSM.ListedSession)
        /// Record it, and do nothing.
        case report(SweepFinding)
    }

    /// The ids to look for among the ended sessions: live ones of ours that AWS does not list as active.
    var questions: [String] {
        let listed = Set(active.map(\.sessionID))
        return histories.filter { $0.state == .live }.compactMap(\.sessionID).filter { !listed.contains($0) }
    }

    /// The active sessions that belong to none of `histories`, and are old enough for the log to know of them.
    var unmatched: [SSM.ListedSession] {
        let known = Set(owners.values)
        return active.filter { session in
            !known.contains(session.owner)
                && session.started.map { $0.advanced(bySeconds: Self.intentAge) <= now } == true
        }
    }

    /// What follows.
    var actions: [Action] {
        histories.flatMap(actions(for:))
            + active.filter { strangers.contains($0.sessionID) }.map { .report(finding(.unrecorded, of: $0)) }
    }

    private func actions(for history: SessionHistory) -> [Action] {
        let running = running(history)
        switch history.state {
        case .pending:
            return isOld(history.opened, Self.intentAge) ? [.resolve(history, running)] : []
        case .unknown:
            guard isOld(history.opened, Self.intentAge) else { return [] }
            return [running.isEmpty ? .close(history) : .end(history, running, .orphanEnded)]
        case .failed, .ended:
            guard !running.isEmpty, isOld(history.ended ?? history.opened, Self.intentAge) else { return [] }
            return [.end(history, running, .orphanEnded)]
        case .live:
            let others = running.filter { $0.sessionID != history.sessionID }
            return own(history) + others.map { .report(finding(.secondSession, of: $0, history)) }
        }
    }

    private func own(_ history: SessionHistory) -> [Action] {
        guard let id = history.sessionID else { return [] }
        if let listed = active.first(where: { $0.sessionID == id }) {
            // The block's own call could not end it, or it came up beside that call.
            if !listed.isEnding, !blocked.isDisjoint(with: history.owner.blockKeys) {
                return [.end(history, [listed], .callerBlocked)]
            }
            // The publication's own call could not end it, or did not see it yet.
            if !listed.isEnding, forbidden.contains(history.id) { return [.end(history, [listed], .mapForbids)] }
            if listed.isWaiting, isOld(history.opened, Self.connectionPatience) {
                return [.end(history, [listed], .neverConnected)]
            }
            let maximum = maximumMinutes[history.permissionSet].map { $0 * 60 + Self.maximumTolerance }
            guard let maximum, isOld(listed.started ?? history.opened, maximum) else { return [] }
            return [.report(finding(.pastMaximum, of: listed, history))]
        }
        if let past = past[id] {
            // Without a time of its own, the session has ended by the time of asking, and nobody can say when.
            guard isOld(past.ended ?? history.opened, Self.endAge) else { return [] }
            return [.recordEnd(history, past)]
        }
        guard isComplete, isOld(history.opened, Self.connectionPatience) else { return [] }
        return [.report(finding(.notListed, of: history))]
    }

    /// The sessions that AWS has under a session's exact owner, but for those that it is ending already.
    private func running(_ history: SessionHistory) -> [SSM.ListedSession] {
        active.filter { $0.owner == owners[history.id] && !$0.isEnding }
    }

    private func isOld(_ moment: Timestamp, _ seconds: Int64) -> Bool { moment.advanced(bySeconds: seconds) <= now }
}

extension SweepPlan {
    /// A finding about a session of ours.
    func finding(_ kind: SweepFinding.Kind, of history: SessionHistory) -> SweepFinding {
        SweepFinding(
            kind: kind,
            place: place,
            session: history.id,
            sessionID: history.sessionID,
            owner: owners[history.id],
            target: history.access.node.text
        )
    }

    /// A finding about a session that AWS lists.
    func finding(
        _ kind: SweepFinding.Kind,
        of listed: SSM.ListedSession,
        _ history: SessionHistory? = nil
    ) -> SweepFinding {
        SweepFinding(
            kind: kind,
            place: place,
            session: history?.id,
            sessionID: listed.sessionID,
            owner: listed.owner,
            target: listed.target,
            status: listed.status
        )
    }
}

extension SSM.ListedSession {
    /// Whether it waits for a connection: its first one, or for a moment another.
    var isWaiting: Bool { status == "Connecting" }
    /// Whether AWS is ending it, or has.
    var isEnding: Bool { ["Terminated", "Terminating", "Failed"].contains(status) }
}
