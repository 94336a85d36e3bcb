internal import ArgumentParser
internal import SessionCore

/// `ssm-broker forward`.
struct Forward: SignedInCommand {
    static let configuration = CommandConfiguration(
        abstract: "Forward ports of this machine to a node, or to what the node reaches.",
        usage: """
            ssm-broker forward [<node>] --remote-port <port> [--local-port <port>]
                   [--remote-host <host>] [--region <region>] [--profile <profile>]
                   [--no-input] [--reason <reason>] [--ticket <ticket>] [--dry-run]
                   [--output <output>]
                   ssm-broker forward [<node>] -L [<local>:][<host>:]<port> ... [...]
            """,
        discussion: """
            Several at once: repeat -L. Each is a session of its own, with a record of its
            own. Without a local port it is the remote port's number, and 0 is any free
            one. Only programs on this machine reach it. Nothing is started when a local
            port is taken, and when one of several is refused the others are ended again.

            When a forward is ready, standard output has a line that says so; with
            --output json it is an object with localPort, remotePort and id.

            Ctrl-C or SIGTERM ends all sessions. That is the only way a forward ends by
            intent, so the exit code is then 0; before all were ready it is 130. When a
            session ends by itself (idle or for too long, or by an administrator) standard
            error says which; the others go on, and the exit code is 1.
            A closed connection is closed both ways at once, whoever closed it.

            Examples:
              ssm-broker forward i-0123456789abcdef0 --remote-port 5432
              ssm-broker forward i-0123456789abcdef0 -L 15432:db.internal:5432 -L 0:8080
            """
    )

    @OptionGroup var named: NodeArgument
    @Option(help: ArgumentHelp("The port to reach.", valueName: "port"))
    var remotePort: Int?
    @Option(help: ArgumentHelp("The port on this machine; 0 for any.", valueName: "port"))
    var localPort: Int?
    @Option(help: ArgumentHelp("The machine that the node reaches; otherwise the node itself.", valueName: "host"))
    var remoteHost: String?
    @Option(
        name: .customShort("L"),
        parsing: .singleValue,
        help: ArgumentHelp("One more, in ssh's form: [local:][host:]port.", valueName: "forward")
    )
    var more: [PortForward] = []
    @OptionGroup var options: SessionOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }
    var signIn: SignInOptions { options.signIn }

    func run(in world: Dependencies) async throws {
        let forwards = try forwards()
        let target = try SessionTarget(named, options, in: world)
        let plugin = options.dryRun ? nil : try await options.plugin(in: world)
        if plugin != nil { for forward in forwards { try LocalPort.check(forward.localPort) } }
        let node = try await target.node()
        let requests = forwards.map { forward in
            options.request(
                .port,
                SessionParameters(port: forward.port, host: forward.host, localPort: forward.localPort),
                on: node,
                in: target.region,
                of: world
            )
        }
        guard let plugin else {
            return try await options.showDecisions(requests, of: target.broker, in: world, as: format)
        }
        let flow = ForwardFlow(
            uses: try zip(forwards, requests).map { forward, request in
                let origin = try BrokeredSession(broker: target.broker, request: request, in: world)
                return (forward, SessionUse(plugin: plugin, origin: origin, world: world))
            },
            format: format,
            world: world
        )
        try await flow.run()
    }

    /// What was asked for, whole and without contradictions.
    private func forwards() throws -> [PortForward] {
        var problems: [String] = []
        for (name, port, lowest) in [("--remote-port", remotePort, 1), ("--local-port", localPort, 0)] {
            if let port, !(lowest...65_535).contains(port) { problems.append("\(name) is none of \(lowest) to 65535.") }
        }
        if remotePort == nil, localPort != nil || remoteHost != nil {
            problems.append("--local-port and --remote-host belong to a --remote-port.")
        }
        if remotePort == nil, more.isEmpty { problems.append("Nothing says which port: give --remote-port or -L.") }
        if remoteHost?.isEmpty == true { problems.append("--remote-host is empty.") }
        let first = remotePort.map { PortForward(localPort: localPort, host: remoteHost, port: $0) }
        let all = [first].compactMap(\.self) + more
        let taken = Dictionary(grouping: all.map(\.localPort).filter { $0 > 0 }) { $0 }.filter { $1.count > 1 }
        for port in taken.keys.sorted() { problems.append("Local port \(port) is asked for more than once.") }
        guard problems.isEmpty else {
            throw CommandFailure(
                .usage,
                code: "FORWARD_INVALID",
                what: "Nothing was forwarded.",
                why: problems,
                next: "ssm-broker forward --help has examples."
            )
        }
        return all
    }
}
