public import SessionCore

/// Credentials that are asked for once and used until they are about to end.
///
/// Keys without an expiration are asked for each time: whoever gave them may give others.
public actor KeptCredentials: CredentialSource {
    /// How long before they end credentials are asked for anew, in seconds.
    private static let margin: Int64 = 5 * 60

    private let source: any CredentialSource
    private let now: @Sendable () -> Timestamp
    private var kept: AWSCredentials?

    /// Keeps what a source gives.
    public init(_ source: any CredentialSource, now: @escaping @Sendable () -> Timestamp) {
        self.source = source
        self.now = now
    }

    /// The credentials at hand, or fresh ones.
    public func credentials() async throws -> AWSCredentials {
        if let kept, kept.expiration != nil, !kept.expire(before: now().advanced(bySeconds: Self.margin)) {
            return kept
        }
        let fresh = try await source.credentials()
        kept = fresh
        return fresh
    }
}
