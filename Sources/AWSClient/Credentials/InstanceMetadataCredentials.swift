internal import HTTPTransport
internal import SessionCore

/// The keys of an EC2 instance's role, by version 2 of the instance metadata service alone.
///
/// Source: Amazon EC2 User Guide, "Retrieve security credentials from instance metadata"; AWS SDKs and Tools Reference Guide, "IMDS
/// credential provider".
struct InstanceMetadataCredentials: CredentialSource {
    enum Key {
        static let disabled = "AWS_EC2_METADATA_DISABLED"
        static let endpoint = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
        static let mode = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"
    }

    static let source = "EC2 instance metadata"
    /// Where there is no such service nothing answers, and a person waits.
    private static let milliseconds = 1000
    private static let roles = "/latest/meta-data/iam/security-credentials/"

    private let environment: [String: String]
    private let transport: any HTTPTransport

    init(environment: [String: String], transport: any HTTPTransport) {
        self.environment = environment
        self.transport = transport
    }

    func credentials() async throws -> AWSCredentials {
        guard environment[Key.disabled]?.lowercased() != "true" else { throw failure("\(Key.disabled) is true") }
        let token = try await text(
            "PUT",
            "/latest/api/token",
            HTTPHeader("x-aws-ec2-metadata-token-ttl-seconds", "21600")
        )
        let proof = HTTPHeader("x-aws-ec2-metadata-token", token)
        let role = try await text("GET", Self.roles, proof)
        guard let name = role.split(whereSeparator: \.isNewline).first, !name.isEmpty else {
            throw failure("the instance has no role")
        }
        let body = try await send("GET", Self.roles + PercentEncoding.encode(name), proof)
        guard let keys = AWSCredentials(metadata: body) else { throw failure("its answer holds no keys") }
        return keys
    }

    private var endpoint: String {
        if let own = environment[Key.endpoint], !own.isEmpty {
            return own.hasSuffix("/") ? String(own.dropLast()) : own
        }
        return environment[Key.mode]?.lowercased() == "ipv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254"
    }

    private func text(_ method: String, _ path: String, _ header: HTTPHeader) async throws -> String {
        guard let text = String(validating: try await send(method, path, header), as: UTF8.self),
            !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F || $0 == 0x0A })
        else { throw failure("its answer is no text") }
        return text
    }

    private func send(_ method: String, _ path: String, _ header: HTTPHeader) async throws -> [UInt8] {
        let response: HTTPResponse
        do {
            response = try await transport.send(
                HTTPRequest(
                    method: method,
                    url: endpoint + path,
                    headers: [header],
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
        return response.body
    }

    private func failure(_ reason: String) -> CredentialsNotFound {
        CredentialsNotFound(tried: [.init(source: Self.source, reason: reason)])
    }
}
