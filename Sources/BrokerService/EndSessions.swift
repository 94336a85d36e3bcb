internal import Logging
internal import SessionCore

extension Broker {
    /// How many sessions are ended at the same time: AWS counts the calls of an account, and each end makes three.
    private static let endsAtOnce = 8
    /// No end is begun with less time left than this, in seconds.
    private static let endReserve: Int64 = 4

    /// Ends the sessions that an administrator names by user, permission set or node.
    func endSessions(for caller: CallerIdentity, in exchange: inout Exchange) async throws -> JSON {
        let request = try EndSessionsRequest(parameters: exchange.request.query)
        try await requireAdministrator(caller, in: &exchange)
        var details = ["by": "administrator", "cause": "named together", "filter": request.filter]
        details["reason"] = request.reason
        return try await end(SessionChoice(request.query), by: caller, details: details, in: exchange).json
    }

    /// Ends all sessions of a choice, several at a time; what goes wrong with one leaves the others alone.
    ///
    /// Each end is a record of its own. What could not be ended is told, and a later call ends it; the sweep does where it may.
    ///
    /// - Parameters:
    ///   - choice: Which ones.
    ///   - caller: Who ends them: the source identity of each end.
    ///   - details: What each record of an end says beside the caller: by whom and why.
    ///   - exchange: The request, whose deadline bounds it all.
    /// - Returns: What became of them.
    /// - Throws: ``AuditStoreFailure/unavailable(_:)`` when the sessions cannot be listed.
    func end(
        _ choice: SessionChoice,
        by caller: CallerIdentity,
        details: [String: String],
        in exchange: Exchange
    ) async throws -> EndSessionsReply {
        let (sessions, isComplete) = try await sessions(of: choice)
        var reply = EndSessionsReply(isComplete: isComplete)
        await withTaskGroup(of: (RecordID, ProblemCode?).self) { group in
            var waiting = sessions[...]
            func begin() {
                guard let session = waiting.popFirst() else { return }
                group.addTask {
                    (session.id, await self.tryToEnd(session, by: caller, details: details, in: exchange))
                }
            }
            for _ in 0..<Self.endsAtOnce { begin() }
            for await (id, code) in group {
                if let code {
                    reply.left.append(EndSessionsReply.Left(id: id, code: code.rawValue))
                } else {
                    reply.ended.append(id)
                }
                begin()
            }
        }
        reply.ended.sort()
        reply.left.sort { $0.id < $1.id }
        exchange.logger.info(
            "sessions ended together",
            metadata: [
                "ended": "\(reply.ended.count)", "left": "\(reply.left.count)", "complete": "\(reply.isComplete)",
            ]
        )
        return reply
    }

    /// Ends one of many.
    ///
    /// - Returns: Why it may still run; nil when it has ended and that is recorded.
    private func tryToEnd(
        _ session: SessionHistory,
        by caller: CallerIdentity,
        details: [String: String],
        in exchange: Exchange
    ) async -> ProblemCode? {
        guard dependencies.now().advanced(bySeconds: Self.endReserve) <= exchange.deadline else {
            return .deadlineTooClose
        }
        var exchange = exchange
        exchange.session = session.id
        exchange.access = session.access
        do {
            try await conclude(session, by: caller, details: details, in: exchange)
            return nil
        } catch {
            let code = exchange.problem(for: error).code
            var metadata = exchange.failure
            metadata["session.id"] = "\(session.id)"
            metadata["code"] = "\(code.rawValue)"
            exchange.logger.info("session not ended", metadata: metadata)
            return code
        }
    }
}
