internal import SessionCore

extension BrokerClient {
    private static let rolloutPurpose = "The rollout was not read"

    /// Places of the rollout, from as many pages as it takes.
    ///
    /// - Parameters:
    ///   - request: What to ask for.
    ///   - limit: How many places to read at most.
    /// - Returns: The places, with the number and the totals of the first page.
    /// - Throws: ``CommandFailure``.
    func rollout(_ request: RolloutRequest, upTo limit: Int) async throws -> RolloutReply {
        var request = request
        request.limit = min(limit, RolloutQuery.maximumLimit)
        var reply = try await page(request)
        var next = reply.next
        while let cursor = next, reply.places.count < limit {
            request.cursor = cursor
            request.limit = min(limit - reply.places.count, RolloutQuery.maximumLimit)
            let page = try await page(request)
            // A page without places and with a next one would lead round in a circle.
            next = page.places.isEmpty ? nil : page.next
            reply.places += page.places
        }
        reply.next = next
        return reply
    }

    private func page(_ request: RolloutRequest) async throws -> RolloutReply {
        let json = try await call(
            "GET",
            "/v1/rollout",
            query: request.parameters,
            milliseconds: 33_000,
            purpose: Self.rolloutPurpose
        )
        guard let reply = RolloutReply(json: json) else {
            throw CommandFailure(
                .failed,
                code: "ANSWER_UNREADABLE",
                what: "\(Self.rolloutPurpose): the broker's answer lacks what this client needs.",
                why: ["This is \(Version.client); the broker at \(endpoint.host) may be of another version."],
                next: "Update ssm-broker, or ask whoever runs the broker."
            )
        }
        return reply
    }
}
