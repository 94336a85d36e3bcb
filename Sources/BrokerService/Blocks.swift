internal import Logging
internal import SessionCore

/// The emergency stop: whom it names is refused from the next request on, and their sessions end with the call.
extension Broker {
    /// Blocks a user or a role, then ends their sessions.
    ///
    /// The block is in force before the first session is ended, so none can come after; it stays in force when an end fails. A second
    /// block of the same key replaces the first, and ends what the first has left.
    func block(for caller: CallerIdentity, in exchange: inout Exchange) async throws -> JSON {
        let request = try BlockRequest(body: exchange.request.body)
        try await requireAdministrator(caller, in: &exchange)
        // Whoever blocks stays able to unblock, so blocks never leave the organisation without an administrator.
        guard !caller.owner.blockKeys.contains(request.key) else {
            throw Problem(
                .blockLocksYouOut,
                detail: "The block would keep you out as well, and you could not lift it.",
                next: "Ask another administrator, or sign in as one whom the block is not about."
            )
        }
        let block = Block(
            key: request.key,
            reason: request.reason,
            by: caller.arn.text,
            since: dependencies.now()
        )
        let record = exchange.record(.callerBlocked, details: request.details)
        // Two administrators who block each other at the same moment: the store lets one of them be first.
        let terms = AppendTerms(unlessBlocked: exchange.blockKeys, blocking: .block(block))
        try await append(record, terms: terms, in: exchange)
        let details = ["by": "administrator", "cause": "block", "block": request.key.text, "reason": request.reason]
        var sessions = EndSessionsReply(isComplete: false)
        do {
            sessions = try await end(.owned(by: request.key), by: caller, details: details, in: exchange)
        } catch {
            // The block stands; that its sessions could not be listed is told as an incomplete end, which the sweep makes up for.
            exchange.note(error, of: "ends")
        }
        return BlockReply(block: block, sessions: sessions).json
    }

    /// Lifts a block.
    func unblock(for caller: CallerIdentity, in exchange: inout Exchange) async throws -> JSON {
        let request = try BlockRequest(parameters: exchange.request.query)
        try await requireAdministrator(caller, in: &exchange)
        guard let block = try await dependencies.blocks.block(matching: [request.key]) else {
            throw Problem(
                .blockNotFound,
                detail: "Nothing blocks \(request.key.text).",
                next: "See the blocks in force: ssm-broker blocks"
            )
        }
        let record = exchange.record(.callerUnblocked, details: request.details)
        let terms = AppendTerms(unlessBlocked: exchange.blockKeys, blocking: .unblock(request.key))
        try await append(record, terms: terms, in: exchange)
        return UnblockReply(block: block).json
    }

    /// The blocks in force.
    func listBlocks(for caller: CallerIdentity, in exchange: inout Exchange) async throws -> JSON {
        try await requireAdministrator(caller, in: &exchange)
        return BlockList(blocks: try await dependencies.blocks.blocks()).json
    }
}

extension BlockRequest {
    /// What the record of a block, or of its end, says.
    fileprivate var details: [String: String] { [key.member.name: key.member.value, "reason": reason] }
}

extension SessionChoice {
    /// Those of a user, or of everybody who holds a role.
    static func owned(by key: BlockKey) -> SessionChoice {
        switch key {
        case .user(let user): SessionChoice(SessionQuery(user: user))
        case .role: SessionChoice(SessionQuery()) { $0.owner.blockKeys.contains(key) }
        }
    }
}
