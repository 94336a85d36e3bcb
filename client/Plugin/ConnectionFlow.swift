internal import SessionCore
internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A connection to the node's sshd on our standard input and output, for as long as ssh wants it.
struct ConnectionFlow: Sendable {
    let plugin: Plugin
    let origin: any SessionOrigin
    let world: Dependencies

    /// Carries the connection to its end.
    ///
    /// - Throws: ``CommandFailure``; nothing when ssh went first, which tells us by closing our input or with SIGHUP.
    func run() async throws {
        let use = SessionUse(plugin: plugin, origin: origin, world: world)
        let catching = try world.beginSignals(world.signals)
        defer { catching.end() }
        let session: OpenedSession
        do {
            session = try await use.open()
        } catch let failure as CommandFailure {
            if world.signals.first == SIGHUP { return }
            throw failure
        }
        let (signals, output) = (world.signals, world.output)
        let filter = Mutex(
            ConnectionOutput(sessionID: session.channel.session.sessionID) { bytes in
                output.pass(bytes)
                if output.isDeserted() { signals.stop() }
            }
        )
        let piping = PluginStreams.Piping(readsInput: true, meaning: .end) { packet in
            filter.withLock { $0.take(packet) }
        }
        let outcome = try await use.run(session, catching, streams: .apart(piping))
        if let signal = signals.first {
            guard signal == SIGHUP else { throw CommandFailure.interrupted(by: signal) }
            return
        }
        if output.isDeserted() { return }
        if let failure = outcome.failure(of: plugin, on: session) { throw failure }
        if let reason = filter.withLock({ $0.finish() })?.reason {
            throw CommandFailure(
                .failed,
                code: ProblemCode.sessionEnded.rawValue,
                what: "The connection to the sshd of \(session.node) has ended.",
                why: [reason],
                next: "Check that sshd runs there and listens on port 22: ssm-broker connect \(session.node)"
            )
        }
    }
}
