internal import SessionCore

/// A session that the broker starts, records, keeps and ends.
struct BrokeredSession: SessionOrigin {
    let broker: BrokerClient
    let request: OpenSessionRequest

    var counterpart: String { "the broker" }

    func open() async throws -> OpenedSession {
        let reply = try await broker.open(request)
        guard let channel = reply.channel else {
            throw CommandFailure(.failed, code: "NOTHING_STARTED", what: "The broker decided, and started nothing.")
        }
        return OpenedSession(
            id: reply.id,
            name: reply.id.text,
            node: reply.node,
            region: reply.region,
            announcement: [
                "\(reply.permissionSet) in \(reply.account): \(reply.linuxUser?.name ?? reply.kind.rawValue) on \(reply.node) (\(reply.region)), session \(reply.id)"
            ],
            toEnd: "ask an administrator of the broker to end session \(reply.id).",
            channel: channel
        )
    }

    func credentials(for session: OpenedSession) async throws -> ChannelCredentials {
        try await broker.credentials(for: session.id)
    }

    func end(_ session: OpenedSession) async throws {
        do {
            try await broker.end(session.id)
        } catch let failure as CommandFailure where failure.code == ProblemCode.sessionEnded.rawValue {
            // Its time limit, an administrator or the node was first.
        }
    }
}
