/// A place that credentials come from.
public protocol CredentialSource: Sendable {
    /// The credentials as they are now; nothing is cached here.
    ///
    /// - Returns: Keys to sign with.
    /// - Throws: ``CredentialsNotFound`` naming each place looked at, and why it gave none.
    func credentials() async throws -> AWSCredentials
}

/// No place gave credentials; each keeps its own reason.
public struct CredentialsNotFound: Error, Sendable, Hashable, CustomStringConvertible {
    /// One place that was looked at.
    public struct Attempt: Sendable, Hashable {
        /// The place, in words a person can act on, for example `profile ops in /home/ana/.aws/config`.
        public let source: String
        /// Why it gave none; never holds a secret.
        public let reason: String

        /// The command that mends it, for example `aws sso login --profile ops`; nil when no one command does.
        public let fix: String?

        /// Makes an attempt.
        public init(source: String, reason: String, fix: String? = nil) {
            self.source = source
            self.reason = reason
            self.fix = fix
        }
    }

    /// The places in the order tried; the last one may be what stopped the search.
    public let tried: [Attempt]

    /// Makes the failure.
    public init(tried: [Attempt]) {
        self.tried = tried
    }

    /// One line a place.
    public var description: String {
        tried.map { "\($0.source): \($0.reason)" }.joined(separator: "\n")
    }
}

/// Credentials that are already there.
public struct FixedCredentials: CredentialSource {
    private let fixed: AWSCredentials

    /// Gives these credentials to whoever asks.
    public init(_ credentials: AWSCredentials) {
        fixed = credentials
    }

    /// The credentials given.
    public func credentials() async throws -> AWSCredentials { fixed }
}
