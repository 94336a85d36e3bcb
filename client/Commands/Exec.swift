internal import ArgumentParser
internal import SessionCore

/// `ssm-broker exec`.
struct Exec: SignedInCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run one command on a node as your permission set's Linux user.",
        usage: """
            ssm-broker exec [<node>] [--region <region>] [--profile <profile>]
                   [--no-input] [--reason <reason>] [--ticket <ticket>] [--dry-run]
                   [--output <output>] -- <command> ...
            """,
        discussion: """
            Its output and its errors come out as they would here, and its exit status
            becomes that of ssm-broker; 127 when there is no such program. When
            ssm-broker itself fails, standard error says so in a line that begins with
            "ssm-broker:", and the code is one of those in ssm-broker --help.

            The command gets the very words that stand after --, and no shell reads them
            there: for pipes, variables and the like, run sh -c. Line breaks cannot be
            sent. Standard input is not sent either: the command finds it empty.
            Ctrl-C interrupts the command, and ends with 130; a second one leaves it.
            Output is UTF-8 text; the errors of a line that is not finished can mix with
            output. At most the last 3 bytes of anything else are lost.

            Examples:
              ssm-broker exec i-0123456789abcdef0 -- systemctl status postgresql
              ssm-broker exec i-0123456789abcdef0 -- sh -c 'df -h | sort -k5' > disks
            """
    )

    @OptionGroup var named: NodeArgument
    @OptionGroup var options: SessionOptions
    @OptionGroup var results: OutputOptions
    @Argument(parsing: .postTerminator, help: "The program, and its arguments.")
    var command: [String] = []

    var format: OutputFormat { results.output }
    var signIn: SignInOptions { options.signIn }

    func run(in world: Dependencies) async throws {
        let line = try RemoteCommand(words: command).line
        let target = try SessionTarget(named, options, in: world)
        let plugin = options.dryRun ? nil : try await options.plugin(in: world, isQuiet: true)
        let request = options.request(
            .command,
            SessionParameters(command: line),
            on: try await target.node(),
            in: target.region,
            of: world
        )
        guard let plugin else {
            return try await options.showDecisions([request], of: target.broker, in: world, as: format)
        }
        let origin = try BrokeredSession(broker: target.broker, request: request, in: world)
        world.remote.leave(try await ExecFlow(plugin: plugin, origin: origin, world: world).run())
    }
}
