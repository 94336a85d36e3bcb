internal import SessionCore

extension BrokerClient {
    static let blockMilliseconds = 33_000

    /// Blocks a user or a role, and ends their sessions.
    ///
    /// - Throws: ``CommandFailure``.
    func block(_ request: BlockRequest) async throws -> BlockReply {
        let json = try await call(
            "POST",
            "/v1/blocks",
            body: request.json,
            milliseconds: Self.blockMilliseconds,
            purpose: "Nobody was blocked"
        )
        guard let reply = BlockReply(json: json) else { throw unreadable("What became of the block is not known") }
        return reply
    }

    /// Lifts a block.
    ///
    /// - Throws: ``CommandFailure``.
    func unblock(_ request: BlockRequest) async throws -> UnblockReply {
        let json = try await call(
            "DELETE",
            "/v1/blocks",
            query: request.parameters,
            milliseconds: Self.blockMilliseconds,
            purpose: "No block was lifted"
        )
        guard let reply = UnblockReply(json: json) else { throw unreadable("What became of the block is not known") }
        return reply
    }

    /// The blocks in force.
    ///
    /// - Throws: ``CommandFailure``.
    func blocks(milliseconds: Int = blockMilliseconds) async throws -> [Block] {
        let purpose = "The blocks were not listed"
        let json = try await call("GET", "/v1/blocks", milliseconds: milliseconds, purpose: purpose)
        guard let list = BlockList(json: json) else { throw unreadable(purpose) }
        return list.blocks
    }

    private func unreadable(_ what: String) -> CommandFailure {
        CommandFailure(
            .failed,
            code: "ANSWER_UNREADABLE",
            what: "\(what): the broker's answer lacks what this client needs.",
            why: ["This is \(Version.client); the broker at \(endpoint.host) may be of another version."],
            next: "See the blocks in force: ssm-broker blocks"
        )
    }
}
