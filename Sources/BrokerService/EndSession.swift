internal import AWSClient
internal import SessionCore

extension Broker {
    /// Ends a session for its owner, or for an administrator.
    ///
    /// Ended sessions may be ended again: a client that lost the answer asks twice.
    func endSession(_ id: RecordID, for caller: CallerIdentity, in exchange: inout Exchange) async throws -> JSON {
        exchange.session = id
        let request = try EndSessionRequest(parameters: exchange.request.query)
        let history = try await history(of: id)
        let isOwner = history.owner == caller.owner
        if !isOwner {
            try await refuseBlocked(caller)
            try await admitAdministrator(caller, in: &exchange)
        }
        exchange.access = history.access
        var details = ["by": isOwner ? "owner" : "administrator"]
        details["reason"] = request.reason
        try await conclude(history, by: caller, details: details, in: exchange)
        return await reply(about: id, in: &exchange).json
    }

    /// Says who ended a session first: whoever is thrown out of theirs hears it from the answer to their own, later end.
    ///
    /// The records are read after the end, so that they hold one that was under way when the request came. It has ended whatever they say.
    private func reply(about id: RecordID, in exchange: inout Exchange) async -> EndSessionReply {
        do {
            return EndSessionReply(id: id, records: try await dependencies.audit.records(ofSession: id))
        } catch {
            exchange.note(error, of: "end")
            return EndSessionReply(id: id)
        }
    }

    /// Ends a session that may run, whatever became of it so far; one that does not is left as it is.
    func conclude(
        _ history: SessionHistory,
        by caller: CallerIdentity,
        details: [String: String],
        in exchange: Exchange
    ) async throws {
        var history = history
        if history.state == .pending {
            try await takeOutcome(details, in: exchange)
            history = try await self.history(of: history.id)
        }
        if history.mayRun { try await end(history, by: caller, details: details, in: exchange) }
    }

    /// Lets administrators pass; to anybody else, somebody else's session is not there.
    private func admitAdministrator(_ caller: CallerIdentity, in exchange: inout Exchange) async throws {
        guard isAdministrator(caller, map: try await dependencies.mapIfAny()) else { throw Problem.sessionNotFound }
        do {
            try await prove(caller, in: &exchange)
        } catch is Problem {
            throw Problem.sessionNotFound
        }
    }

    /// Writes the outcome of a session that is just being started, or whose broker died.
    ///
    /// There is one outcome: whoever is starting the session finds it taken, ends what they started and hands nothing out.
    private func takeOutcome(_ details: [String: String], in exchange: Exchange) async throws {
        let decision = AuditDecision(
            code: ProblemCode.sessionEnded.rawValue,
            detail: "The session was ended before its outcome was recorded."
        )
        do {
            try await append(exchange.record(.unknown, decision: decision, details: details), in: exchange)
        } catch AuditStoreFailure.outcomeAlreadyRecorded {
            // It was recorded meanwhile, so the session is now what that outcome says.
        }
    }

    private func end(
        _ history: SessionHistory,
        by caller: CallerIdentity,
        details: [String: String],
        in exchange: Exchange
    ) async throws {
        let accounts = dependencies.accounts.bounded(by: exchange)
        let region = history.access.region
        let role = try await accounts.assume(.end(history, by: caller.user))
        var sessionIDs = [history.sessionID].compactMap(\.self)
        if history.state != .live || sessionIDs.isEmpty {
            // The outcome does not say for sure which sessions there are; the owner's ARN does.
            sessionIDs = try await accounts.sessions(
                ownedBy: role.assumedRoleARN,
                account: history.access.account,
                region: region
            )
        }
        var aws = role.audit
        for sessionID in sessionIDs {
            aws.sessionID = sessionID
            aws.requestIDs["TerminateSession"] = try await accounts.ssm(role, in: region).terminateSession(
                id: sessionID
            )
        }
        try await append(exchange.record(.ended, aws: aws, details: details), in: exchange)
    }

    /// What the log says of a session.
    ///
    /// - Throws: ``Problem`` with `SESSION_NOT_FOUND` when it says nothing.
    func history(of id: RecordID) async throws -> SessionHistory {
        guard let history = try await dependencies.audit.session(id) else {
            throw Problem.sessionNotFound
        }
        return history
    }
}
