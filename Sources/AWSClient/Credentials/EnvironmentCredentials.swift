internal import SessionCore

/// The keys in `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, as Lambda and `aws configure
/// export-credentials` give them.
///
/// Empty variables count as unset. `AWS_SECURITY_TOKEN`, the token's old name, is read first, as botocore does.
public struct EnvironmentCredentials: CredentialSource {
    enum Key {
        static let accessKeyID = "AWS_ACCESS_KEY_ID"
        static let secretAccessKey = "AWS_SECRET_ACCESS_KEY"
        static let tokens = ["AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"]
        static let expiration = "AWS_CREDENTIAL_EXPIRATION"
    }

    static let source = "environment variables"

    private let environment: [String: String]

    /// Reads from an environment.
    public init(environment: [String: String]) {
        self.environment = environment
    }

    /// The keys, or why there are none.
    public func credentials() async throws -> AWSCredentials {
        guard let found = try read() else {
            throw CredentialsNotFound(tried: [.init(source: Self.source, reason: "\(Key.accessKeyID) is not set")])
        }
        return found
    }

    /// The keys; nil when there are none, which lets a chain look elsewhere.
    ///
    /// - Throws: ``CredentialsNotFound`` when there is a half of them: going on would sign as somebody else than was
    ///   meant.
    func read() throws(CredentialsNotFound) -> AWSCredentials? {
        guard let accessKeyID = value(Key.accessKeyID) else { return nil }
        guard let secret = value(Key.secretAccessKey) else {
            throw failure("\(Key.accessKeyID) is set, but \(Key.secretAccessKey) is not")
        }
        var expiration: Timestamp?
        if let text = value(Key.expiration) {
            guard let moment = Timestamp(text) else { throw failure("\(Key.expiration) is not an RFC 3339 time") }
            expiration = moment
        }
        return AWSCredentials(
            accessKeyID: accessKeyID,
            secretAccessKey: Secret(secret),
            sessionToken: Key.tokens.lazy.compactMap(value).first.map { Secret($0) },
            expiration: expiration
        )
    }

    private func value(_ key: String) -> String? {
        environment[key].flatMap { $0.isEmpty ? nil : $0 }
    }

    private func failure(_ reason: String) -> CredentialsNotFound {
        CredentialsNotFound(tried: [.init(source: Self.source, reason: reason)])
    }
}
