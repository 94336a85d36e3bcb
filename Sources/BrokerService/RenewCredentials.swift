internal import AWSClient
internal import SessionCore

extension Broker {
    /// Fresh channel credentials for the owner of a live session, if the map of today would still grant it.
    func renewCredentials(
        of id: RecordID,
        for caller: CallerIdentity,
        in exchange: inout Exchange
    ) async throws -> ChannelCredentials {
        exchange.session = id
        let history = try await history(of: id)
        guard history.owner == caller.owner else { throw Problem.sessionNotFound }
        exchange.access = history.access
        guard history.state == .live else {
            throw Problem(
                .sessionEnded,
                detail: "The session has ended.",
                next: "Start a new one: ssm-broker connect \(history.access.node)"
            )
        }
        try await decideAgain(history, for: caller, in: &exchange)
        try await prove(caller, in: &exchange)
        let access = history.access
        let role = try await dependencies.accounts.bounded(by: exchange).assume(
            .channel(
                history.roleSessionName,
                user: history.owner.user,
                kmsKey: access.document?.kmsKey,
                account: access.account,
                region: access.region
            )
        )
        try await append(
            exchange.record(.credentials, decision: .grant, aws: role.audit),
            terms: AppendTerms(unlessBlocked: caller.owner.blockKeys),
            in: exchange
        )
        return role.channelCredentials
    }

    /// Asks the map of today for the session of then.
    private func decideAgain(
        _ history: SessionHistory,
        for caller: CallerIdentity,
        in exchange: inout Exchange
    ) async throws {
        // Renewing gives something out, so an earlier map does not do.
        let map = try await dependencies.maps.confirmed().map
        // The record of this decision names the map of this decision.
        exchange.access?.mapVersion = map.version
        if let objection = history.objection(for: caller, under: map, ceiling: dependencies.ceiling) { throw objection }
    }
}
