internal import SessionCore

/// A bucket of tokens: so many calls at once, then so many a second.
///
/// AWS counts calls the same way, so whoever keeps to a pace below AWS's is not throttled.
/// Source: Amazon EC2 Developer Guide, "Request throttling" (token buckets).
actor Pace {
    private let millisecondsPerCall: Double
    private let tolerance: Double
    private let clock: EnforcerClock
    /// When the bucket will be as full as at the beginning.
    private var full: Double = 0

    /// Makes a full bucket.
    ///
    /// - Parameters:
    ///   - perSecond: How fast it fills; above 0.
    ///   - burst: How much it holds; at least 1.
    ///   - clock: Tells the time and waits.
    init(perSecond: Double, burst: Int, clock: EnforcerClock) {
        millisecondsPerCall = 1000 / max(perSecond, 0.001)
        tolerance = millisecondsPerCall * Double(max(burst, 1) - 1)
        self.clock = clock
    }

    /// Takes a token, waiting for it in the order of asking.
    ///
    /// - Throws: ``OutOfTime`` when it would come too late.
    func turn(before deadline: Timestamp) async throws {
        let now = Double(clock.now().milliseconds)
        let start = max(full, now)
        let wait = Int((start - tolerance - now).rounded(.up))
        guard now + Double(max(wait, 0)) < Double(deadline.milliseconds) else { throw OutOfTime() }
        full = start + millisecondsPerCall
        if wait > 0 { try await clock.wait(milliseconds: wait, before: deadline) }
    }
}
