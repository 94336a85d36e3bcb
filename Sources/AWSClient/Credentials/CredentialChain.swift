public import SessionCore

/// The credentials that botocore, and so the AWS CLI, would find: the environment's keys, a profile's, a container's, an instance's.
///
/// An explicit profile goes before the environment's keys; the environment's keys go before `AWS_PROFILE`.
public struct CredentialChain: CredentialSource {
    private let profile: String?
    private let environment: [String: String]
    private let client: AWSClient
    private let mfaCode: (@Sendable (_ serial: String) async -> Secret<String>?)?

    /// Makes a chain.
    ///
    /// - Parameters:
    ///   - profile: The profile named on the command line; nil for none.
    ///   - environment: The process's environment.
    ///   - client: Calls STS and IAM Identity Center where a profile needs it.
    ///   - mfaCode: Asks a person for the code that an MFA device shows; nil where nobody can be asked.
    public init(
        profile: String?,
        environment: [String: String],
        client: AWSClient,
        mfaCode: (@Sendable (_ serial: String) async -> Secret<String>?)? = nil
    ) {
        self.profile = profile
        self.environment = environment
        self.client = client
        self.mfaCode = mfaCode
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
            let named = ProfileCredentials(
                profile: profile,
                environment: environment,
                client: client,
                mfaCode: mfaCode
            )
            if let found = try await named.find(&tried) { return found }
            if let container = ContainerCredentials(environment: environment, transport: client.transport) {
                return try await container.credentials()
            }
            tried.append(
                .init(source: ContainerCredentials.source, reason: "\(ContainerCredentials.Key.relative) is not set")
            )
            return try await InstanceMetadataCredentials(environment: environment, transport: client.transport)
                .credentials()
        } catch let failure as CredentialsNotFound {
            throw CredentialsNotFound(tried: tried + failure.tried.filter { !tried.contains($0) })
        }
    }
}
