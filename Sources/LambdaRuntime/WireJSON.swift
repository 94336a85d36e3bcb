#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// JSON as it stands on the wire: read into private types, written with sorted keys.
enum WireJSON {
    /// Reads a value.
    ///
    /// - Throws: ``EventRefusal/notJSON`` or ``EventRefusal/malformed(_:)``; neither holds a value of the event.
    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws(EventRefusal) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let DecodingError.keyNotFound(key, context) {
            throw .malformed(path(context.codingPath + [key]))
        } catch let DecodingError.typeMismatch(_, context) {
            throw .malformed(path(context.codingPath))
        } catch let DecodingError.valueNotFound(_, context) {
            throw .malformed(path(context.codingPath))
        } catch {
            throw .notJSON
        }
    }

    /// Writes a value, keys sorted, slashes plain.
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(value))
    }

    /// Names a field by keys of ours: below the top level only `requestContext` has no keys that the caller chose.
    private static func path(_ keys: [any CodingKey]) -> String {
        guard let first = keys.first?.stringValue else { return "event" }
        return first == "requestContext" ? keys.prefix(3).map(\.stringValue).joined(separator: ".") : first
    }
}
