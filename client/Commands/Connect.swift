internal import ArgumentParser
internal import SessionCore

/// `ssm-broker connect`.
struct Connect: BrokerCommand {
    static let configuration = CommandConfiguration(
        abstract: "Open a shell on a node as your permission set's Linux user.",
        usage: """
            ssm-broker connect <instance> [--region <region>] [--profile <profile>]
                   [--reason <reason>] [--ticket <ticket>] [--dry-run]
                   [--output <output>]
            """,
        discussion: """
            The session ends on every way out of this command. Ctrl-C goes to the
            remote shell; while the plugin cannot connect, it ends the plugin.

            Examples:
              ssm-broker connect i-0123456789abcdef0
              ssm-broker connect i-0123456789abcdef0 --reason "disk full" --ticket OPS-17
              ssm-broker connect i-0123456789abcdef0 --dry-run --output json
            """
    )

    @Argument(help: ArgumentHelp("The node's id.", valueName: "instance"))
    var instance: String
    @Option(help: "The node's Region; otherwise AWS_REGION or AWS_DEFAULT_REGION.")
    var region: String?
    @OptionGroup var signIn: SignInOptions
    @Option(help: "Why you connect; it stands in the audit log.")
    var reason: String?
    @Option(help: "The ticket that this belongs to; it stands in the audit log.")
    var ticket: String?
    @Flag(help: "Show the decision, and start nothing.")
    var dryRun = false
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let request = try request(in: world)
        let broker = try world.broker(profile: signIn.profile)
        guard !dryRun else {
            let reply = try await broker.open(request)
            world.output.write(reply.json, as: format) { Self.decision(reply) }
            return
        }
        // Before the broker is asked: a session that nobody can use is a record that nobody wants.
        let plugin = try await Plugin.find(environment: world.environment, installed: world.installedPlugin)
        if let warning = plugin.warning { world.output.tell(warning) }
        try await ConnectFlow(plugin: plugin, broker: broker, world: world).run(request)
    }

    private func request(in world: Dependencies) throws -> OpenSessionRequest {
        guard let node = try? NodeID(instance) else {
            throw CommandFailure(
                .usage,
                code: "INSTANCE_INVALID",
                what: "\(instance.prefix(64)) is no node id.",
                why: ["A node id looks like i-0123456789abcdef0 or mi-0123456789abcdef0."]
            )
        }
        return OpenSessionRequest(
            requestID: world.makeID(),
            time: world.now(),
            kind: .shell,
            node: node,
            region: try nodeRegion(world.environment),
            reason: reason,
            ticket: ticket,
            isDryRun: dryRun,
            client: Version.client
        )
    }

    private func nodeRegion(_ environment: [String: String]) throws -> Region {
        let sources = [
            ("--region", region), ("AWS_REGION", environment["AWS_REGION"]),
            ("AWS_DEFAULT_REGION", environment["AWS_DEFAULT_REGION"]),
        ]
        guard
            let (source, text) = sources.lazy.compactMap({ source, text in text.map { (source, $0) } }).first(where: {
                !$0.1.isEmpty
            })
        else {
            throw CommandFailure(
                .usage,
                code: "REGION_MISSING",
                what: "Nothing says in which Region \(instance.prefix(64)) is.",
                next: "Add --region, or set AWS_REGION."
            )
        }
        guard let region = try? Region(text) else {
            throw CommandFailure(
                .usage,
                code: "REGION_INVALID",
                what: "\(text.prefix(64)), from \(source), is no Region as eu-west-1."
            )
        }
        return region
    }

    private static func decision(_ reply: OpenSessionReply) -> [String] {
        [
            "Granted:        yes; nothing was started",
            "Node's tags:    judged by IAM at the start; whoami shows which are needed",
            "Node:           \(reply.node) in \(reply.region)",
            "Account:        \(reply.account)",
            "Permission set: \(Printable.line(reply.permissionSet))",
            "Linux user:     \(reply.linuxUser)",
            "Document:       \(Printable.line(reply.document))",
        ]
    }
}
