internal import SessionCore

/// Where a blocked caller is stopped.
///
/// A session's intent, its outcome and a renewal carry the question in their own transactions, so that it costs no wait; every other
/// route asks first. Ending one's own session is left to a blocked caller: it takes away, and gives nothing.
extension Broker {
    /// Refuses a blocked caller on a route that does not find out itself whether they are one.
    ///
    /// Whoever is an administrator by the map may block anybody, so the deployment's own administrators pass where blocks are lifted and
    /// maps are published: else nobody might be left who can. A name is easily borrowed, so they pass only proven.
    ///
    /// - Throws: What ``refuseBlocked(_:)`` throws; for the deployment's own administrators, whatever the proof of the role throws.
    func refuseBlocked(_ caller: CallerIdentity, on route: Route, in exchange: inout Exchange) async throws {
        if route.isOpenToBlockedBootstrap, isBootstrapAdministrator(caller) {
            try await prove(caller, in: &exchange)
            exchange.isBeyondBlocks = true
            return
        }
        try await refuseBlocked(caller)
    }

    /// Refuses a blocked caller.
    ///
    /// - Throws: ``AuditStoreFailure/blocked(_:)``, or `unavailable`: a store that cannot say so lets nobody pass.
    func refuseBlocked(_ caller: CallerIdentity) async throws {
        if let block = try await dependencies.blocks.block(matching: caller.owner.blockKeys) {
            throw AuditStoreFailure.blocked(block)
        }
    }
}

extension Route {
    /// Whether the route itself finds out whether the caller is blocked, in a transaction or where it matters.
    var asksForBlocks: Bool {
        switch self {
        case .openSession, .renewCredentials, .endSession: true
        default: false
        }
    }

    /// Whether no block keeps the deployment's own administrators from the route: with these they undo what a map's administrator did.
    var isOpenToBlockedBootstrap: Bool {
        switch self {
        case .listBlocks, .block, .unblock, .roleMap, .publishMap, .mapVersions, .mapVersion: true
        default: false
        }
    }
}

extension Exchange {
    /// The keys whose block takes the place of a refusal: a blocked caller hears of that, and of nothing else.
    ///
    /// Those who are not proven to be who they say are refused as that.
    func blockKeys(insteadOf problem: Problem) -> [BlockKey] {
        guard route?.asksForBlocks == true, ![.callerBlocked, .roleNotProven].contains(problem.code) else { return [] }
        return blockKeys
    }

    /// The keys whose block keeps the caller out; none for a caller who cannot be told by name, or whom no block keeps from the route.
    var blockKeys: [BlockKey] { isBeyondBlocks ? [] : (try? identify())?.owner.blockKeys ?? [] }
}
