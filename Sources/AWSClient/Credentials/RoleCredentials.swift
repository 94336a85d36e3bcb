internal import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension ProfileSearch {
    /// The credentials of the role that a profile assumes.
    ///
    /// Source: AWS SDKs and Tools Reference Guide, "Assume role credential provider".
    mutating func roleCredentials(of name: String) async throws -> AWSCredentials {
        let options = files.profile(name) ?? [:]
        let place = "role_arn of profile \(name)"
        guard let role = options["role_arn"], let region = try? Region(CallRegion.of(options, environment)) else {
            throw CredentialsNotFound(tried: [
                .init(source: place, reason: "the Region is none", fix: "export AWS_REGION=…")
            ])
        }
        let source: AWSCredentials
        switch (options["source_profile"], options["credential_source"]) {
        case (let profile?, nil): source = try await sourceCredentials(of: name, profile)
        case (nil, let kind?): source = try await namedSource(kind, of: name)
        case (nil, nil):
            throw CredentialsNotFound(tried: [
                .init(source: place, reason: "the profile has neither source_profile nor credential_source")
            ])
        case (_?, _?):
            throw CredentialsNotFound(tried: [
                .init(source: place, reason: "the profile has both source_profile and credential_source")
            ])
        }
        var request = STS.RoleRequest(
            roleARN: role,
            sessionName: options["role_session_name"] ?? "ssm-broker-\(client.now().milliseconds / 1000)",
            durationSeconds: options["duration_seconds"].flatMap { Int($0) }
        )
        request.externalID = options["external_id"]
        if let serial = options["mfa_serial"] {
            guard let code = await mfaCode?(serial) else {
                throw CredentialsNotFound(
                    tried: [
                        .init(
                            source: place,
                            reason: "it needs a code of the MFA device \(serial), and "
                                + (mfaCode == nil ? "nobody may be asked for it" : "nobody gave one"),
                            fix: "eval \"$(aws configure export-credentials --profile \(name) --format env)\""
                        )
                    ]
                )
            }
            request.mfa = STS.MFA(serial: serial, code: code)
        }
        do {
            return try await STS(client: client, region: region, credentials: source).assumeRole(request).credentials
        } catch let failure as AWSFailure {
            throw CredentialsNotFound(tried: [.init(source: "\(place), \(role)", reason: failure.words)])
        }
    }

    private func namedSource(_ kind: String, of name: String) async throws -> AWSCredentials {
        switch kind {
        case "Environment": return try await EnvironmentCredentials(environment: environment).credentials()
        case "EcsContainer":
            if let container = ContainerCredentials(environment: environment, transport: client.transport) {
                return try await container.credentials()
            }
            throw CredentialsNotFound(
                tried: [
                    .init(
                        source: ContainerCredentials.source,
                        reason: "\(ContainerCredentials.Key.relative) is not set"
                    )
                ]
            )
        case "Ec2InstanceMetadata":
            return try await InstanceMetadataCredentials(environment: environment, transport: client.transport)
                .credentials()
        default:
            throw CredentialsNotFound(
                tried: [
                    .init(
                        source: "profile \(name)",
                        reason:
                            "its credential_source \(kind) is none of Environment, EcsContainer, Ec2InstanceMetadata"
                    )
                ]
            )
        }
    }
}

extension AWSFailure {
    /// The failure as a reason: what AWS said, or why it said nothing.
    var words: String {
        let code = code.map { "\($0): " } ?? ""
        let skew = clockSkew.map { "; \($0)" } ?? ""
        return (message.isEmpty ? "\(code)\(kind)" : "\(code)\(message)") + skew
    }
}
