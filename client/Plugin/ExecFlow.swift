internal import SessionCore
internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// One command on a node, from the request to its exit status.
struct ExecFlow: Sendable {
    let plugin: Plugin
    let origin: any SessionOrigin
    let world: Dependencies

    /// What the shells of this world say of a program that is not there.
    private static let notFound: Int32 = 127
    /// And of one that cannot be run.
    private static let notRunnable: Int32 = 126
    /// And of one that died because nobody read what it wrote.
    private static let unread = 128 + SIGPIPE
    /// A signal ended the command, and nobody tells which: what ssh says of that.
    private static let signalled: Int32 = 255

    /// Runs the command.
    ///
    /// - Returns: Its exit status.
    /// - Throws: ``CommandFailure`` when it is not known.
    func run() async throws -> Int32 {
        let use = SessionUse(plugin: plugin, origin: origin, world: world)
        let catching = try world.beginSignals(world.signals)
        defer { catching.end() }
        let session = try await use.openPatiently()
        let (signals, output) = (world.signals, world.output)
        let parser = Mutex(
            CommandOutput(
                chatter: PluginChatter(sessionID: session.channel.session.sessionID),
                marks: [.output: SessionDocument.outputMark, .errors: SessionDocument.errorsMark]
            ) { stream, bytes in
                switch stream {
                case .output: output.pass(bytes)
                case .errors: output.passErrors(bytes)
                }
                // Nobody reads on: a command here would be ended by its next word, so this one is.
                if output.isDeserted() { signals.stop() }
            }
        )
        let outcome = try await use.run(
            session,
            catching,
            streams: .apart(
                PluginStreams.Piping(meaning: .commandFirst) { packet in parser.withLock { $0.take(packet) } }
            )
        )
        let ending = parser.withLock { $0.finish() }
        if let signal = world.signals.first { throw CommandFailure.interrupted(by: signal) }
        guard !output.isDeserted() else { return Self.unread }
        return try status(ending, outcome, session)
    }

    private func status(
        _ ending: CommandOutput.Ending,
        _ outcome: SessionUse.Outcome,
        _ session: OpenedSession
    ) throws -> Int32 {
        // Whoever ended the session closed the channel too: what stands before that may be the command's own words.
        if world.signals.interruption == nil, let words = outcome.end?.byOthers {
            throw CommandFailure.thrownOut(words, session: session)
        }
        switch ending {
        case .status(let status):
            // The agent waits for the command twice then, and what it says of the status is of no use.
            guard world.signals.interruption == nil else { return ExitStatus.interrupted.rawValue }
            guard status >= 0 else {
                world.output.tell("A signal ended the command on \(session.node).")
                return Self.signalled
            }
            return status & 0xFF
        case .notStarted(let words):
            world.output.tell("The command was not started on \(session.node): \(words)")
            return words.contains("not found") || words.contains("no such file") ? Self.notFound : Self.notRunnable
        case .untold(let end):
            if let signal = world.signals.interruption { throw CommandFailure.interrupted(by: signal) }
            if let failure = outcome.plugin?.failure(of: plugin) { throw failure }
            throw CommandFailure(
                .failed,
                code: "STATUS_UNKNOWN",
                what:
                    "The session ended before the command's exit status was told; whether it still runs is not known.",
                why: [
                    end?.reason ?? "Its time was up, the node ended it, or the role map has commands run in a terminal."
                ],
                next: "Look what became of it on \(session.node), then repeat the command when it may run twice."
            )
        }
    }
}
