#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The parts that both event shapes write the same way.
enum EventParts {
    /// The body's bytes; none when there is no body.
    static func body(_ text: String?, isBase64: Bool?) throws(EventRefusal) -> [UInt8] {
        guard let text else { return [] }
        guard isBase64 == true else { return Array(text.utf8) }
        guard let data = Data(base64Encoded: text) else { throw .bodyEncoding }
        return [UInt8](data)
    }

    /// The headers that may be read, out of all; the first one counts when a name comes in several spellings.
    static func headers(_ all: some Sequence<(name: String, value: String)>) -> [FrontDoorRequest.Header: String] {
        var kept: [FrontDoorRequest.Header: String] = [:]
        for (name, value) in all {
            guard let header = FrontDoorRequest.Header(rawValue: name.lowercased()), kept[header] == nil else {
                continue
            }
            kept[header] = value
        }
        return kept
    }
}
