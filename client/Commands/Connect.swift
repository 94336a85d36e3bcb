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
    @OptionGroup var options: SessionOptions
    @Flag(help: "Start the session without the broker, with your own AWS rights.")
    var direct = false
    @Option(help: "With --direct: another document than your permission set's own.")
    var document: String?
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }
    var signIn: SignInOptions { options.signIn }

    func run(in world: Dependencies) async throws {
        try checkOptions()
        guard !direct else { return try await runDirectly(in: world) }
        let target = try SessionTarget(named, options, in: world)
        guard !options.dryRun else {
            let request = options.request(.shell, on: try await target.node(), in: target.region, of: world)
            return try await options.showDecisions([request], of: target.broker, in: world, as: format)
        }
        try requirePerson(in: world)
        let plugin = try await options.plugin(in: world)
        let request = options.request(.shell, on: try await target.node(), in: target.region, of: world)
        let origin = try BrokeredSession(broker: target.broker, request: request, in: world)
        try await ConnectFlow(plugin: plugin, origin: origin, world: world).run()
    }

    /// Refuses to open a shell for nobody: at the end of its input the plugin leaves, and what was typed ahead is lost.
    func requirePerson(in world: Dependencies) throws {
        guard !world.isInteractive else { return }
        throw CommandFailure(
            .usage,
            code: "TERMINAL_MISSING",
            what: "A shell is for a person, and standard input is no terminal; no session was asked for.",
            next: "To run one command: ssm-broker exec \(named.node ?? "NODE") -- COMMAND"
        )
    }
}
