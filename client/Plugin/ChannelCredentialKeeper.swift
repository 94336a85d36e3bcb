internal import SessionCore

/// Keeps a session's channel credentials fresh: one renewal at a time, and no failure is remembered.
actor ChannelCredentialKeeper {
    /// Credentials are renewed when they expire sooner than this, in seconds: AWS's libraries ask again at that age themselves.
    static let renewalSeconds: Int64 = 300
    /// What is still worth handing out when no renewal can be had, in seconds.
    static let usableSeconds: Int64 = 30

    private var current: ChannelCredentials
    private let now: @Sendable () -> Timestamp
    private let renew: @Sendable () async throws -> ChannelCredentials
    private var isRenewing = false
    private var waiting: [CheckedContinuation<Result<ChannelCredentials, any Error>, Never>] = []

    /// Begins with the credentials that came with the session.
    init(
        _ first: ChannelCredentials,
        now: @escaping @Sendable () -> Timestamp,
        renew: @escaping @Sendable () async throws -> ChannelCredentials
    ) {
        current = first
        self.now = now
        self.renew = renew
    }

    /// The credentials that there are, however long they live.
    var held: ChannelCredentials { current }

    /// Credentials that have a while to live.
    ///
    /// - Throws: What the renewal threw. When no answer came from the broker and the old ones are still good, they are given instead;
    ///   the broker's refusal is final, because it may have blocked the caller.
    func credentials() async throws -> ChannelCredentials {
        guard current.expiration < now().advanced(bySeconds: Self.renewalSeconds) else { return current }
        if isRenewing {
            return try await withCheckedContinuation { waiting.append($0) }.get()
        }
        isRenewing = true
        let result = await attempt()
        isRenewing = false
        let others = waiting
        waiting = []
        for other in others { other.resume(returning: result) }
        return try result.get()
    }

    private func attempt() async -> Result<ChannelCredentials, any Error> {
        do {
            current = try await renew()
            return .success(current)
        } catch let failure as CommandFailure where failure.isFromBroker {
            return .failure(failure)
        } catch {
            let isUsable = current.expiration > now().advanced(bySeconds: Self.usableSeconds)
            return isUsable ? .success(current) : .failure(error)
        }
    }
}
