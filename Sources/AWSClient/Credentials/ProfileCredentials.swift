public import SessionCore

/// The credentials of one profile in the shared files, found as botocore finds them.
public struct ProfileCredentials: CredentialSource {
    private let name: String
    private let isExplicit: Bool
    private let isNamed: Bool
    private let environment: [String: String]
    private let client: AWSClient
    private let mfaCode: (@Sendable (_ serial: String) async -> Secret<String>?)?

    /// Names a profile.
    ///
    /// - Parameters:
    ///   - profile: The name; nil for the environment's, or `default`.
    ///   - environment: Says where the files are; the whole of it goes to a `credential_process`.
    ///   - client: Calls STS and IAM Identity Center where the profile needs it.
    ///   - mfaCode: Asks a person for the code that an MFA device shows; nil where nobody can be asked.
    public init(
        profile: String?,
        environment: [String: String],
        client: AWSClient,
        mfaCode: (@Sendable (_ serial: String) async -> Secret<String>?)? = nil
    ) {
        name = profile ?? SharedFiles.profile(environment: environment)
        isExplicit = profile != nil
        isNamed = isExplicit || name != "default"
        self.environment = environment
        self.client = client
        self.mfaCode = mfaCode
    }

    /// The profile's credentials, or why it has none.
    public func credentials() async throws -> AWSCredentials {
        var tried: [CredentialsNotFound.Attempt] = []
        guard let found = try await find(&tried) else { throw CredentialsNotFound(tried: tried) }
        return found
    }

    /// The profile's credentials; nil, which lets a chain look elsewhere, when it names no source of any.
    func find(_ tried: inout [CredentialsNotFound.Attempt]) async throws -> AWSCredentials? {
        let files: SharedFiles
        do {
            files = try SharedFiles(environment: environment)
        } catch {
            throw CredentialsNotFound(tried: [.init(source: error.path, reason: "cannot be read: \(error.reason)")])
        }
        var search = ProfileSearch(files: files, environment: environment, client: client, mfaCode: mfaCode)
        let found = try await search.credentials(of: name, readsEnvironment: !isExplicit, &tried)
        // A name that no file has is a mistake, not a wish to be whoever the machine is.
        if found == nil, isNamed, files.profile(name) == nil {
            let reason = "neither \(files.configPath) nor \(files.credentialsPath) has it"
            tried.append(.init(source: "profile \(name)", reason: reason, fix: "aws configure list-profiles"))
            throw CredentialsNotFound(tried: tried)
        }
        return found
    }
}
