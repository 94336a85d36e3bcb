internal import AWSClient
internal import SessionCore

extension Broker {
    /// Ends a dry run: says what a start would meet, and records that it was asked.
    func check(
        _ entitlement: Entitlement,
        accounts: MemberAccounts,
        in exchange: Exchange
    ) async throws -> OpenSessionReply {
        try await checkLimit(of: entitlement)
        try await checkTags(of: entitlement, accounts: accounts, in: exchange)
        let terms = AppendTerms(unlessBlocked: entitlement.caller.owner.blockKeys)
        try await append(exchange.record(.checked, decision: .grant), terms: terms, in: exchange)
        return entitlement.reply(id: exchange.session, channel: nil)
    }

    /// Says what the store would say of an intent.
    private func checkLimit(of entitlement: Entitlement) async throws {
        guard let limit = entitlement.entry.limits.sessionLimit else { return }
        let query = SessionQuery(
            owner: entitlement.caller.owner,
            states: SessionHistory.State.counted,
            limit: limit.maximum
        )
        let counted = try await dependencies.audit.sessions(matching: query).sessions.count
        guard counted < limit.maximum else { throw AuditStoreFailure.tooManySessions(limit.maximum) }
    }

    /// Says what IAM would say of a start: whether the node has the tags, the enrolment among them.
    private func checkTags(
        of entitlement: Entitlement,
        accounts: MemberAccounts,
        in exchange: Exchange
    ) async throws {
        let request = entitlement.request
        let access = try NodeAccess(
            caller: entitlement.caller,
            region: request.region,
            map: try await dependencies.map(),
            ceiling: dependencies.ceiling
        )
        let found: NodeLookup.Found
        do {
            found = try await accounts.nodes(access, fitting: .id(request.node), before: exchange.latestStart)
        } catch let failure as AWSFailure where failure.kind == .accessDenied {
            // A start by id needs no list of nodes, so an account whose role cannot ask for one is not told no for that.
            return
        }
        guard found.nodes.contains(where: { $0.id == request.node }) else { throw entitlement.nodeNotAllowed }
    }
}
