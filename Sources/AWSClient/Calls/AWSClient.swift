public import HTTPTransport
public import Logging
public import SessionCore

/// What every AWS call needs of the world, as one value.
///
/// Copy it to give one request its own deadline or logger.
public struct AWSClient: Sendable {
    /// The way to the network.
    public var transport: any HTTPTransport
    /// Where the services are.
    public var endpoints: AWSEndpoints
    /// The present moment.
    public var now: @Sendable () -> Timestamp
    /// Waits some milliseconds; throws when the task is cancelled.
    public var sleep: @Sendable (_ milliseconds: Int) async throws -> Void
    /// A random number, at least 0 and below 1, for the spread of retries.
    public var random: @Sendable () -> Double
    /// Gets one `debug` line for each attempt: service, operation, status, request ID, milliseconds.
    public var logger: Logger
    /// When the whole request must be over, waits between attempts too; nil for no such moment.
    public var deadline: Timestamp?
    /// After which no attempt begins, repeated ones neither; nil for no such moment.
    public var latestAttempt: Timestamp?
    /// How often, and how far apart.
    public var retries: Retries = .standard
    /// The bounds of one attempt.
    public var limits: HTTPLimits = .standard

    /// Makes a client.
    public init(
        transport: any HTTPTransport,
        endpoints: AWSEndpoints,
        now: @escaping @Sendable () -> Timestamp,
        sleep: @escaping @Sendable (_ milliseconds: Int) async throws -> Void,
        random: @escaping @Sendable () -> Double,
        logger: Logger,
        deadline: Timestamp? = nil
    ) {
        self.transport = transport
        self.endpoints = endpoints
        self.now = now
        self.sleep = sleep
        self.random = random
        self.logger = logger
        self.deadline = deadline
    }

    /// This client with another deadline.
    public func with(deadline: Timestamp?) -> AWSClient {
        var copy = self
        copy.deadline = deadline
        return copy
    }
}

/// How a failed attempt is repeated: exponential backoff with full jitter.
///
/// Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
public struct Retries: Sendable, Hashable {
    /// The number of attempts in all, 1 or more.
    public var attempts: Int
    /// The longest possible wait after the first attempt failed, in milliseconds; it doubles with each further one.
    public var firstMilliseconds: Int
    /// The same when AWS asked to slow down.
    public var firstThrottledMilliseconds: Int
    /// No wait is longer, in milliseconds.
    public var maximumMilliseconds: Int

    /// Four attempts; up to 0.1 s, 0.2 s, 0.4 s apart, or 0.5 s, 1 s, 2 s when throttled.
    public static let standard = Retries(
        attempts: 4,
        firstMilliseconds: 100,
        firstThrottledMilliseconds: 500,
        maximumMilliseconds: 5000
    )

    /// Makes a rule.
    public init(attempts: Int, firstMilliseconds: Int, firstThrottledMilliseconds: Int, maximumMilliseconds: Int) {
        self.attempts = attempts
        self.firstMilliseconds = firstMilliseconds
        self.firstThrottledMilliseconds = firstThrottledMilliseconds
        self.maximumMilliseconds = maximumMilliseconds
    }

    /// The wait after an attempt, in milliseconds.
    ///
    /// - Parameters:
    ///   - attempt: The number of the attempt that failed, from 1.
    ///   - isThrottled: Whether AWS asked to slow down.
    ///   - random: At least 0 and below 1.
    /// - Returns: Anything from 0 to the ceiling of that attempt.
    func wait(afterAttempt attempt: Int, isThrottled: Bool, random: Double) -> Int {
        let first = isThrottled ? firstThrottledMilliseconds : firstMilliseconds
        let ceiling = min(maximumMilliseconds, first << min(attempt - 1, 16))
        return Int(Double(ceiling) * min(max(random, 0), 1))
    }
}
