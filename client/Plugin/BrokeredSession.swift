internal import AWSClient
internal import SessionCore

/// A session that the broker starts, records, keeps and ends.
struct BrokeredSession: SessionOrigin {
    let broker: BrokerClient
    let request: OpenSessionRequest
    /// Where it is remembered which nodes were connected to.
    let memory: NodeMemory
    /// Ends the session where it runs, when the broker cannot.
    let aws: AWSClient
    /// Waits some milliseconds.
    let pause: @Sendable (_ milliseconds: Int) async -> Void

    /// The waits before the broker is asked again to end the session, in milliseconds: a person waits for their prompt meanwhile.
    private static let retryPauses = [250, 900]
    /// After this time, in seconds, it is not asked again: it has let us wait long enough.
    private static let retrySeconds: Int64 = 3
    /// Ending a session where it runs must not hold a person's shell up either, in seconds.
    private static let endSeconds: Int64 = 5

    init(broker: BrokerClient, request: OpenSessionRequest, in world: Dependencies) throws {
        self.broker = broker
        self.request = request
        memory = NodeMemory(world, broker)
        aws = try world.aws()
        pause = world.pause
    }

    var counterpart: String { "the broker" }

    func open() async throws -> OpenedSession {
        let reply = try await broker.open(request)
        guard let channel = reply.channel else {
            throw CommandFailure(.failed, code: "NOTHING_STARTED", what: "The broker decided, and started nothing.")
        }
        memory.use(
            reply.node,
            account: reply.account,
            permissionSet: reply.permissionSet,
            region: reply.region
        )
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

    func end(_ session: OpenedSession, holding credentials: ChannelCredentials) async throws -> SessionEnd {
        let refusal: CommandFailure
        do {
            return SessionEnd(byOthers: Self.stranger(try await endAtBroker(session)))
        } catch let failure as CommandFailure {
            refusal = failure
        }
        do {
            try await terminate(session, with: credentials)
        } catch {
            // That the second way failed too says less than why the first did.
            throw refusal
        }
        return SessionEnd(
            remark:
                "The broker did not end session \(session.name), so its own credentials did; the broker's records learn of it later."
                + " \(refusal.what)"
        )
    }

    private func endAtBroker(_ session: OpenedSession) async throws -> EndSessionReply? {
        let begun = broker.now()
        var pauses = Self.retryPauses[...]
        while true {
            do {
                return try await broker.end(session.id)
            } catch let failure as CommandFailure where failure.code == ProblemCode.sessionEnded.rawValue {
                return nil
            } catch let failure as CommandFailure where failure.isWorthRepeating {
                let isPatient = broker.now() < begun.advanced(bySeconds: Self.retrySeconds)
                guard isPatient, let milliseconds = pauses.popFirst() else { throw failure }
                await pause(milliseconds)
            }
        }
    }

    private func terminate(_ session: OpenedSession, with credentials: ChannelCredentials) async throws {
        let keys = AWSCredentials(
            accessKeyID: credentials.accessKeyID,
            secretAccessKey: credentials.secretAccessKey,
            sessionToken: credentials.sessionToken,
            expiration: credentials.expiration
        )
        let client = aws.with(deadline: aws.now().advanced(bySeconds: Self.endSeconds))
        try await SSM(client: client, region: session.region, credentials: keys)
            .terminateSession(id: session.channel.session.sessionID)
    }

    /// Who ended the session before its user did, as a sentence.
    private static func stranger(_ reply: EndSessionReply?) -> String? {
        switch (reply?.by, reply?.cause) {
        case ("administrator", "block"?): "An administrator has blocked you, and ended the session."
        case ("administrator", let cause?) where cause.hasPrefix("role map"):
            "The session was ended with the publication of \(cause), which does not allow it."
        case ("administrator", _): "An administrator ended the session."
        case ("sweep", _), ("broker", _): "The broker ended the session."
        default: nil
        }
    }
}

extension CommandFailure {
    /// Whether the same request may well succeed a moment later.
    fileprivate var isWorthRepeating: Bool {
        let passing: [ProblemCode] = [
            .awsThrottled, .awsUnavailable, .auditUnavailable, .integrationTimeout, .integrationFailed,
            .internalFailure,
        ]
        return ["BROKER_UNREACHABLE", "ANSWER_FOREIGN"].contains(code) || passing.contains { $0.rawValue == code }
    }
}
