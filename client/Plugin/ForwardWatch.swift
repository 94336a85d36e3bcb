internal import SessionCore
internal import Synchronization

/// What is known of one forward while its plugin runs.
final class ForwardWatch: Sendable {
    private struct State {
        var output: ForwardOutput
        var port: Int?
        var ending: PluginChatter.Ending?
        var isUnreachable = false
    }

    private let state: Mutex<State>
    private let tell: @Sendable (ForwardOutput.Event) -> Void
    /// Whether the plugin was given up because its port did not open.
    let isLate = Mutex(false)

    /// - Parameters:
    ///   - session: The session.
    ///   - localPort: The port on this machine that was asked for; 0 for any.
    ///   - tell: Gets what is new to the person: a target that cannot be reached is new once.
    init(session: OpenedSession, localPort: Int, tell: @escaping @Sendable (ForwardOutput.Event) -> Void) {
        let id = session.channel.session.sessionID
        state = Mutex(State(output: ForwardOutput(sessionID: id, localPort: localPort)))
        self.tell = tell
    }

    /// The port on this machine, once it is open.
    var port: Int? { state.withLock { $0.port } }

    /// How the session ended, as far as the plugin told.
    var ending: PluginChatter.Ending? { state.withLock { $0.ending } }

    /// Takes one write of the plugin's.
    func take(_ packet: [UInt8]) {
        let event: ForwardOutput.Event? = state.withLock { state in
            let event = state.output.take(packet)
            switch event {
            case .ready(let port): state.port = port
            case .ended(let ending): state.ending = ending
            case .unreachable:
                // A program that tries again and again would fill the screen with it.
                guard !state.isUnreachable else { return nil }
                state.isUnreachable = true
            case nil: break
            }
            return event
        }
        if let event { tell(event) }
    }
}

/// How many of several forwards are ready, and how many are left.
final class ForwardBoard: Sendable {
    private let counts: Mutex<(ready: Int, left: Int)>
    private let count: Int

    init(count: Int) {
        self.count = count
        counts = Mutex((0, count))
    }

    /// Whether every forward has been ready.
    var wereAllReady: Bool { counts.withLock { $0.ready == count } }

    /// One more is ready.
    func noteReady() { counts.withLock { $0.ready += 1 } }

    /// One that was ready has ended.
    ///
    /// - Returns: How many are left.
    func noteEnd() -> Int {
        counts.withLock { counts in
            counts.left -= 1
            return counts.left
        }
    }
}
