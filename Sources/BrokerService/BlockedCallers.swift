internal import SessionCore

/// Where a blocked caller is stopped.
///
/// A session's intent, its outcome and a renewal carry the question in their own transactions, so that it costs no wait; every other
/// route asks first. Ending one's own session is left to a blocked caller: it takes away, and gives nothing.
extension Broker {
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
}

extension Exchange {
    /// The keys whose block takes the place of a refusal: a blocked caller hears of that, and of nothing else.
    ///
    /// Those who are not proven to be who they say are refused as that.
    func blockKeys(insteadOf problem: Problem) -> [BlockKey] {
        guard route?.asksForBlocks == true, ![.callerBlocked, .roleNotProven].contains(problem.code) else { return [] }
        return blockKeys
    }

    /// The keys whose block keeps the caller out; none for a caller who cannot be told by name.
    var blockKeys: [BlockKey] { (try? identify())?.owner.blockKeys ?? [] }
}
