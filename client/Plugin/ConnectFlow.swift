internal import SessionCore

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// From the request to the end of the session: whatever was opened is ended on every way out.
struct ConnectFlow: Sendable {
    let plugin: Plugin
    let origin: any SessionOrigin
    let world: Dependencies

    /// Opens a session, shows it until it ends, and ends it where it came from.
    ///
    /// - Throws: ``CommandFailure``.
    func run() async throws {
        let catching = try world.beginSignals(world.signals)
        defer { catching.end() }
        world.signals.atFirst { [output = world.output, who = origin.counterpart] in
            output.tell("Interrupted; waiting for \(who)'s answer, to end what it may have started.")
        }
        let session: OpenedSession
        do {
            session = try await Waiting(what: "Waiting for \(origin.counterpart)", world: world).show {
                try await origin.open()
            }
        } catch var failure as CommandFailure where world.signals.first != nil {
            failure.status = .interrupted
            throw failure
        }
        world.signals.atFirst { [output = world.output] in output.tell("Interrupted; ending the session.") }
        let modes = Terminal.modes(of: world.terminal)
        let result: Result<PluginSession.Ending?, any Error>
        do { result = .success(try await show(session, catching)) } catch { result = .failure(error) }
        await end(session)
        // The plugin changes the modes through stty(1), and one that it leaves behind can come later than its end.
        if let modes { Terminal.restore(modes) }
        if let signal = world.signals.first { throw Self.interrupted(by: signal) }
        if let ending = try result.get() { try judge(ending) }
    }

    private func show(
        _ session: OpenedSession,
        _ catching: SignalPipe.Catching
    ) async throws -> PluginSession.Ending? {
        catching.settle()
        guard world.signals.first == nil else { return nil }
        for line in session.announcement { world.output.tell(line) }
        return try await PluginSession(session: session, plugin: plugin, origin: origin, world: world).run(catching)
    }

    private func end(_ session: OpenedSession) async {
        do {
            try await origin.end(session)
        } catch {
            let failure = error as? CommandFailure
            let reason = failure.map { ([$0.what] + $0.why).joined(separator: " ") } ?? "\(error)"
            let request = failure?.requestID.map { " Request: \($0)." } ?? ""
            world.output.tell(
                "Session \(session.name) on \(session.node) may still run until its idle time is over. \(reason)\(request)"
                    + " Next: \(session.toEnd)"
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
