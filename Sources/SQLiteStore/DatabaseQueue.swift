internal import Dispatch
internal import Synchronization

/// Keeps a connection on a thread of its own, one call at a time, and bounds how long a caller waits.
///
/// SQLite blocks while it reads, writes and waits for locks, and Swift's own threads are too few for that.
final class DatabaseQueue: @unchecked Sendable {
    // Unchecked, because the compiler cannot see that `connection` is touched on `work` only; but for `interrupt()`,
    // which SQLite allows from anywhere while the connection is open.
    private let connection: Connection
    private let work = DispatchQueue(label: "ssm-broker.sqlite")
    private let clock = DispatchQueue(label: "ssm-broker.sqlite.clock")
    private let limitMilliseconds: Int

    /// Takes over a connection.
    init(_ connection: sending Connection, limitMilliseconds: Int) {
        self.connection = connection
        self.limitMilliseconds = limitMilliseconds
    }

    /// Does something with the connection.
    ///
    /// - Parameters:
    ///   - milliseconds: How long to wait for it; the queue's own limit unless told.
    ///   - body: What to do.
    /// - Returns: What `body` gives.
    /// - Throws: What `body` throws, or ``SQLiteFailure/timedOut`` when the time ran out; then `body` has not begun and never
    ///   will, or is being interrupted and may yet succeed.
    func run<Value: Sendable>(
        within milliseconds: Int? = nil,
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let call = Call(continuation)
            clock.asyncAfter(deadline: .now() + .milliseconds(milliseconds ?? limitMilliseconds)) {
                call.giveUp { self.connection.interrupt() }
            }
            work.async {
                guard call.begin() else { return }
                call.finish(Result { try body(self.connection) })
            }
        }
    }
}

/// One call: answered exactly once, by the work or by the clock.
private final class Call<Value: Sendable>: Sendable {
    private enum State {
        case waiting(CheckedContinuation<Value, any Error>)
        case running(CheckedContinuation<Value, any Error>)
        case answered
    }

    private let state: Mutex<State>

    init(_ continuation: CheckedContinuation<Value, any Error>) {
        state = Mutex(.waiting(continuation))
    }

    /// Whether there is still somebody waiting for the work.
    func begin() -> Bool {
        state.withLock { state in
            guard case .waiting(let continuation) = state else { return false }
            state = .running(continuation)
            return true
        }
    }

    func finish(_ result: Result<Value, any Error>) {
        let waiting: CheckedContinuation<Value, any Error>? = state.withLock { state in
            guard case .running(let continuation) = state else { return nil }
            state = .answered
            return continuation
        }
        waiting?.resume(with: result)
    }

    /// Ends the wait.
    ///
    /// - Parameter interrupt: Called while the work runs and cannot end, so that it never hits the work after it.
    func giveUp(interrupt: () -> Void) {
        let waiting: CheckedContinuation<Value, any Error>? = state.withLock { state in
            switch state {
            case .waiting(let continuation):
                state = .answered
                return continuation
            case .running(let continuation):
                interrupt()
                state = .answered
                return continuation
            case .answered: return nil
            }
        }
        waiting?.resume(throwing: SQLiteFailure.timedOut)
    }
}
