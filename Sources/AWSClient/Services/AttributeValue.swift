#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// One attribute of a DynamoDB item, of the types that we store.
///
/// Shape on the wire: an object with one member, the type's letter: `{"S":"text"}`, `{"N":"7"}`, `{"B":"<base64>"}`.
public enum AttributeValue: Sendable, Hashable {
    /// `S`: text.
    case string(String)
    /// `N`: a whole number; DynamoDB's other numbers are none of ours.
    case number(Int64)
    /// `B`: bytes.
    case bytes([UInt8])

    /// The text; nil for every other type.
    public var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number; nil for every other type.
    public var integer: Int64? {
        if case .number(let number) = self { number } else { nil }
    }

    /// The bytes; nil for every other type.
    public var blob: [UInt8]? {
        if case .bytes(let bytes) = self { bytes } else { nil }
    }
}

/// An item, or its key, by attribute names.
public typealias Attributes = [String: AttributeValue]

extension AttributeValue: Codable {
    private enum Key: String, CodingKey {
        case string = "S"
        case number = "N"
        case bytes = "B"
    }

    /// Reads the wire form; any type but ours is an error.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let text = try container.decodeIfPresent(String.self, forKey: .string) {
            self = .string(text)
        } else if let text = try container.decodeIfPresent(String.self, forKey: .number), let number = Int64(text) {
            self = .number(number)
        } else if let text = try container.decodeIfPresent(String.self, forKey: .bytes),
            let data = Data(base64Encoded: text)
        {
            self = .bytes(Array(data))
        } else {
            throw BrokenOutput(part: "attribute value")
        }
    }

    /// Writes the wire form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .string(let text): try container.encode(text, forKey: .string)
        case .number(let number): try container.encode(String(number), forKey: .number)
        case .bytes(let bytes): try container.encode(Data(bytes).base64EncodedString(), forKey: .bytes)
        }
    }
}
