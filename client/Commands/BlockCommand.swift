internal import ArgumentParser
internal import SessionCore

/// `ssm-broker block`.
struct BlockCommand: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "block",
        abstract: "Emergency stop: keep a user or a role out, and end their sessions.",
        usage: """
            ssm-broker block <user-or-role-id> --reason <reason>
                   [--profile <profile>] [--no-input] [--output <output>]
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
        try request.requirePossible()
        let broker = try world.broker(profile: signIn.profile)
        let before = format.isForPrograms ? nil : await broker.block(of: request.key)
        let reply = try await broker.block(request)
        world.output.write(reply.json, as: format) {
            ["\(reply.block.key.title) is blocked."] + reply.sessions.lines
        }
        if let before {
            let by = before.by.split(separator: "/").last ?? ""
            world.output.tell("This took the place of a block since \(before.since) by \(by): \(before.reason)")
        }
        if !format.isForPrograms, reply.sessions.ended.isEmpty, reply.sessions.left.isEmpty,
            case .user(let user) = request.key, await broker.hasNoSession(of: user)
        {
            world.output.tell(
                "No session of a user \(user) is known. Is it the name that whoami shows them? If not: ssm-broker unblock \(user) --reason …"
            )
        }
        try reply.sessions.requireAllEnded()
    }
}

/// `ssm-broker unblock`.
struct UnblockCommand: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "unblock",
        abstract: "Let a user or a role in again.",
        usage: """
            ssm-broker unblock <user-or-role-id> --reason <reason>
                   [--profile <profile>] [--no-input] [--output <output>]
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
struct BlocksCommand: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "blocks",
        abstract: "List who is blocked, by whom and why.",
        discussion: """
            For administrators. With -o tsv: user, role id, since when, by whom, reason.

            Example:
              ssm-broker blocks
            """
    )

    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let blocks = try await world.broker(profile: signIn.profile).blocks()
        let rows = Rows(blocks.map(\.json), columns: ["user", "roleId", "since", "by", "reason"])
        world.output.write(BlockList(blocks: blocks).json, rows: rows, as: format) {
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

extension BlockRequest {
    /// Returns when somebody could be meant.
    ///
    /// Source: STS API Reference, AssumeRole, RoleSessionName: Identity Center makes the user name a session's name.
    ///
    /// - Throws: ``CommandFailure`` with status ``ExitStatus/usage``.
    fileprivate func requirePossible() throws {
        guard case .user(let user) = key else { return }
        let isPossible = { (byte: UInt8) in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "_+=,.@-".utf8.contains(byte)
        }
        guard (2...64).contains(user.utf8.count), user.utf8.allSatisfy(isPossible) else {
            throw CommandFailure(
                .usage,
                code: "NAME_INVALID",
                what: "Nobody was blocked: no caller can have the name \(user.prefix(64)).",
                why: ["A user name has 2 to 64 letters, digits and _+=,.@-; a role is named by its id, AROA…"],
                next: "See the names of callers: ssm-broker sessions --all"
            )
        }
    }
}

extension BrokerClient {
    /// A stop must not wait for what is only told beside it.
    private static let asideMilliseconds = 5000

    /// The block that is in force already; nil when there is none, or it is not known.
    fileprivate func block(of key: BlockKey) async -> Block? {
        // It is only told: a broker that cannot list its blocks may still make one.
        try? await blocks(milliseconds: Self.asideMilliseconds).first { $0.key == key }
    }

    /// Whether it is known that nobody of that name ever had a session.
    fileprivate func hasNoSession(of user: String) async -> Bool {
        let request = SessionListRequest(isOfEverybody: true, query: SessionQuery(user: user, limit: 1))
        // It is only told: the block holds whoever is known.
        return (try? await sessions(request, upTo: 1))?.isEmpty == true
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
