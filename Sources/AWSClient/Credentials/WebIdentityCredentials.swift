internal import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The role that a token in a file assumes, as in a Kubernetes pod or a CI job.
///
/// Source: AWS SDKs and Tools Reference Guide, "Assume role credential provider"; `AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_ROLE_ARN` and
/// `AWS_ROLE_SESSION_NAME` go before the profile's `web_identity_token_file`, `role_arn` and `role_session_name`, each for itself.
struct WebIdentityCredentials: CredentialSource {
    /// Who is asked.
    struct Service: Sendable {
        let client: AWSClient
        let region: String
    }

    private let place: String
    private let tokenFile: String
    private let role: String?
    private let sessionName: String?
    private let service: Service

    /// Reads the settings; nil when they name no token.
    ///
    /// - Parameters:
    ///   - profile: The profile's name.
    ///   - options: The profile's options.
    ///   - environment: The variables that count, none when a profile was named.
    ///   - files: The variables that the token's path is filled in from.
    ///   - sts: Who is asked.
    init?(
        profile: String,
        options: [String: String],
        environment: [String: String],
        files: [String: String],
        sts: Service
    ) {
        let file = environment["AWS_WEB_IDENTITY_TOKEN_FILE"] ?? options["web_identity_token_file"] ?? ""
        guard !file.isEmpty else { return nil }
        let isFromEnvironment = environment["AWS_WEB_IDENTITY_TOKEN_FILE"] != nil
        place = isFromEnvironment ? "AWS_WEB_IDENTITY_TOKEN_FILE" : "web_identity_token_file of profile \(profile)"
        tokenFile = file
        role = (environment["AWS_ROLE_ARN"] ?? options["role_arn"]).flatMap { $0.isEmpty ? nil : $0 }
        sessionName = environment["AWS_ROLE_SESSION_NAME"] ?? options["role_session_name"]
        service = sts
    }

    func credentials() async throws -> AWSCredentials {
        guard let role else { throw failure("there is no role to assume", fix: "export AWS_ROLE_ARN=…") }
        guard let region = try? Region(service.region) else {
            throw failure("the Region \(service.region) is none", fix: "export AWS_REGION=…")
        }
        guard let content = FileManager.default.contents(atPath: tokenFile),
            let token = String(validating: content, as: UTF8.self), !token.isEmpty
        else { throw failure("no token can be read from \(tokenFile)") }
        do {
            return try await STS.assumeRole(
                role,
                sessionName: sessionName ?? "ssm-broker-\(service.client.now().milliseconds / 1000)",
                webIdentity: Secret(token),
                client: service.client,
                region: region
            ).credentials
        } catch let error as AWSFailure {
            throw failure(error.words)
        }
    }

    private func failure(_ reason: String, fix: String? = nil) -> CredentialsNotFound {
        CredentialsNotFound(tried: [.init(source: place, reason: reason, fix: fix)])
    }
}
