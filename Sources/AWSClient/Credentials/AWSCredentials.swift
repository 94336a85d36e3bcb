public import SessionCore

/// The keys that sign a request, long-lived or of a role session.
public struct AWSCredentials: Sendable, Hashable {
    /// The public half, `AKIA…` or `ASIA…`; may be logged and recorded, because CloudTrail shows it too.
    public let accessKeyID: String
    /// The secret half.
    public let secretAccessKey: Secret<String>
    /// The token of a role session; nil for long-lived keys.
    public let sessionToken: Secret<String>?
    /// When AWS stops accepting them; nil when whoever gave them did not say.
    public let expiration: Timestamp?

    /// Keeps a set of keys; an empty session token counts as none.
    public init(
        accessKeyID: String,
        secretAccessKey: Secret<String>,
        sessionToken: Secret<String>? = nil,
        expiration: Timestamp? = nil
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken?.reveal().isEmpty == true ? nil : sessionToken
        self.expiration = expiration
    }

    /// Whether the keys are known to expire before a moment.
    public func expire(before moment: Timestamp) -> Bool {
        expiration.map { $0 < moment } ?? false
    }
}
