internal import ArgumentParser
internal import SessionCore

/// `ssm-broker sessions end`.
struct SessionsEnd: BrokerCommand {
    static let configuration = CommandConfiguration(
        commandName: "end",
        abstract: "End a session of yours; administrators may end anybody's.",
        discussion: """
            Example:
              ssm-broker sessions end 6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11
            """
    )

    @Argument(help: "The session's id, the broker's, or of your own also Session Manager's.")
    var id: String
    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let broker = try world.broker(profile: signIn.profile)
        let session = try await find(with: broker)
        try await broker.end(session)
        world.output.write(["ended": true, "id": .string(session.text)], as: format) {
            ["Session \(session) has ended."]
        }
    }

    /// The broker's id: only that one is known while an outcome is lost, and stands well in a path.
    private func find(with broker: BrokerClient) async throws -> RecordID {
        if let id = try? RecordID(id) { return id }
        let request = SessionListRequest(query: SessionQuery(states: SessionHistory.State.mayRun))
        let running = try await broker.sessions(request, upTo: SessionQuery.maximumLimit)
        guard let session = running.first(where: { $0.sessionID == id }) else {
            throw CommandFailure(
                .failed,
                code: ProblemCode.sessionNotFound.rawValue,
                what: "No session was ended: none of yours that may be running has this id.",
                why: [],
                next: "See them with ssm-broker sessions; for those of others, give the id that --all shows."
            )
        }
        return session.id
    }
}
