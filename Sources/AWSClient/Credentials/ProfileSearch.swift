internal import SessionCore

/// The search for one profile's credentials, by botocore's order.
///
/// A profile with a `role_arn` assumes that role, with the credentials of its `source_profile` or `credential_source`. Any other has
/// them from a web identity, from IAM Identity Center, from the credentials file, from a process, or from the config file, whichever
/// comes first. A source that is configured and fails ends the search: going on would sign as somebody else than was meant.
/// Source: botocore, `credentials.py`, `ProfileProviderBuilder` and `AssumeRoleProvider`.
struct ProfileSearch: Sendable {
    let files: SharedFiles
    let environment: [String: String]
    let client: AWSClient
    /// Gives the code of an MFA device; nil where nobody can be asked.
    let mfaCode: MFAPrompt?
    private(set) var visited: [String] = []

    /// Asks a person for the code that an MFA device shows; nil when nobody answers.
    typealias MFAPrompt = @Sendable (_ serial: String) async -> Secret<String>?

    init(files: SharedFiles, environment: [String: String], client: AWSClient, mfaCode: MFAPrompt?) {
        self.files = files
        self.environment = environment
        self.client = client
        self.mfaCode = mfaCode
    }

    /// The credentials of a profile; nil, and reasons more, when it names no source of any.
    ///
    /// - Parameters:
    ///   - name: The profile.
    ///   - readsEnvironment: Whether the environment's web identity counts, which it does when no profile was named on the command line.
    ///   - tried: The places looked at.
    /// - Returns: The credentials.
    /// - Throws: ``CredentialsNotFound``.
    mutating func credentials(
        of name: String,
        readsEnvironment: Bool,
        _ tried: inout [CredentialsNotFound.Attempt]
    ) async throws -> AWSCredentials? {
        visited.append(name)
        if Self.assumesRole(files.profile(name) ?? [:]) { return try await roleCredentials(of: name) }
        return try await ownCredentials(of: name, readsEnvironment: readsEnvironment, &tried)
    }

    /// A profile that assumes a role through another; one with a web identity assumes it by that.
    static func assumesRole(_ options: [String: String]) -> Bool {
        options["role_arn"] != nil && options["web_identity_token_file"] == nil
    }

    /// The credentials that a profile has without another one's help.
    func ownCredentials(
        of name: String,
        readsEnvironment: Bool,
        _ tried: inout [CredentialsNotFound.Attempt]
    ) async throws -> AWSCredentials? {
        let options = files.profile(name) ?? [:]
        let region = CallRegion.of(options, environment)
        let web = WebIdentityCredentials(
            profile: name,
            options: options,
            environment: readsEnvironment ? environment : [:],
            files: environment,
            sts: WebIdentityCredentials.Service(client: client, region: region)
        )
        if let web { return try await web.credentials() }
        if let sso = try SSOCredentials(profile: name, files: files, environment: environment, client: client) {
            return try await sso.credentials()
        }
        let credentialsFile = ProfileKeys(path: files.credentialsPath, profile: name, file: files.credentials)
        if let found = try credentialsFile.read(&tried) { return found }
        if options["login_session"] != nil {
            throw CredentialsNotFound(
                tried: tried + [
                    .init(
                        source: "profile \(name)",
                        reason: "it signs in through a console login, which only the AWS CLI can use",
                        fix: "eval \"$(aws configure export-credentials --profile \(name) --format env)\""
                    )
                ]
            )
        }
        if let command = options["credential_process"], !command.isEmpty {
            return try await CredentialProcess(command: command, environment: environment).credentials()
        }
        tried.append(.init(source: "credential_process of profile \(name)", reason: "the profile names none"))
        return try ProfileKeys(path: files.configPath, profile: name, file: files.config).read(&tried)
    }

    /// Follows the chain of roles one profile further.
    mutating func sourceCredentials(of name: String, _ source: String) async throws -> AWSCredentials {
        guard let options = files.profile(source) else {
            throw CredentialsNotFound(
                tried: [
                    .init(
                        source: "profile \(name)",
                        reason: "its source_profile \(source) does not exist",
                        fix: "aws configure list-profiles"
                    )
                ]
            )
        }
        let hasKeys = options["aws_access_key_id"] != nil || options["aws_secret_access_key"] != nil
        // A profile may be its own source for the keys that stand beside its role.
        if visited.contains(source), source != name || !hasKeys {
            let circle = (visited + [source]).joined(separator: ", ")
            throw CredentialsNotFound(
                tried: [.init(source: "profile \(name)", reason: "its source profiles lead in a circle: \(circle)")]
            )
        }
        visited.append(source)
        if !hasKeys, Self.assumesRole(options) { return try await roleCredentials(of: source) }
        var tried: [CredentialsNotFound.Attempt] = []
        if let found = try await ownCredentials(of: source, readsEnvironment: false, &tried) { return found }
        throw CredentialsNotFound(tried: tried)
    }
}

/// The Region whose STS a profile's roles are asked of.
enum CallRegion {
    /// The environment's Region, the profile's, or the one that the partition of most began with.
    static func of(_ options: [String: String], _ environment: [String: String]) -> String {
        let named = [environment["AWS_REGION"], environment["AWS_DEFAULT_REGION"], options["region"]]
        return named.compactMap { $0 }.first { !$0.isEmpty } ?? "us-east-1"
    }
}
