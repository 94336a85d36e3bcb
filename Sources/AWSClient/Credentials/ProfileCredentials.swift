internal import SessionCore

/// The credentials of one profile in the shared files, by botocore's order: credentials file, `credential_process`,
/// config file.
///
/// What botocore would do before that by calling AWS (assuming a role, Identity Center) is not done: such a profile
/// stops the search, with
/// the way out in the reason, rather than giving the keys of somebody else.
public struct ProfileCredentials: CredentialSource {
    private let name: String
    private let environment: [String: String]
    private let isExplicit: Bool

    /// Names a profile.
    ///
    /// - Parameters:
    ///   - profile: The name; nil for the environment's, or `default`.
    ///   - environment: Says where the files are; the whole of it goes to a `credential_process`.
    public init(profile: String?, environment: [String: String]) {
        name = profile ?? SharedFiles.profile(environment: environment)
        isExplicit = profile != nil
        self.environment = environment
    }

    /// The profile's credentials, or why it has none.
    public func credentials() async throws -> AWSCredentials {
        let files: SharedFiles
        do {
            files = try SharedFiles(environment: environment)
        } catch {
            throw CredentialsNotFound(tried: [.init(source: error.path, reason: "cannot be read: \(error.reason)")])
        }
        let options = files.profile(name) ?? [:]
        if let attempt = beyondUs(options) { throw CredentialsNotFound(tried: [attempt]) }
        var tried: [CredentialsNotFound.Attempt] = []
        let credentialsFile = Place(path: files.credentialsPath, profile: name, file: files.credentials)
        if let found = try keys(in: credentialsFile, &tried) { return found }
        if options["login_session"] != nil {
            throw CredentialsNotFound(tried: tried + [unsupported("it signs in through a console login")])
        }
        if let command = options["credential_process"], !command.isEmpty {
            return try await CredentialProcess(command: command, environment: environment).credentials()
        }
        tried.append(.init(source: "credential_process of profile \(name)", reason: "the profile names none"))
        let configFile = Place(path: files.configPath, profile: name, file: files.config)
        if let found = try keys(in: configFile, &tried) { return found }
        throw CredentialsNotFound(tried: tried)
    }

    private struct Place {
        let path: String
        let profile: String
        let file: [String: [String: String]]?

        func attempt(_ reason: String) -> CredentialsNotFound.Attempt {
            .init(source: "profile \(profile) in \(path)", reason: reason)
        }
    }

    /// The keys in a file; nil, and a reason more, when it has none.
    private func keys(
        in place: Place,
        _ tried: inout [CredentialsNotFound.Attempt]
    ) throws(CredentialsNotFound) -> AWSCredentials? {
        guard let file = place.file else {
            tried.append(place.attempt("there is no such file"))
            return nil
        }
        guard let options = file[place.profile] else {
            tried.append(place.attempt("there is no such profile"))
            return nil
        }
        guard let accessKeyID = options["aws_access_key_id"] else {
            tried.append(place.attempt("it has no aws_access_key_id"))
            return nil
        }
        guard let secret = options["aws_secret_access_key"], !secret.isEmpty, !accessKeyID.isEmpty else {
            throw CredentialsNotFound(tried: tried + [place.attempt("it has only a part of the keys")])
        }
        return AWSCredentials(
            accessKeyID: accessKeyID,
            secretAccessKey: Secret(secret),
            // In this order, the older name first, as botocore has it.
            sessionToken: (options["aws_security_token"] ?? options["aws_session_token"]).map { Secret($0) }
        )
    }

    private func unsupported(_ what: String) -> CredentialsNotFound.Attempt {
        let export = "credential_process = aws configure export-credentials --profile \(name) --format process"
        return CredentialsNotFound.Attempt(
            source: "profile \(name)",
            reason: "\(what); use a profile with \"\(export)\", or export credentials to the environment"
        )
    }

    /// What only AWS's own tools can do with such a profile; nil when there is no such thing.
    private func beyondUs(_ options: [String: String]) -> CredentialsNotFound.Attempt? {
        if options["web_identity_token_file"] != nil { return unsupported("it signs in with a web identity token") }
        if !isExplicit, environment["AWS_WEB_IDENTITY_TOKEN_FILE"].map({ !$0.isEmpty }) == true {
            return .init(
                source: "AWS_WEB_IDENTITY_TOKEN_FILE",
                reason: "it is set, and web identity tokens are not used here; name a profile"
            )
        }
        if options["role_arn"] != nil { return unsupported("it assumes a role") }
        if options["sso_account_id"] != nil || options["sso_role_name"] != nil {
            return unsupported("it signs in through IAM Identity Center")
        }
        return nil
    }
}
