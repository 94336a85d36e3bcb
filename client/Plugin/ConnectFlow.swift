internal import SessionCore

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A shell on the person's terminal, from the request to the end of its session.
struct ConnectFlow: Sendable {
    let plugin: Plugin
    let origin: any SessionOrigin
    let world: Dependencies

    /// Opens a session, shows it until it ends, and ends it where it came from.
    ///
    /// - Throws: ``CommandFailure``.
    func run() async throws {
        let use = SessionUse(plugin: plugin, origin: origin, world: world)
        let catching = try world.beginSignals(world.signals)
        defer { catching.end() }
        let session = try await use.openPatiently()
        let modes = Terminal.modes(of: world.terminal)
        catching.settle()
        if world.signals.first == nil { for line in session.announcement { world.output.tell(line) } }
        let result: Result<SessionUse.Outcome, any Error>
        do {
            result = .success(try await use.run(session, catching, streams: .shared))
        } catch {
            result = .failure(error)
        }
        // The plugin changes the modes through stty(1), and one that it leaves behind can come later than its end.
        if let modes { Terminal.restore(modes) }
        if let signal = world.signals.first { throw CommandFailure.interrupted(by: signal) }
        try judge(try result.get(), session)
    }

    private func judge(_ outcome: SessionUse.Outcome, _ session: OpenedSession) throws {
        switch outcome.plugin?.process {
        case .signalled(SIGINT), .signalled(SIGQUIT):
            throw CommandFailure(
                .interrupted,
                code: "INTERRUPTED",
                what: "Interrupted while session-manager-plugin was connecting."
            )
        default: break
        }
        if let failure = outcome.failure(of: plugin, on: session) { throw failure }
    }
}

extension SessionUse {
    /// Asks for the session as a person waits for it, and says what a signal comes to meanwhile.
    ///
    /// - Throws: ``CommandFailure``; interrupted when a signal came meanwhile.
    func openPatiently() async throws -> OpenedSession {
        world.signals.atFirst { [output = world.output, who = origin.counterpart] in
            output.tell("Interrupted; waiting for \(who)'s answer, to end what it may have started.")
        }
        let session = try await Waiting(what: "Waiting for \(origin.counterpart)", world: world).show {
            try await open()
        }
        world.signals.atFirst { [output = world.output] in output.tell("Interrupted; ending the session.") }
        return session
    }
}
