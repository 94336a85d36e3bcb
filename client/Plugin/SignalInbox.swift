internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What becomes of a signal: noted while we work, passed on while the plugin runs.
///
/// Ctrl-C, Ctrl-\ and Ctrl-Z reach the plugin from the terminal by themselves and mean the remote side; a request to end
/// (SIGTERM, SIGHUP) reaches us alone, so we pass it on and clean up after the plugin.
final class SignalInbox: Sendable {
    private struct State {
        var first: Int32?
        var child: ChildProcess?
        var onFirst: (@Sendable () -> Void)?
    }

    /// How long the plugin may take to die of a signal before it is killed, in seconds.
    static let graceSeconds: UInt32 = 5

    private let state = Mutex(State())

    /// The first signal that asked us to end; nil while none did.
    var first: Int32? { state.withLock { $0.first } }

    /// Says what to do at the first signal that is noted, from now on.
    func atFirst(_ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.onFirst = action }
    }

    /// Takes a signal in.
    func deliver(_ signal: Int32) {
        let (child, action): (ChildProcess?, (@Sendable () -> Void)?) = state.withLock { state in
            if let child = state.child {
                guard signal == SIGTERM || signal == SIGHUP else { return (nil, nil) }
                state.first = state.first ?? signal
                return (child, nil)
            }
            guard signal != SIGTSTP, state.first == nil else { return (nil, nil) }
            state.first = signal
            return (nil, state.onFirst)
        }
        action?()
        if let child { Self.pass(signal, to: child) }
    }

    /// The plugin runs from now on; a signal that came just before it did is passed on at once.
    func attach(_ child: ChildProcess) {
        let missed: Int32? = state.withLock { state in
            state.child = child
            return state.first
        }
        if missed != nil { Self.pass(SIGTERM, to: child) }
    }

    /// The plugin has ended.
    func detach() {
        state.withLock { $0.child = nil }
    }

    private static func pass(_ signal: Int32, to child: ChildProcess) {
        child.send(signal)
        startThread("grace") {
            sleep(graceSeconds)
            child.send(SIGKILL)
        }
    }
}
