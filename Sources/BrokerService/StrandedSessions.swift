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
    /// What became of sessions that had to be ended.
    private struct Ending {
        var ended: [String] = []
        var left: [String] = []

        var details: [String: String] {
            var details = ["by": "broker"]
            if !ended.isEmpty { details["ended"] = ended.joined(separator: " ") }
            if !left.isEmpty { details["notEnded"] = left.joined(separator: " ") }
            return details
        }
    }

    /// No clear answer: finds what StartSession may have started, by its exact owner, ends it and records that it is not known.
    func settle(
        _ failure: AWSFailure,
        _ sessions: StartingSessions,
        in exchange: inout Exchange
    ) async throws -> Problem {
        exchange.note(failure)
        exchange.isRecorded = true
        var found: [String]?
        do {
            let accounts = dependencies.accounts.cleaningUp(after: exchange)
            found = try await accounts.sessions(ownedBy: sessions.start, like: exchange.access)
        } catch {
            exchange.note(error, of: "search")
        }
        let ending = await end(found ?? [], with: sessions.channel, in: &exchange)
        var aws = sessions.audit
        aws.sessionID = found?.first
        aws.requestIDs["StartSession"] = failure.requestID
        var details = ending.details.merging(sessions.details) { own, _ in own }
        details["cause"] = PlainText.of("\(failure)")
        details["search"] = found.map { $0.isEmpty ? "none found" : "found" } ?? "failed"
        let fate =
            if let found {
                if found.isEmpty {
                    "no session was found"
                } else {
                    ending.left.isEmpty ? "the session was ended" : "the session could not be ended yet"
                }
            } else {
                "whether it started a session could not be found out"
            }
        let problem = Problem(
            .startUnknown,
            detail: "Session Manager gave no clear answer; \(fate).",
            next: "Try again."
        )
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
        let ending = await end([sessionID], with: sessions.channel, in: &exchange)
        let decision = AuditDecision(code: problem.code.rawValue, detail: problem.detail)
        let details = ending.details.merging(sessions.details) { own, _ in own }
        do {
            if case AuditStoreFailure.unavailable = error {
                let outcome = exchange.record(.unknown, decision: decision, aws: aws, details: details)
                do {
                    return try await append(outcome, in: exchange)
                } catch AuditStoreFailure.outcomeAlreadyRecorded {
                    // It was written after all, and what is left to say is that the session has ended.
                }
            }
            let event: AuditEvent = ending.left.isEmpty ? .ended : .refused
            try await append(exchange.record(event, decision: decision, aws: aws, details: details), in: exchange)
        } catch {
            // The caller hears of the first failure; an intent without an outcome is the sweep's to resolve.
            exchange.note(error, of: "cleanup")
        }
    }

    /// Ends sessions whose token will never leave the broker.
    private func end(_ sessionIDs: [String], with role: RoleSession, in exchange: inout Exchange) async -> Ending {
        var ending = Ending()
        guard let region = exchange.access?.region else { return ending }
        let ssm = dependencies.accounts.cleaningUp(after: exchange).ssm(role, in: region)
        for id in sessionIDs {
            do {
                try await ssm.terminateSession(id: id)
                ending.ended.append(id)
            } catch {
                // The token stays here, so nobody can use the session; the sweep ends it.
                exchange.note(error, of: "cleanup")
                ending.left.append(id)
            }
        }
        return ending
    }
}
