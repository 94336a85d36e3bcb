internal import ArgumentParser
internal import SessionCore

/// What every command takes that asks the broker for sessions.
struct SessionOptions: ParsableArguments {
    @OptionGroup var place: NodeRegionOptions
    @OptionGroup var signIn: SignInOptions
    @Option(help: "Why you connect; it stands in the audit log.")
    var reason: String?
    @Option(help: "The ticket that this belongs to; it stands in the audit log.")
    var ticket: String?
    @Flag(help: "Show the decision, and start nothing.")
    var dryRun = false

    /// A request for a session.
    func request(
        _ kind: SessionKind,
        _ parameters: SessionParameters = SessionParameters(),
        on node: NodeID,
        in region: Region,
        of world: Dependencies
    ) -> OpenSessionRequest {
        OpenSessionRequest(
            requestID: world.makeID(),
            time: world.now(),
            kind: kind,
            parameters: parameters,
            node: node,
            region: region,
            reason: reason,
            ticket: ticket,
            isDryRun: dryRun,
            client: Version.client
        )
    }

    /// Asks for decisions alone, and shows them: a table for a person, one line of JSON each for a program.
    ///
    /// - Throws: ``CommandFailure`` at the first refusal.
    func showDecisions(
        _ requests: [OpenSessionRequest],
        of broker: BrokerClient,
        in world: Dependencies,
        as format: OutputFormat
    ) async throws {
        for (number, request) in requests.enumerated() {
            let reply = try await broker.open(request)
            world.output.write(reply.json, as: format) { (number > 0 ? [""] : []) + Self.lines(reply, request) }
        }
    }

    /// The plugin, before anything is asked for: a session that nobody can use is a record that nobody wants.
    ///
    /// - Parameters:
    ///   - world: Where it is looked for.
    ///   - isQuiet: Whether warnings are for people at terminals alone.
    /// - Returns: The plugin.
    /// - Throws: ``CommandFailure`` with status ``ExitStatus/plugin``.
    func plugin(in world: Dependencies, isQuiet: Bool = false) async throws -> Plugin {
        let plugin = try await Plugin.find(
            environment: world.environment,
            named: try world.settings(profile: signIn.profile).value(.plugin),
            installed: world.installedPlugin
        )
        if let warning = plugin.warning, !isQuiet || world.output.progress != nil { world.output.tell(warning) }
        return plugin
    }

    private static func lines(_ reply: OpenSessionReply, _ request: OpenSessionRequest) -> [String] {
        var rows = [
            ("Granted", "yes; nothing was started"),
            ("Node's tags", "judged by IAM at the start; whoami shows which are needed"),
            ("Node", "\(reply.node) in \(reply.region)"), ("Account", "\(reply.account)"),
            ("Permission set", reply.permissionSet),
        ]
        if let linuxUser = reply.linuxUser { rows.append(("Linux user", linuxUser.name)) }
        let parameters = request.parameters
        if let command = parameters.command { rows.append(("Command", command)) }
        if let port = parameters.port { rows.append(("Port", "\(parameters.host.map { "\($0):" } ?? "")\(port)")) }
        rows.append(("Document", reply.document))
        return rows.map { "\($0):" + String(repeating: " ", count: max(1, 15 - $0.count)) + Printable.line($1) }
    }
}
