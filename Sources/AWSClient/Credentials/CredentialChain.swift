/// The credentials that botocore would find: the environment's keys, then those of a profile.
///
/// An explicit profile goes before the environment's keys; the environment's keys go before `AWS_PROFILE`.
public struct CredentialChain: CredentialSource {
    private let profile: String?
    private let environment: [String: String]

    /// Makes a chain.
    ///
    /// - Parameters:
    ///   - profile: The profile named on the command line; nil for none.
    ///   - environment: The process's environment.
    public init(profile: String?, environment: [String: String]) {
        self.profile = profile
        self.environment = environment
    }

    /// The first credentials found, or all that was tried.
    public func credentials() async throws -> AWSCredentials {
        var tried: [CredentialsNotFound.Attempt] = []
        if profile != nil {
            tried.append(
                .init(source: EnvironmentCredentials.source, reason: "not looked at, because a profile was named")
            )
        } else if let found = try EnvironmentCredentials(environment: environment).read() {
            return found
        } else {
            tried.append(
                .init(
                    source: EnvironmentCredentials.source,
                    reason: "\(EnvironmentCredentials.Key.accessKeyID) is not set"
                )
            )
        }
        do {
            return try await ProfileCredentials(profile: profile, environment: environment).credentials()
        } catch let failure as CredentialsNotFound {
            throw CredentialsNotFound(tried: tried + failure.tried)
        }
    }
}
