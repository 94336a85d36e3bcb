internal import AWSClient
internal import SessionCore

extension Broker {
    /// Ends a session for its owner, or for an administrator.
    ///
    /// Ended sessions may be ended again: a client that lost the answer asks twice.
    func endSession(_ id: RecordID, for caller: CallerIdentity, in exchange: inout Exchange) async throws -> JSON {
        let history = try await history(of: id)
        let isOwner = history.owner == caller.owner
        if !isOwner {
            let map = try await dependencies.map()
            guard isAdministrator(caller, map: map), (try? await prove(caller, in: &exchange)) != nil else {
                throw Problem.sessionNotFound
            }
        }
        exchange.session = id
        exchange.access = history.access
        if history.mayRun {
            try await end(history, by: caller, isOwner: isOwner, in: exchange)
        }
        return ["ended": true, "id": .string(id.text)]
    }

    private func end(
        _ history: SessionHistory,
        by caller: CallerIdentity,
        isOwner: Bool,
        in exchange: Exchange
    ) async throws {
        let accounts = dependencies.accounts.bounded(by: exchange)
        let region = history.access.region
        let role = try await accounts.assume(.end(history, by: caller.user))
        var sessionIDs = [history.sessionID].compactMap(\.self)
        if sessionIDs.isEmpty {
            // The id is not known, because the answer to StartSession was lost or is not recorded; the owner's ARN is.
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
        guard !sessionIDs.isEmpty else {
            // Whoever wrote the intent may still be at work; then the session is theirs to end, or the sweep's.
            guard history.state != .pending else { throw Problem.sessionPending }
            return
        }
        _ = try await dependencies.audit.append(
            exchange.record(.ended, aws: aws, details: ["by": isOwner ? "owner" : "administrator"])
        )
    }

    /// What the log says of a session.
    ///
    /// - Throws: ``Problem`` with `SESSION_NOT_FOUND` when it says nothing.
    func history(of id: RecordID) async throws -> SessionHistory {
        guard let history = SessionHistory(records: try await dependencies.audit.records(ofSession: id)) else {
            throw Problem.sessionNotFound
        }
        return history
    }
}
