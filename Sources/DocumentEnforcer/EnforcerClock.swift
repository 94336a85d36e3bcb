public import SessionCore

/// Time and chance, as the enforcer needs them.
public struct EnforcerClock: Sendable {
    /// The present moment.
    public var now: @Sendable () -> Timestamp
    /// Waits some milliseconds; throws when the task is cancelled.
    public var sleep: @Sendable (_ milliseconds: Int) async throws -> Void
    /// A random number, at least 0 and below 1, for the spread of retries.
    public var random: @Sendable () -> Double

    /// Makes a clock.
    public init(
        now: @escaping @Sendable () -> Timestamp,
        sleep: @escaping @Sendable (_ milliseconds: Int) async throws -> Void,
        random: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.sleep = sleep
        self.random = random
    }

    /// Waits, unless that would last until a moment or longer.
    ///
    /// - Throws: ``OutOfTime``, also when the task is cancelled.
    func wait(milliseconds: Int, before deadline: Timestamp) async throws {
        guard now().milliseconds + Int64(milliseconds) < deadline.milliseconds else { throw OutOfTime() }
        guard milliseconds > 0 else { return }
        do {
            try await sleep(milliseconds)
        } catch {
            // A cancelled run has no time left either, and ends the same way.
            throw OutOfTime()
        }
    }
}

/// The run's deadline leaves no time for the next thing.
struct OutOfTime: Error, Sendable, Hashable {}

/// How long to wait before looking again, longer each time and never the same for two who wait.
///
/// Source: AWS Architecture Blog, "Exponential Backoff And Jitter" (equal jitter).
struct Backoff: Sendable, Hashable {
    /// The ceiling of the first wait, in milliseconds; it doubles with each further one.
    var first: Int
    /// No wait is longer, in milliseconds.
    var longest: Int

    /// The wait after the given number of tries in vain, from 1.
    func wait(after tries: Int, random: Double) -> Int {
        let ceiling = min(longest, first << min(max(tries - 1, 0), 16))
        return ceiling / 2 + Int(Double(ceiling / 2) * min(max(random, 0), 1))
    }
}
