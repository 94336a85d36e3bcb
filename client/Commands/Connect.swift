internal import ArgumentParser
internal import SessionCore

/// `ssm-broker connect`.
struct Connect: SignedInCommand {
    static let configuration = CommandConfiguration(
        abstract: "Open a shell on a node as your permission set's Linux user.",
        usage: """
            ssm-broker connect [<node>] [--region <region>] [--profile <profile>]
                   [--no-input] [--reason <reason>] [--ticket <ticket>] [--dry-run]
                   [--direct [--document <document>]] [--output <output>]
            """,
        discussion: """
            A node is named by its id, its Name tag, tags (Role=web, or several with
            commas between), its private address or its DNS name. What fits several nodes
            is refused, and they are listed. Without a name, at a terminal, you choose from
            a list: type to narrow it, arrow keys or Ctrl-N and Ctrl-P to move, Enter to
            connect, Esc to leave; those you connected to lately come first.

            The session ends on every way out of this command. Ctrl-C goes to the
            remote shell; while the plugin cannot connect, it ends the plugin.

            With --direct no broker is asked: the session is started with your own AWS
            rights and your permission set's document, and CloudTrail alone records it.
            Where the guardrails stand, that is for the BreakGlass permission set.

            Examples:
              ssm-broker connect i-0123456789abcdef0
              ssm-broker connect web-1
              ssm-broker connect Role=web,Stage=test
              ssm-broker connect i-0123456789abcdef0 --reason "disk full" --ticket OPS-17
              ssm-broker connect i-0123456789abcdef0 --dry-run --output json
              ssm-broker connect i-0123456789abcdef0 --direct --profile break-glass \\
                --document SSMBroker-Shell-DatabaseAdmin --reason "OPS-17: broker down"
            """
    )

    @OptionGroup var named: NodeArgument
    @OptionGroup var place: NodeRegionOptions
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
        _ = try named.name()
        let region = try place.region(in: world, profile: signIn.profile)
        let broker = try world.broker(profile: signIn.profile)
        guard !dryRun else {
            let node = try await named.resolve(in: world, broker: broker, region: region)
            let reply = try await broker.open(request(for: node, in: region, of: world))
            world.output.write(reply.json, as: format) { Self.decision(reply) }
            return
        }
        let plugin = try await plugin(in: world)
        let node = try await named.resolve(in: world, broker: broker, region: region)
        let origin = BrokeredSession(
            broker: broker,
            request: request(for: node, in: region, of: world),
            memory: NodeMemory(world, broker)
        )
        try await ConnectFlow(plugin: plugin, origin: origin, world: world).run()
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

    private func request(for node: NodeID, in region: Region, of world: Dependencies) -> OpenSessionRequest {
        OpenSessionRequest(
            requestID: world.makeID(),
            time: world.now(),
            kind: .shell,
            node: node,
            region: region,
            reason: reason,
            ticket: ticket,
            isDryRun: dryRun,
            client: Version.client
        )
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
