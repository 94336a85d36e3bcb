internal import HTTPTransport
public import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The portal of IAM Identity Center: the keys of a permission set, for a person who has signed in.
///
/// Calls are not signed; the access token of the sign-in stands in a header. Every call throws ``AWSFailure``.
/// Source: IAM Identity Center Portal API Reference, `GetRoleCredentials`.
public struct SSOPortal: Sendable {
    private let client: AWSClient
    private let region: Region

    /// Makes a caller of the portal of a Region, which is Identity Center's own.
    public init(client: AWSClient, region: Region) {
        self.client = client
        self.region = region
    }

    private struct Wire: Decodable {
        struct Keys: Decodable {
            let accessKeyId: String
            let secretAccessKey: String
            let sessionToken: String
            let expiration: Int64
        }

        let roleCredentials: Keys
    }

    /// The keys of a role session.
    ///
    /// - Parameters:
    ///   - permissionSet: The permission set's name, for example `DatabaseAdmin`.
    ///   - account: The account's id.
    ///   - accessToken: Of the sign-in.
    /// - Returns: Keys that have an expiration.
    /// - Throws: ``AWSFailure``.
    public func roleCredentials(
        permissionSet: String,
        account: String,
        accessToken: Secret<String>
    ) async throws -> AWSCredentials {
        let query = "account_id=\(PercentEncoding.encode(account))&role_name=\(PercentEncoding.encode(permissionSet))"
        let call = AWSCall<AWSCredentials>(
            service: .sso,
            operation: "GetRoleCredentials",
            repeatable: .always,
            method: "GET",
            path: "federation/credentials?\(query)",
            headers: [HTTPHeader("x-amz-sso_bearer_token", accessToken.reveal())],
            body: [],
            output: { response, _ in
                // The decoder's own error quotes the body, which holds keys.
                guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(response.body)) else {
                    throw BrokenOutput(part: "roleCredentials")
                }
                let keys = wire.roleCredentials
                return AWSCredentials(
                    accessKeyID: keys.accessKeyId,
                    secretAccessKey: Secret(keys.secretAccessKey),
                    sessionToken: Secret(keys.sessionToken),
                    expiration: Timestamp(milliseconds: keys.expiration)
                )
            },
            fault: JSONProtocol.fault,
            requestID: { $0.header("x-amzn-requestid") }
        )
        return try await client.send(call, in: region, as: nil)
    }
}
