internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What becomes of a signal: noted while we work, and while plugins run passed on as their kind of session wants it.
final class SignalInbox: Sendable {
    /// What a signal means while a plugin runs.
    enum Meaning: Sendable {
        /// The plugin shares our terminal: Ctrl-C, Ctrl-\ and Ctrl-Z reach it by themselves and mean the remote side. A request to end
        /// (SIGTERM, SIGHUP) reaches us alone, so we pass it on and clean up after the plugin.
        case terminalsOwn
        /// The plugin stands apart and runs a command: the first Ctrl-C or Ctrl-\ is for that, whatever comes then is for us.
        case commandFirst
        /// The plugin stands apart and carries a connection, which every signal ends.
        case end
    }

    private struct State {
        var first: Int32?
        var interruption: Int32?
        var isStopped = false
        var children: [(child: ChildProcess, meaning: Meaning)] = []
        var onFirst: (@Sendable () -> Void)?
    }

    private enum Step {
        case nothing
        case tell(@Sendable () -> Void)
        case pass(Int32, [ChildProcess], isFinal: Bool)
        case suspend
    }

    /// How long the plugin may take to die of a signal before it is killed, in seconds.
    static let graceSeconds: UInt32 = 5

    private let state = Mutex(State())

    /// The first signal that asked us to end; nil while none did.
    var first: Int32? { state.withLock { $0.first } }

    /// The signal that was passed on to a remote command; nil while none was.
    var interruption: Int32? { state.withLock { $0.interruption } }

    /// Whether all plugins were ended for our own reasons.
    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Says what to do at the first signal that is noted, from now on.
    func atFirst(_ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.onFirst = action }
    }

    /// Takes a signal in.
    func deliver(_ signal: Int32) {
        switch state.withLock({ Self.step(after: signal, &$0) }) {
        case .nothing: break
        case .tell(let action): action()
        case .suspend: SignalPipe.suspend()
        case .pass(let passed, let children, let isFinal):
            for child in children { if isFinal { Self.end(child, with: passed) } else { child.send(passed) } }
        }
    }

    /// The plugin runs from now on; a signal that came just before it did is passed on at once.
    func attach(_ child: ChildProcess, meaning: Meaning = .terminalsOwn) {
        let isLate = state.withLock { state in
            state.children.append((child, meaning))
            return state.first != nil || state.isStopped
        }
        if isLate { Self.end(child, with: SIGTERM) }
    }

    /// The plugin has ended.
    func detach(_ child: ChildProcess) {
        state.withLock { $0.children.removeAll { $0.child === child } }
    }

    /// Ends every plugin, those to come included, as though the person had asked for it.
    func stop() {
        let children = state.withLock { state in
            defer { state.isStopped = true }
            return state.isStopped ? [] : state.children
        }
        for (child, meaning) in children { Self.end(child, with: meaning == .end ? SIGINT : SIGTERM) }
    }

    private static func step(after signal: Int32, _ state: inout State) -> Step {
        let children = state.children.map(\.child)
        guard let meaning = state.children.first?.meaning else {
            guard signal != SIGTSTP, state.first == nil else { return .nothing }
            state.first = signal
            return state.onFirst.map { .tell($0) } ?? .nothing
        }
        let asksToEnd = signal == SIGTERM || signal == SIGHUP
        switch meaning {
        case .terminalsOwn:
            guard asksToEnd else { return .nothing }
        case .commandFirst, .end:
            guard signal != SIGTSTP else { return .suspend }
            if meaning == .commandFirst, !asksToEnd, state.interruption == nil {
                state.interruption = signal
                return .pass(signal, children, isFinal: false)
            }
        }
        state.first = state.first ?? signal
        // With SIGINT the plugin closes its ports and takes its files away; of the others it just dies.
        if meaning == .end { return .pass(SIGINT, children, isFinal: true) }
        return .pass(asksToEnd ? signal : SIGTERM, children, isFinal: true)
    }

    private static func end(_ child: ChildProcess, with signal: Int32) {
        child.send(signal)
        startThread("grace") {
            sleep(graceSeconds)
            child.send(SIGKILL)
        }
    }
}
