/// Judges, second by second, whether a plugin that was just started still tries to reach its session, has reached it, or never will.
///
/// What the plugin prints goes straight to the terminal, so its connections say how far it is: a session is a TCP connection that stays.
/// Once there was one for longer than any attempt to dial takes, or the plugin listens for others, it is never judged again.
struct DialWatch: Sendable, Hashable {
    /// What the plugin's processes were seen to do.
    enum Sight: Sendable, Hashable {
        /// It cannot be seen; then nothing is concluded.
        case unknown
        /// They listen for connections, as a forwarded port does.
        case listening
        /// They hold a TCP connection.
        case connected
        /// They have a socket that is no connection yet, run another program, or work.
        case trying
        /// They do nothing, and have nothing to do it with.
        case idle
    }

    /// What our own attempt to reach the message gateway came to.
    enum Reach: Sendable, Hashable {
        /// None was made yet.
        case unknown
        /// It answered.
        case reached
        /// It did not, for this reason.
        case failed(String)
    }

    /// What follows.
    enum Verdict: Sendable, Hashable {
        /// Look again in a second.
        case wait
        /// It has its session; look no more.
        case settled
        /// It will not have one, and our own attempt says why.
        case unreachable(String)
        /// It has given up without saying so.
        case givenUp
    }

    /// The plugin gives an attempt 45 seconds; a connection that stays longer is no attempt.
    ///
    /// Source: gorilla/websocket's `DefaultDialer`, which session-manager-plugin uses.
    static let settledSeconds = 50
    /// The plugin's own six attempts are over after some six seconds.
    static let patienceSeconds = 20
    /// Longer than any pause between two attempts.
    static let idleSeconds = 15

    private var connected = 0
    private var silent = 0
    private var idle = 0

    /// Takes a second's sight in.
    mutating func look(_ sight: Sight, _ reach: Reach) -> Verdict {
        switch sight {
        case .unknown, .listening: return .settled
        case .connected:
            connected += 1
            silent = 0
            idle = 0
            return connected >= Self.settledSeconds ? .settled : .wait
        case .trying:
            silent += 1
            idle = 0
        case .idle:
            silent += 1
            idle += 1
        }
        connected = 0
        guard silent >= Self.patienceSeconds else { return .wait }
        if case .failed(let reason) = reach { return .unreachable(reason) }
        return idle >= Self.idleSeconds ? .givenUp : .wait
    }

    /// Whether it is time for an attempt of our own: sessions that begin as they should see none.
    var wantsReach: Bool { silent >= 5 && silent % 5 == 0 }
}
