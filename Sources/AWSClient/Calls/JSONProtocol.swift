internal import HTTPTransport

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// AWS's JSON protocols: 1.1, which SSM and Organizations speak, and 1.0, which DynamoDB does.
///
/// Source: Smithy, "AWS JSON 1.0 protocol" and "AWS JSON 1.1 protocol".
enum JSONProtocol {
    /// How one service speaks it.
    struct Dialect: Sendable {
        let service: AWSService
        let contentType: String
        /// What stands before the operation's name in `X-Amz-Target`.
        let target: String

        static let ssm = Dialect(service: .ssm, contentType: "application/x-amz-json-1.1", target: "AmazonSSM")
        static let dynamodb = Dialect(
            service: .dynamodb,
            contentType: "application/x-amz-json-1.0",
            target: "DynamoDB_20120810"
        )
        static let organizations = Dialect(
            service: .organizations,
            contentType: "application/x-amz-json-1.1",
            target: "AWSOrganizationsV20161128"
        )
    }

    /// A call of one operation.
    ///
    /// - Parameters:
    ///   - dialect: Whose operation.
    ///   - operation: The operation's name.
    ///   - repeatable: When it may be repeated.
    ///   - input: Encoded as the body; nil members are left out.
    ///   - output: Makes the answer from the decoded wire form; throws ``BrokenOutput`` when something is missing.
    /// - Returns: The call, ready to be signed.
    /// - Throws: What encoding throws, which no input of ours does.
    static func call<Input: Encodable, Wire: Decodable & Sendable, Output>(
        of dialect: Dialect = .ssm,
        _ operation: String,
        repeatable: AWSCall<Output>.Repeatable,
        input: Input,
        output: @escaping @Sendable (Wire, _ requestID: String?) throws -> Output
    ) throws -> AWSCall<Output> {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return AWSCall(
            service: dialect.service,
            operation: operation,
            repeatable: repeatable,
            headers: [
                HTTPHeader("Content-Type", dialect.contentType),
                HTTPHeader("X-Amz-Target", "\(dialect.target).\(operation)"),
            ],
            body: Array(try encoder.encode(input)),
            output: { response, requestID in
                guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(response.body)) else {
                    // The decoder's own error quotes the body, which may hold a token.
                    throw BrokenOutput(part: "JSON")
                }
                return try output(wire, requestID)
            },
            fault: fault,
            requestID: { $0.header("x-amzn-requestid") }
        )
    }

    private struct WireFault: Decodable {
        let type: String?
        let message: String?
        let reasons: [WireReason]?

        private enum Key: String, CodingKey {
            case type = "__type"
            case message
            case capitalMessage = "Message"
            case reasons = "CancellationReasons"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            // Anything but text is no code and no message: the answer is still an answer.
            type = try? container.decode(String.self, forKey: .type)
            message =
                (try? container.decode(String.self, forKey: .message))
                ?? (try? container.decode(String.self, forKey: .capitalMessage))
            reasons = try? container.decode([WireReason].self, forKey: .reasons)
        }
    }

    private struct WireReason: Decodable {
        let code: String?
        let message: String?

        private enum CodingKeys: String, CodingKey {
            case code = "Code"
            case message = "Message"
        }
    }

    /// The error in an answer; nil when it is none of the service's.
    ///
    /// Codes come as `com.amazonaws.ssm#InvalidDocument`, `InvalidDocument` or `InvalidDocument:http://…`.
    static func fault(in response: HTTPResponse) -> ServiceFault? {
        // A body that is no JSON object is a proxy's page, which the missing code says well enough.
        let wire = try? JSONDecoder().decode(WireFault.self, from: Data(response.body))
        guard let raw = wire?.type ?? response.header("x-amzn-errortype") else { return nil }
        let withoutLink = raw.prefix { $0 != ":" }
        let code = withoutLink.split(separator: "#").last.map(String.init) ?? ""
        let reasons = (wire?.reasons ?? []).map {
            AWSFailure.CancellationReason(code: $0.code ?? "None", message: $0.message ?? "")
        }
        return code.isEmpty ? nil : ServiceFault(code: code, message: wire?.message ?? "", reasons: reasons)
    }
}
