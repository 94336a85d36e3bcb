internal import ArgumentParser
internal import SessionCore

/// `ssm-broker block`.
struct BlockCommand: BrokerCommand {
    static let configuration = CommandConfiguration(
        commandName: "block",
        abstract: "Emergency stop: keep a user or a role out, and end their sessions.",
        usage: """
            ssm-broker block <user-or-role-id> --reason <reason>
                   [--profile <profile>] [--output <output>]
            """,
        discussion: """
            For administrators. The next request of whom it is about is refused, and
            their live sessions end with this command; it does not ask first. A user is
            meant in every account; a role by its unique id, which records and sessions
            show as roleId. Ends with 1 when a session may still run: the block holds
            all the same. Repeat it then.

            Examples:
              ssm-broker block alice --reason "laptop stolen"
              ssm-broker block AROAEXAMPLEEXAMPLE00 --reason "role misused"
            """
    )

    @Argument(help: ArgumentHelp("A user name, or a role's unique id (AROA…).", valueName: "user-or-role-id"))
    var whom: String
    @Option(help: "Why; it stands in the records.")
    var reason: String
    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let request = try BlockRequest(whom: whom, reason: reason, refusal: "Nobody was blocked")
        let reply = try await world.broker(profile: signIn.profile).block(request)
        world.output.write(reply.json, as: format) {
            ["\(reply.block.key.title) is blocked."] + reply.sessions.lines
        }
        try reply.sessions.requireAllEnded()
    }
}

/// `ssm-broker unblock`.
struct UnblockCommand: BrokerCommand {
    static let configuration = CommandConfiguration(
        commandName: "unblock",
        abstract: "Let a user or a role in again.",
        usage: """
            ssm-broker unblock <user-or-role-id> --reason <reason>
                   [--profile <profile>] [--output <output>]
            """,
        discussion: """
            For administrators. Sessions that the block ended stay ended.

            Example:
              ssm-broker unblock alice --reason "new laptop"
            """
    )

    @Argument(help: ArgumentHelp("A user name, or a role's unique id (AROA…).", valueName: "user-or-role-id"))
    var whom: String
    @Option(help: "Why; it stands in the records.")
    var reason: String
    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let request = try BlockRequest(whom: whom, reason: reason, refusal: "No block was lifted")
        let reply = try await world.broker(profile: signIn.profile).unblock(request)
        world.output.write(reply.json, as: format) {
            ["\(reply.block.key.title) is blocked no longer; the block was in force since \(reply.block.since)."]
        }
    }
}

/// `ssm-broker blocks`.
struct BlocksCommand: BrokerCommand {
    static let configuration = CommandConfiguration(
        commandName: "blocks",
        abstract: "List who is blocked, by whom and why.",
        discussion: """
            For administrators.

            Example:
              ssm-broker blocks
            """
    )

    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let blocks = try await world.broker(profile: signIn.profile).blocks()
        world.output.write(BlockList(blocks: blocks).json, as: format) {
            guard !blocks.isEmpty else { return ["Nobody is blocked."] }
            return Self.table(blocks).lines(width: world.output.columns)
        }
    }

    private static func table(_ blocks: [Block]) -> Table {
        Table(
            [
                Table.Column("BLOCKED"), Table.Column("SINCE (UTC)"), Table.Column("BY", mayShrink: true),
                Table.Column("REASON", mayShrink: true),
            ],
            rows: blocks.map { block in
                [
                    block.key.member.value, String(block.since.description.prefix(19).map { $0 == "T" ? " " : $0 }),
                    // The person at the end of the ARN says more than its beginning.
                    String(block.by.split(separator: "/").last ?? ""), block.reason,
                ]
            }
        )
    }
}

extension BlockRequest {
    /// Reads the command line.
    ///
    /// - Parameters:
    ///   - whom: A role's unique id, or else a user name.
    ///   - reason: Why.
    ///   - refusal: What did not happen when one of them cannot be, without a full stop.
    /// - Throws: ``CommandFailure`` with status ``ExitStatus/usage``.
    fileprivate init(whom: String, reason: String, refusal: String) throws {
        var problems: [String] = []
        let key = BlockKey.role(named: whom) ?? BlockKey.user(named: whom)
        if key == nil { problems.append("A user name has 1 to 256 characters, and none that controls a terminal.") }
        if !OpenSessionRequest.isPlainText(reason, maximumLength: OpenSessionRequest.maximumReasonLength) {
            problems.append("--reason takes 1 to \(OpenSessionRequest.maximumReasonLength) characters.")
        }
        guard problems.isEmpty, let key else {
            throw CommandFailure(.usage, code: "BODY_INVALID", what: "\(refusal).", why: problems)
        }
        self.init(key: key, reason: reason)
    }
}

extension BlockKey {
    /// Whom it is about, at the beginning of a sentence.
    fileprivate var title: String {
        switch self {
        case .user(let user): "User \(Printable.line(user))"
        case .role(let id): "Everybody with role \(Printable.line(id))"
        }
    }
}
