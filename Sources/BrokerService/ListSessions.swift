internal import SessionCore

extension Broker {
    /// The caller's own sessions, or everybody's for auditors and administrators; the latter reading is recorded.
    func listSessions(for caller: CallerIdentity, in exchange: inout Exchange) async throws -> JSON {
        let going = try GoingReading(exchange.request.query, mayTakeAll: false)
        let request = try SessionListRequest(parameters: going.others)
        var query = request.query
        if request.isOfEverybody {
            try await admitReader(caller, in: &exchange)
            let read = try await recordRead(AuditReading(request), going, by: caller, in: exchange)
            return try await dependencies.audit.sessions(matching: query).fitting().json.naming(read)
        }
        query.owner = caller.owner
        return try await dependencies.audit.sessions(matching: query).fitting().json
    }

    private func admitReader(_ caller: CallerIdentity, in exchange: inout Exchange) async throws {
        let map = try await dependencies.map()
        guard map.isAuditor(caller) || isAdministrator(caller, map: map) else {
            throw Problem(
                .auditNotAllowed,
                detail:
                    "\(caller.sentenceTitle) in account \(caller.account) may not see the sessions of others.",
                next:
                    "See your own: ssm-broker sessions; or sign in with an auditor's or administrator's permission set."
            )
        }
        try await prove(caller, in: &exchange)
    }
}
