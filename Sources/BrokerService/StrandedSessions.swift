internal import AWSClient
internal import SessionCore

/// The two role sessions under which one session is started and kept open.
struct StartingSessions: Sendable {
    let start: RoleSession
    let channel: RoleSession

    /// What a record says of the one that starts.
    var audit: AuditAWS { start.audit }

    /// What a record says of the other: CloudTrail knows the channel's calls by its key.
    var details: [String: String] {
        var details = ["channelAccessKeyId": channel.credentials.accessKeyID]
        details["channelAssumeRole"] = channel.requestID
        return details
    }
}

/// Sessions whose token never leaves the broker must not go on: they are looked for, ended and recorded.
extension Broker {
    /// No clear answer: finds what StartSession may have started, by its exact owner, ends it and records that it is not known.
    func settle(
        _ failure: AWSFailure,
        _ sessions: StartingSessions,
        in exchange: inout Exchange
    ) async throws -> Problem {
        exchange.note(failure)
        exchange.isRecorded = true
        var aftermath = Aftermath()
        do {
            let accounts = dependencies.accounts.cleaningUp(after: exchange)
            aftermath.found = try await accounts.sessions(startedBy: sessions.start, like: exchange.access)
        } catch {
            exchange.note(error, of: "search")
            aftermath.isListed = false
        }
        aftermath.ended = await end(aftermath.found, with: sessions.channel, in: &exchange)
        var aws = sessions.audit
        aws.sessionID = aftermath.found.first
        aws.requestIDs["StartSession"] = failure.requestID
        var details = aftermath.details.merging(sessions.details) { own, _ in own }
        details["cause"] = "\(failure)".printable(maximumLength: 640)
        let problem = aftermath.problem
        let decision = AuditDecision(code: problem.code.rawValue, detail: problem.detail)
        let record = exchange.record(.unknown, decision: decision, aws: aws, details: details)
        try await append(record, in: exchange)
        return problem
    }

    /// Ends a session that was started and may not be handed out, and leaves the best record of it that can be had.
    func disown(
        _ sessionID: String,
        _ sessions: StartingSessions,
        aws: AuditAWS,
        because error: any Error,
        in exchange: inout Exchange
    ) async {
        let problem = exchange.problem(for: error)
        exchange.isRecorded = true
        var aftermath = Aftermath(found: [sessionID])
        aftermath.ended = await end(aftermath.found, with: sessions.channel, in: &exchange)
        let decision = AuditDecision(code: problem.code.rawValue, detail: problem.detail)
        var details = aftermath.details.merging(sessions.details) { own, _ in own }
        details["by"] = "broker"
        do {
            if (error as? AuditStoreFailure)?.leavesIntentOpen == true {
                let outcome = exchange.record(.unknown, decision: decision, aws: aws, details: details)
                do {
                    try await append(outcome, in: exchange)
                    return
                } catch AuditStoreFailure.outcomeAlreadyRecorded {
                    // It was written after all, and what is left to say is that the session has ended.
                }
            }
            let event: AuditEvent = aftermath.left.isEmpty ? .ended : .refused
            try await append(exchange.record(event, decision: decision, aws: aws, details: details), in: exchange)
        } catch {
            // The caller hears of the first failure; an intent without an outcome is the sweep's to resolve.
            exchange.note(error, of: "cleanup")
        }
    }

    /// Ends sessions whose token will never leave the broker.
    ///
    /// - Returns: Those that were ended; the others nobody can use, and the sweep ends them.
    private func end(_ sessionIDs: [String], with role: RoleSession, in exchange: inout Exchange) async -> [String] {
        guard let region = exchange.access?.region else { return [] }
        let ssm = dependencies.accounts.cleaningUp(after: exchange).ssm(role, in: region)
        var ended: [String] = []
        for id in sessionIDs {
            do {
                try await ssm.terminateSession(id: id)
                ended.append(id)
            } catch {
                exchange.note(error, of: "cleanup")
            }
        }
        return ended
    }
}

extension AuditStoreFailure {
    /// Whether an outcome that failed so may be missing, and is still to be written as unknown.
    fileprivate var leavesIntentOpen: Bool {
        switch self {
        case .unavailable, .blocked: true
        case .requestAlreadyUsed, .outcomeAlreadyRecorded, .tooManySessions, .mapChanged: false
        }
    }
}
