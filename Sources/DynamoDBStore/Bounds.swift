internal import SessionCore
internal import Synchronization

/// Ends a call at its time, whether or not the network ends it.
enum Bounds {
    /// Runs the work, and gives it up after some milliseconds.
    ///
    /// Work that is given up is cancelled and may go on for a while; its result is dropped.
    ///
    /// - Throws: What the work throws, or ``AuditStoreFailure/unavailable(_:)``.
    static func within<Value: Sendable>(
        _ milliseconds: Int,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let answer = Once(continuation)
            let working = Task { try await work() }
            let waiting = Task {
                // Cancelled when the work is done: then there is nothing left to say.
                guard (try? await Task.sleep(for: .milliseconds(milliseconds))) != nil else { return }
                answer.give(.failure(AuditStoreFailure.unavailable("DynamoDB took too long")))
                working.cancel()
            }
            Task {
                answer.give(await working.result)
                waiting.cancel()
            }
        }
    }

    private final class Once<Value: Sendable>: Sendable {
        private let continuation: Mutex<CheckedContinuation<Value, any Error>?>

        init(_ continuation: CheckedContinuation<Value, any Error>) {
            self.continuation = Mutex(continuation)
        }

        func give(_ result: Result<Value, any Error>) {
            let waiting = continuation.withLock { continuation in
                defer { continuation = nil }
                return continuation
            }
            waiting?.resume(with: result)
        }
    }
}

/// Lets the writers of this process to one chain go one after the other: against each other they could only lose time.
///
/// Writers in other processes are met by the conditions of the transaction.
actor Turns {
    private var last: [Int: Task<Void, Never>] = [:]

    /// Runs the work when everybody who asked before for the same chain is done.
    func run<Value: Sendable>(
        chain: Int,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let before = last[chain]
        let task = Task {
            await before?.value
            return try await work()
        }
        last[chain] = Task { _ = await task.result }
        return try await task.value
    }
}
