internal import ArgumentParser
internal import SessionCore

/// `ssm-broker connect`.
struct Connect: SignedInCommand {
    static let configuration = CommandConfiguration(
        abstract: "Open a shell on a node as your permission set's Linux user.",
        usage: """
            ssm-broker connect <instance> [--region <region>] [--profile <profile>]
                   [--reason <reason>] [--ticket <ticket>] [--dry-run]
                   [--direct [--document <document>]] [--output <output>]
            """,
        discussion: """
            The session ends on every way out of this command. Ctrl-C goes to the
            remote shell; while the plugin cannot connect, it ends the plugin.

            With --direct no broker is asked: the session is started with your own AWS
            rights and your permission set's document, and CloudTrail alone records it.
            Where the guardrails stand, that is for the BreakGlass permission set.

            Examples:
              ssm-broker connect i-0123456789abcdef0
              ssm-broker connect i-0123456789abcdef0 --reason "disk full" --ticket OPS-17
              ssm-broker connect i-0123456789abcdef0 --dry-run --output json
              ssm-broker connect i-0123456789abcdef0 --direct --profile break-glass \\
                --document SSMBroker-Shell-DatabaseAdmin --reason "OPS-17: broker down"
            """
    )

    @Argument(help: ArgumentHelp("The node's id.", valueName: "instance"))
    var instance: String
    @Option(help: "The node's Region; otherwise AWS_REGION, or as configured.")
    var region: String?
    @OptionGroup var signIn: SignInOptions
    @Option(help: "Why you connect; it stands in the audit log.")
    var reason: String?
    @Option(help: "The ticket that this belongs to; it stands in the audit log.")
    var ticket: String?
    @Flag(help: "Show the decision, and start nothing.")
    var dryRun = false
    @Flag(help: "Start the session without the broker, with your own AWS rights.")
    var direct = false
    @Option(help: "With --direct: another document than your permission set's own.")
    var document: String?
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        try checkOptions()
        guard !direct else { return try await runDirectly(in: world) }
        let request = try request(in: world)
        let broker = try world.broker(profile: signIn.profile)
        guard !dryRun else {
            let reply = try await broker.open(request)
            world.output.write(reply.json, as: format) { Self.decision(reply) }
            return
        }
        let plugin = try await plugin(in: world)
        try await ConnectFlow(plugin: plugin, origin: BrokeredSession(broker: broker, request: request), world: world)
            .run()
    }

    /// The plugin, before anything is asked for: a session that nobody can use is a record that nobody wants.
    func plugin(in world: Dependencies) async throws -> Plugin {
        let plugin = try await Plugin.find(
            environment: world.environment,
            named: try world.settings(profile: signIn.profile).value(.plugin),
            installed: world.installedPlugin
        )
        if let warning = plugin.warning { world.output.tell(warning) }
        return plugin
    }

    /// The node that was named.
    func node() throws -> NodeID {
        guard let node = try? NodeID(instance) else {
            throw CommandFailure(
                .usage,
                code: "INSTANCE_INVALID",
                what: "\(instance.prefix(64)) is no node id.",
                why: ["A node id looks like i-0123456789abcdef0 or mi-0123456789abcdef0."]
            )
        }
        return node
    }

    private func request(in world: Dependencies) throws -> OpenSessionRequest {
        OpenSessionRequest(
            requestID: world.makeID(),
            time: world.now(),
            kind: .shell,
            node: try node(),
            region: try nodeRegion(in: world),
            reason: reason,
            ticket: ticket,
            isDryRun: dryRun,
            client: Version.client
        )
    }

    /// The Region that was named, by option, variable or setting.
    func nodeRegion(in world: Dependencies) throws -> Region {
        try world.settings(profile: signIn.profile).nodeRegion(flag: region, of: instance)
    }

    private static func decision(_ reply: OpenSessionReply) -> [String] {
        [
            "Granted:        yes; nothing was started",
            "Node's tags:    judged by IAM at the start; whoami shows which are needed",
            "Node:           \(reply.node) in \(reply.region)",
            "Account:        \(reply.account)",
            "Permission set: \(Printable.line(reply.permissionSet))",
            "Linux user:     \(reply.linuxUser?.name ?? "none")",
            "Document:       \(Printable.line(reply.document))",
        ]
    }
}
