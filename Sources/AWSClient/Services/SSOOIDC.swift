internal import HTTPTransport
public import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// IAM Identity Center's OpenID Connect service: a fresh access token for a sign-in that is still good.
///
/// Calls are not signed. Every call throws ``AWSFailure``.
/// Source: IAM Identity Center OIDC API Reference, `CreateToken`.
public struct SSOOIDC: Sendable {
    private let client: AWSClient
    private let region: Region

    /// Makes a caller of a Region, which is Identity Center's own.
    public init(client: AWSClient, region: Region) {
        self.client = client
        self.region = region
    }

    /// What renews a sign-in: the client that AWS's tool registered, and its refresh token.
    public struct Refresh: Sendable, Hashable {
        /// The registered client.
        public let clientID: String
        /// The registered client's secret.
        public let clientSecret: Secret<String>
        /// What was given with the last token.
        public let refreshToken: Secret<String>

        /// Names the three.
        public init(clientID: String, clientSecret: Secret<String>, refreshToken: Secret<String>) {
            self.clientID = clientID
            self.clientSecret = clientSecret
            self.refreshToken = refreshToken
        }
    }

    /// A fresh token.
    public struct Token: Sendable, Hashable {
        /// What the portal takes.
        public let accessToken: Secret<String>
        /// How long it is good, in seconds.
        public let expiresIn: Int64
        /// What renews it next time; nil when the answer had none.
        public let refreshToken: Secret<String>?
    }

    private struct Input: Encodable {
        let clientId: String
        let clientSecret: String
        let grantType = "refresh_token"
        let refreshToken: String
    }

    private struct Wire: Decodable {
        let accessToken: String
        let expiresIn: Int64
        let refreshToken: String?
    }

    /// Renews a sign-in.
    public func token(_ refresh: Refresh) async throws -> Token {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let input = Input(
            clientId: refresh.clientID,
            clientSecret: refresh.clientSecret.reveal(),
            refreshToken: refresh.refreshToken.reveal()
        )
        let call = AWSCall<Token>(
            service: .ssoOIDC,
            operation: "CreateToken",
            // A refresh token may be good for one use: only what was surely not taken may be sent again.
            repeatable: .onlyWhenThrottled,
            path: "token",
            headers: [HTTPHeader("Content-Type", "application/json")],
            body: Array(try encoder.encode(input)),
            output: { response, _ in
                guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(response.body)) else {
                    throw BrokenOutput(part: "accessToken")
                }
                return Token(
                    accessToken: Secret(wire.accessToken),
                    expiresIn: wire.expiresIn,
                    refreshToken: wire.refreshToken.map { Secret($0) }
                )
            },
            fault: JSONProtocol.fault,
            requestID: { $0.header("x-amzn-requestid") }
        )
        return try await client.send(call, in: region, as: nil)
    }
}
