internal import SessionCore

extension BrokerClient {
    private static let sessionsPurpose = "The sessions were not listed"

    /// Ends the sessions that a request names together.
    ///
    /// - Throws: ``CommandFailure``.
    func end(_ request: EndSessionsRequest) async throws -> EndSessionsReply {
        let purpose = "The sessions were not ended"
        let json = try await call(
            "DELETE",
            "/v1/sessions",
            query: request.parameters,
            milliseconds: 33_000,
            purpose: purpose
        )
        guard let reply = EndSessionsReply(json: json) else {
            throw CommandFailure(
                .failed,
                code: "ANSWER_UNREADABLE",
                what: "What became of the sessions is not known: the broker's answer lacks what this client needs.",
                why: ["This is \(Version.client); the broker at \(endpoint.host) may be of another version."],
                next: "See what still runs: ssm-broker sessions list --all --state pending,live,unknown"
            )
        }
        return reply
    }

    /// One page of sessions, newest first.
    ///
    /// - Throws: ``CommandFailure``.
    func sessions(_ request: SessionListRequest) async throws -> SessionPage {
        let json = try await read("/v1/sessions", request.parameters, purpose: Self.sessionsPurpose)
        guard let page = SessionPage(json: json) else {
            throw CommandFailure(
                .failed,
                code: "ANSWER_UNREADABLE",
                what: "\(Self.sessionsPurpose): the broker's answer lacks what this client needs.",
                why: ["This is \(Version.client); the broker at \(endpoint.host) may be of another version."],
                next: "Update ssm-broker, or ask whoever runs the broker."
            )
        }
        return page
    }

    /// Sessions, newest first, from as many pages as it takes.
    ///
    /// - Parameters:
    ///   - request: What to ask for.
    ///   - limit: How many sessions to read at most.
    /// - Returns: The sessions.
    /// - Throws: ``CommandFailure``.
    func sessions(_ request: SessionListRequest, upTo limit: Int) async throws -> [SessionHistory] {
        var request = request
        var sessions: [SessionHistory] = []
        repeat {
            request.query.limit = min(limit - sessions.count, SessionQuery.maximumLimit)
            let page = try await self.sessions(request)
            sessions += page.sessions
            // A page without sessions and with a next one would lead round in a circle.
            request.query.cursor = page.sessions.isEmpty ? nil : page.next
        } while request.query.cursor != nil && sessions.count < limit
        return sessions
    }
}
