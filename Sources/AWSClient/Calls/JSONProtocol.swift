internal import HTTPTransport

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// AWS's JSON 1.1 protocol, which SSM speaks.
///
/// Source: Smithy, "AWS JSON 1.1 protocol".
enum JSONProtocol {
    static let contentType = "application/x-amz-json-1.1"

    /// A call of `AmazonSSM.<operation>`.
    ///
    /// - Parameters:
    ///   - operation: The operation's name.
    ///   - repeatable: When it may be repeated.
    ///   - input: Encoded as the body; nil members are left out.
    ///   - output: Makes the answer from the decoded wire form; throws ``BrokenOutput`` when something is missing.
    /// - Returns: The call, ready to be signed.
    /// - Throws: What encoding throws, which no input of ours does.
    static func call<Input: Encodable, Wire: Decodable & Sendable, Output>(
        _ operation: String,
        repeatable: AWSCall<Output>.Repeatable,
        input: Input,
        output: @escaping @Sendable (Wire, _ requestID: String?) throws -> Output
    ) throws -> AWSCall<Output> {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return AWSCall(
            service: .ssm,
            operation: operation,
            repeatable: repeatable,
            headers: [
                HTTPHeader("Content-Type", contentType), HTTPHeader("X-Amz-Target", "AmazonSSM.\(operation)"),
            ],
            body: Array(try encoder.encode(input)),
            output: { body, requestID in
                guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(body)) else {
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

        private enum Key: String, CodingKey {
            case type = "__type"
            case message
            case capitalMessage = "Message"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            // Anything but text is no code and no message: the answer is still an answer.
            type = try? container.decode(String.self, forKey: .type)
            message =
                (try? container.decode(String.self, forKey: .message))
                ?? (try? container.decode(String.self, forKey: .capitalMessage))
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
        return code.isEmpty ? nil : ServiceFault(code: code, message: wire?.message ?? "")
    }
}
