internal import SessionCore

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// From the request to the end of the session: whatever the broker opened is ended on every way out.
struct ConnectFlow: Sendable {
    let plugin: Plugin
    let broker: BrokerClient
    let world: Dependencies

    /// Opens a session, shows it until it ends, and ends it at the broker.
    ///
    /// - Throws: ``CommandFailure``.
    func run(_ request: OpenSessionRequest) async throws {
        let catching = try world.beginSignals(world.signals)
        defer { catching.end() }
        world.signals.atFirst { [output = world.output] in
            output.tell("Interrupted; waiting for the broker's answer, to end what it may have started.")
        }
        let reply: OpenSessionReply
        do {
            reply = try await Waiting(what: "Waiting for the broker", world: world).show {
                try await broker.open(request)
            }
        } catch var failure as CommandFailure where world.signals.first != nil {
            failure.status = .interrupted
            throw failure
        }
        world.signals.atFirst { [output = world.output] in output.tell("Interrupted; ending the session.") }
        let modes = Terminal.modes(of: world.terminal)
        let result: Result<PluginSession.Ending?, any Error>
        do { result = .success(try await show(reply, catching)) } catch { result = .failure(error) }
        await end(reply)
        // The plugin changes the modes through stty(1), and one that it leaves behind can come later than its end.
        if let modes { Terminal.restore(modes) }
        if let signal = world.signals.first { throw Self.interrupted(by: signal) }
        if let ending = try result.get() { try judge(ending) }
    }

    private func show(_ reply: OpenSessionReply, _ catching: SignalPipe.Catching) async throws -> PluginSession.Ending?
    {
        catching.settle()
        guard let channel = reply.channel, world.signals.first == nil else { return nil }
        world.output.tell(
            "\(reply.permissionSet) in \(reply.account): \(reply.linuxUser) on \(reply.node) (\(reply.region)), session \(reply.id)"
        )
        return try await PluginSession(reply: reply, channel: channel, plugin: plugin, broker: broker, world: world)
            .run(catching)
    }

    private func end(_ reply: OpenSessionReply) async {
        do {
            try await broker.end(reply.id)
        } catch let failure as CommandFailure where failure.code == ProblemCode.sessionEnded.rawValue {
            // Its time limit, an administrator or the node was first.
        } catch {
            let failure = error as? CommandFailure
            let reason = failure.map { ([$0.what] + $0.why).joined(separator: " ") } ?? "\(error)"
            let request = failure?.requestID.map { " Request: \($0)." } ?? ""
            world.output.tell(
                "Session \(reply.id) on \(reply.node) may still run until its idle time is over. \(reason)\(request)"
                    + " Next: ask an administrator of the broker to end session \(reply.id)."
            )
        }
    }

    private static func interrupted(by signal: Int32) -> CommandFailure {
        let names = [SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP"]
        return CommandFailure(
            .interrupted,
            code: "INTERRUPTED",
            what: "Interrupted by \(names[signal] ?? "signal \(signal)")."
        )
    }

    private func judge(_ ending: PluginSession.Ending) throws {
        let how: String
        switch ending.process {
        case .exited(0): return
        case .signalled(SIGINT), .signalled(SIGQUIT):
            throw CommandFailure(
                .interrupted,
                code: "INTERRUPTED",
                what: "Interrupted while session-manager-plugin was connecting."
            )
        case .exited(let status): how = "ended with status \(status)"
        case .signalled(let signal): how = "was ended by signal \(signal)"
        }
        throw ending.wasUsed
            ? CommandFailure(.failed, code: "PLUGIN_FAILED", what: "session-manager-plugin \(how).")
            : CommandFailure(
                .plugin,
                code: "PLUGIN_NOT_STARTED",
                what: "session-manager-plugin \(how) before it had begun.",
                why: ["It is \(plugin.path), version \(plugin.version)."],
                next: "Update the plugin; what it printed above says more."
            )
    }
}
