internal import SessionCore
internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Several forwarded ports, each with a session of its own, from the requests to the end of the last one.
struct ForwardFlow: Sendable {
    /// What to forward, each with what opens, shows and ends its session.
    let uses: [(forward: PortForward, use: SessionUse)]
    let format: OutputFormat
    let world: Dependencies

    /// A plugin that has not opened its port by then will not: it has dialled for about six seconds, and says nothing of that.
    private static let readyMilliseconds = 30_000

    /// Forwards until all sessions have ended.
    ///
    /// - Throws: ``CommandFailure``; nothing when the person ended what was ready.
    func run() async throws {
        let catching = try world.beginSignals(world.signals)
        defer { catching.end() }
        let sessions = try await open()
        let board = ForwardBoard(count: sessions.count)
        let failures = await withTaskGroup(of: CommandFailure?.self) { group in
            for (number, session) in sessions.enumerated() {
                group.addTask { await show(session, uses[number], board, catching) }
            }
            var failures: [CommandFailure] = []
            for await failure in group { if let failure { failures.append(failure) } }
            return failures
        }
        if let signal = world.signals.first, signal == SIGHUP || !board.wereAllReady {
            throw CommandFailure.interrupted(by: signal)
        }
        if let failure = failures.last { throw failure }
    }

    /// Asks for all sessions side by side; when one is refused, those that were opened are ended again.
    private func open() async throws -> [OpenedSession] {
        world.signals.atFirst { [output = world.output] in
            output.tell("Interrupted; waiting for the broker's answer, to end what it may have started.")
        }
        let results = await Waiting(what: "Waiting for the broker", world: world).show(until: openAll)
        world.signals.atFirst { [output = world.output] in output.tell("Interrupted; ending the sessions.") }
        do {
            return try uses.indices.compactMap { try results[$0]?.get() }
        } catch {
            await withDiscardingTaskGroup { group in
                for (number, result) in results {
                    guard case .success(let session) = result else { continue }
                    group.addTask { await uses[number].use.end(session, holding: session.channel.credentials) }
                }
            }
            throw error
        }
    }

    private func openAll() async -> [Int: Result<OpenedSession, any Error>] {
        await withTaskGroup(of: (Int, Result<OpenedSession, any Error>).self) { group in
            for (number, one) in uses.enumerated() {
                group.addTask {
                    do { return (number, .success(try await one.use.open())) } catch {
                        return (number, .failure(error))
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    /// Runs one forward to its end.
    ///
    /// - Returns: Why it ended, unless the person wanted it.
    private func show(
        _ session: OpenedSession,
        _ one: (forward: PortForward, use: SessionUse),
        _ board: ForwardBoard,
        _ catching: SignalPipe.Catching
    ) async -> CommandFailure? {
        let watch = ForwardWatch(session: session, localPort: one.forward.localPort) { event in
            switch event {
            case .ready(let port):
                board.noteReady()
                announce(one.forward, session, port)
            case .unreachable:
                world.output.tell(
                    "A connection to \(one.forward.target(on: session.node)) could not be made from the node."
                )
            case .ended: break
            }
        }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await world.pause(Self.readyMilliseconds)
                if !Task.isCancelled, watch.port == nil { stopLate(watch) }
            }
            defer { group.cancelAll() }
            let result: Result<SessionUse.Outcome, any Error>
            do {
                let streams = PluginStreams.Piping(meaning: .end) { watch.take($0) }
                result = .success(try await one.use.run(session, catching, streams: .apart(streams)))
            } catch {
                result = .failure(error)
            }
            return judge(result, one, session, watch, board)
        }
    }

    private func stopLate(_ watch: ForwardWatch) {
        watch.isLate.withLock { $0 = true }
        world.signals.stop()
    }

    private func announce(_ forward: PortForward, _ session: OpenedSession, _ port: Int) {
        let json: JSON = .compact([
            "id": .string(session.name),
            "localAddress": "127.0.0.1",
            "localPort": .integer(Int64(port)),
            "node": .string(session.node.text),
            "region": .string(session.region.name),
            "remoteHost": forward.host.map(JSON.string),
            "remotePort": .integer(Int64(forward.port)),
        ])
        world.output.write(json, as: format) {
            ["127.0.0.1:\(port) -> \(Printable.line(forward.target(on: session.node)))"]
        }
    }

    private func judge(
        _ result: Result<SessionUse.Outcome, any Error>,
        _ one: (forward: PortForward, use: SessionUse),
        _ session: OpenedSession,
        _ watch: ForwardWatch,
        _ board: ForwardBoard
    ) -> CommandFailure? {
        let failure = failure(result, one, session, watch)
        // Whoever asked for several needs all of them: when one does not come to be, the others are of no use.
        if watch.port == nil { world.signals.stop() }
        guard world.signals.first == nil else { return nil }
        // The last words of the command are the failure itself.
        if let failure, watch.port != nil, board.noteEnd() > 0 {
            world.output.tell("\(failure.what) \(failure.why.joined(separator: " ")) The other forwards go on.")
        }
        return failure
    }

    private func failure(
        _ result: Result<SessionUse.Outcome, any Error>,
        _ one: (forward: PortForward, use: SessionUse),
        _ session: OpenedSession,
        _ watch: ForwardWatch
    ) -> CommandFailure? {
        let outcome: SessionUse.Outcome
        switch result {
        case .success(let value): outcome = value
        case .failure(let error):
            return error as? CommandFailure ?? CommandFailure(.failed, code: "FAILED", what: "\(error)")
        }
        let target = one.forward.target(on: session.node)
        if watch.isLate.withLock({ $0 }) {
            return CommandFailure(
                .plugin,
                code: "PLUGIN_STUCK",
                what:
                    "session-manager-plugin did not open a port for \(target) within \(Self.readyMilliseconds / 1000) s.",
                why: [
                    "It does not say why; mostly it cannot reach the message gateway, or the local port was taken meanwhile."
                ],
                next: "Let this machine, VPN or proxy reach the message gateway; check with: ssm-broker doctor"
            )
        }
        // Another one has failed, and this one was stopped for its sake.
        if world.signals.isStopped { return nil }
        if let failure = outcome.failure(of: one.use.plugin, on: session) { return failure }
        let reason = watch.ending?.reason
        return CommandFailure(
            .failed,
            code: ProblemCode.sessionEnded.rawValue,
            what: "The session that forwards to \(target) has ended by itself.",
            why: [reason ?? "Its idle time or its longest time was up, or the node ended it."],
            next: "Repeat the command; ssm-broker sessions shows session \(session.name)."
        )
    }
}
