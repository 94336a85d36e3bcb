public import HTTPTransport

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// What a request gets back, whichever front door it came through.
public struct FrontDoorReply: Sendable, Hashable {
    /// The status code, 200 to 599.
    public var status: Int
    /// The header lines, in order; a name may come several times.
    public var headers: [HTTPHeader]
    /// The body; empty for none.
    public var body: [UInt8]

    /// Makes a reply.
    public init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

extension FrontDoor {
    /// Writes a reply as this front door reads it: JSON, keys sorted; a body that is not UTF-8 goes as base64.
    ///
    /// Source: API Gateway Developer Guide, "Lambda proxy integrations", output format; Lambda Developer Guide,
    /// "Invoking Lambda function URLs", response payload format.
    public func encode(_ reply: FrontDoorReply) throws -> [UInt8] {
        let text = String(validating: reply.body, as: UTF8.self)
        var wire = Wire(
            statusCode: reply.status,
            body: text ?? Data(reply.body).base64EncodedString(),
            isBase64Encoded: text == nil
        )
        for (name, values) in reply.headersByName {
            switch self {
            case .restAPI where values.count > 1: wire.multiValueHeaders[name] = values
            // A Function URL has no list form; a comma joins values in HTTP itself (RFC 9110, 5.3).
            case .restAPI, .functionURL: wire.headers[name] = values.joined(separator: ", ")
            }
        }
        return try WireJSON.encode(wire)
    }
}

extension FrontDoorReply {
    /// The values of each name, under its first spelling.
    fileprivate var headersByName: [String: [String]] {
        var spelling: [String: String] = [:]
        var values: [String: [String]] = [:]
        for header in headers {
            let name = spelling[header.name.lowercased(), default: header.name]
            spelling[header.name.lowercased()] = name
            values[name, default: []].append(header.value)
        }
        return values
    }
}

private struct Wire: Encodable {
    var statusCode: Int
    var headers: [String: String] = [:]
    var multiValueHeaders: [String: [String]] = [:]
    var body: String
    var isBase64Encoded: Bool

    enum Key: String, CodingKey {
        case statusCode, headers, multiValueHeaders, body, isBase64Encoded
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(statusCode, forKey: .statusCode)
        try container.encode(headers, forKey: .headers)
        if !multiValueHeaders.isEmpty { try container.encode(multiValueHeaders, forKey: .multiValueHeaders) }
        try container.encode(body, forKey: .body)
        try container.encode(isBase64Encoded, forKey: .isBase64Encoded)
    }
}
