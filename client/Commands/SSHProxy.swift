internal import ArgumentParser
internal import SessionCore

/// `ssm-broker ssh-proxy`.
struct SSHProxy: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "ssh-proxy",
        abstract: "Carry ssh's connection to a node; ssh runs this as its ProxyCommand.",
        usage: """
            ssm-broker ssh-proxy <node> [<port>] [--region <region>]
                   [--profile <profile>] [--no-input] [--reason <reason>]
                   [--ticket <ticket>] [--dry-run] [--output <output>]
            """,
        discussion: """
            It has its cost, and only works where the role map allows kind ssh: sshd lets
            in whomever its own keys let in, as whichever Linux user they name, so that no
            Run As has a part in it; and what is done there is encrypted on its way, so
            that there is no transcript. The broker records that there was a connection,
            of whom, when, and to which node.

            Standard output carries ssh's bytes alone. ssm-broker ssh-config prints what
            ssh needs to run this by itself.

            Example:
              ssh -o ProxyCommand="ssm-broker ssh-proxy '%h'" admin@i-0123456789abcdef0
            """
    )

    /// The only port that a session document of this kind leads to.
    private static let port = 22

    @OptionGroup var named: NodeArgument
    @Argument(help: "The port, as ssh gives it for %p: 22.")
    var port: Int = Self.port
    @OptionGroup var options: SessionOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }
    var signIn: SignInOptions { options.signIn }

    func run(in world: Dependencies) async throws {
        guard port == Self.port else {
            throw CommandFailure(
                .usage,
                code: "SSH_PORT_INVALID",
                what: "The session document leads to port \(Self.port) of the node, not to \(port).",
                next:
                    "For another port: ssm-broker forward \(named.node ?? "NODE") --remote-port \(port), then ssh -p to the local one."
            )
        }
        guard named.node != nil else {
            throw CommandFailure(
                .usage,
                code: "NODE_MISSING",
                what: "No node is named.",
                why: ["ssh gives it for %h; standard input is ssh's, so nobody can choose from a list."],
                next: "See what ssh needs: ssm-broker ssh-config"
            )
        }
        let target = try SessionTarget(named, options, in: world)
        let plugin = options.dryRun ? nil : try await options.plugin(in: world, isQuiet: true)
        let request = options.request(.ssh, on: try await target.node(), in: target.region, of: world)
        guard let plugin else {
            return try await options.showDecisions([request], of: target.broker, in: world, as: format)
        }
        let origin = try BrokeredSession(broker: target.broker, request: request, in: world)
        try await ConnectionFlow(plugin: plugin, origin: origin, world: world).run()
    }
}
