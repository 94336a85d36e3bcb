internal import HTTPTransport
internal import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The keys that a container's own agent gives: ECS, EKS Pod Identity, CloudShell.
///
/// Source: AWS SDKs and Tools Reference Guide, "Container credential provider".
struct ContainerCredentials: CredentialSource {
    enum Key {
        static let relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
        static let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
        static let token = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
        static let tokenFile = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
    }

    static let source = "container credentials"
    /// Who may be asked without TLS, beside this machine.
    private static let agents: Set<String> = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "localhost"]
    private static let milliseconds = 2000

    private let url: String
    private let environment: [String: String]
    private let transport: any HTTPTransport

    /// Reads the settings; nil when they name no agent.
    init?(environment: [String: String], transport: any HTTPTransport) {
        if let path = environment[Key.relative] {
            url = "http://169.254.170.2\(path)"
        } else if let full = environment[Key.full] {
            url = full
        } else {
            return nil
        }
        self.environment = environment
        self.transport = transport
    }

    func credentials() async throws -> AWSCredentials {
        guard let target = RequestTarget(url: url) else { throw failure("\(Key.full) is no address") }
        guard url.lowercased().hasPrefix("https://") || Self.isTrusted(target.host) else {
            throw failure("\(Key.full) names \(target.host), which is neither this machine nor a container agent")
        }
        var headers = [HTTPHeader("Accept", "application/json")]
        if let token = try authorization() { headers.append(HTTPHeader("Authorization", token.reveal())) }
        let response: HTTPResponse
        do {
            response = try await transport.send(
                HTTPRequest(
                    method: "GET",
                    url: url,
                    headers: headers,
                    limits: HTTPLimits(
                        connectMilliseconds: Self.milliseconds,
                        totalMilliseconds: Self.milliseconds,
                        maximumBodyBytes: 65_536
                    )
                )
            )
        } catch {
            throw failure(error.explanation)
        }
        guard response.status == 200 else { throw failure("it answered with status \(response.status)") }
        guard let keys = AWSCredentials(metadata: response.body) else { throw failure("its answer holds no keys") }
        return keys
    }

    /// The whole `127.0.0.0/8` is this machine.
    private static func isTrusted(_ host: String) -> Bool {
        let name = host.split(separator: ":").count == 2 ? String(host.split(separator: ":")[0]) : host
        let octets = name.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        let isLoopback = octets.count == 4 && octets[0] == 127 && octets.allSatisfy { $0 != nil }
        return isLoopback || name.hasPrefix("[::1]") || agents.contains(name) || agents.contains(host)
    }

    private func authorization() throws -> Secret<String>? {
        let token: String?
        if let path = environment[Key.tokenFile] {
            guard let content = FileManager.default.contents(atPath: path),
                let text = String(validating: content, as: UTF8.self)
            else { throw failure("no token can be read from \(path)") }
            token = text
        } else {
            token = environment[Key.token]
        }
        guard token?.contains(where: \.isNewline) != true else { throw failure("its token has a line's end in it") }
        return token.map { Secret($0) }
    }

    private func failure(_ reason: String) -> CredentialsNotFound {
        CredentialsNotFound(tried: [.init(source: Self.source, reason: reason)])
    }
}

extension AWSCredentials {
    private struct Wire: Decodable {
        let accessKeyID: String
        let secretAccessKey: String
        let token: String?
        let expiration: String?

        private enum CodingKeys: String, CodingKey {
            case accessKeyID = "AccessKeyId"
            case secretAccessKey = "SecretAccessKey"
            case token = "Token"
            case expiration = "Expiration"
        }
    }

    /// Reads the answer of a container's agent or of instance metadata; nil when it holds no keys.
    init?(metadata body: [UInt8]) {
        // The decoder's own error quotes the answer, which is secret.
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(body)), !wire.accessKeyID.isEmpty,
            !wire.secretAccessKey.isEmpty
        else { return nil }
        self.init(
            accessKeyID: wire.accessKeyID,
            secretAccessKey: Secret(wire.secretAccessKey),
            sessionToken: wire.token.map { Secret($0) },
            expiration: wire.expiration.flatMap { Timestamp($0) }
        )
    }
}
