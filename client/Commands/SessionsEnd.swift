internal import ArgumentParser
internal import SessionCore

/// `ssm-broker sessions end`.
struct SessionsEnd: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "end",
        abstract: "End a session of yours; administrators may end anybody's, and many.",
        usage: """
            ssm-broker sessions end <id> [--reason <reason>] [--profile <profile>]
                   [--no-input] [--output <output>]
                   ssm-broker sessions end [--user <user>] [--node <node>]
                       [--permission-set <permission-set>] [--reason <reason>]
                       [--yes] [--profile <profile>] [--no-input]
                       [--output <output>]
            """,
        discussion: """
            With a user, a permission set or a node, administrators end every session
            that fits all of them; the sessions are shown first, and you are asked.
            Ends with 1 when some may still run. With -o tsv: id, whether it ended, code.

            Examples:
              ssm-broker sessions end 6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11
              ssm-broker sessions end --user alice --reason "left the company"
            """
    )

    @Argument(help: "The session's id, the broker's, or of your own also Session Manager's.")
    var id: String?
    @Option(help: "End the sessions of this user name, in every account.")
    var user: String?
    @Option(help: "End the sessions of this permission set.")
    var permissionSet: String?
    @Option(help: "End the sessions on this node.")
    var node: String?
    @Option(help: "Why; it stands in the record of each end.")
    var reason: String?
    @Flag(help: "Do not ask.")
    var yes = false
    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        if let id, [user, permissionSet, node].allSatisfy({ $0 == nil }) {
            let broker = try world.broker(profile: signIn.profile)
            let session = try await find(id, with: broker)
            try await broker.end(session, EndSessionRequest(reason: reason))
            world.output.write(["ended": true, "id": .string(session.text)], as: format) {
                ["Session \(session) has ended."]
            }
        } else {
            let request = try request()
            try await endMany(request, with: try world.broker(profile: signIn.profile), in: world)
        }
    }

    private func request() throws -> EndSessionsRequest {
        var problems: [String] = []
        if id != nil { problems.append("An id names one session; --user, --permission-set and --node many.") }
        if [user, permissionSet, node].allSatisfy({ $0 == nil }), id == nil {
            problems.append("Nothing says which sessions: give an id, --user, --permission-set or --node.")
        }
        let node = node.map { try? NodeID($0) }
        if case .some(nil) = node { problems.append("--node is no node id as i-0123456789abcdef0.") }
        guard problems.isEmpty else {
            throw CommandFailure(
                .usage,
                code: "QUERY_INVALID",
                what: "No session was ended.",
                why: problems,
                next: "See them: ssm-broker sessions --all"
            )
        }
        return EndSessionsRequest(user: user, permissionSet: permissionSet, node: node ?? nil, reason: reason)
    }

    private func endMany(_ request: EndSessionsRequest, with broker: BrokerClient, in world: Dependencies) async throws
    {
        if !yes {
            let shown = try await broker.sessions(
                SessionListRequest(isOfEverybody: true, query: request.query),
                upTo: SessionQuery.maximumLimit
            )
            guard !shown.isEmpty else {
                world.output.write(EndSessionsReply().json, rows: EndSessionsReply().rows, as: format) {
                    ["No session that may run fits."]
                }
                return
            }
            for line in SessionTable.of(shown).lines(width: world.output.columns) { world.output.note(line + "\n") }
            let count = shown.count == SessionQuery.maximumLimit ? "\(shown.count) or more" : "\(shown.count)"
            try Confirmation(
                question: shown.count == 1 ? "End this session" : "End these \(count) sessions",
                refusal: "No session was ended"
            ).obtain(isGiven: yes, in: world)
        }
        let reply = try await broker.end(request)
        world.output.write(reply.json, rows: reply.rows, as: format) { reply.lines }
        try reply.requireAllEnded()
    }

    /// The broker's id: only that one is known while an outcome is lost, and stands well in a path.
    private func find(_ id: String, with broker: BrokerClient) async throws -> RecordID {
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
