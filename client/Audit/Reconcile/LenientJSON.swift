/// JSON as others write it, of which a few members are wanted.
///
/// CloudTrail's events hold numbers with fractions and whatever a service puts into them. Our own values have no place for these, and
/// need none: numbers stay text here. Of a repeated name the last member counts.
enum LenientJSON: Hashable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([LenientJSON])
    case object([String: LenientJSON])

    /// Reads a text; nil when it is none.
    init?(_ bytes: [UInt8]) {
        var cursor = JSONCursor(bytes)
        guard let value = cursor.value(depth: 0), cursor.isAtEnd else { return nil }
        self = value
    }

    /// A member of an object; nil when absent or null, or when this is no object.
    subscript(_ name: String) -> LenientJSON? {
        guard case .object(let members) = self, let value = members[name], value != .null else { return nil }
        return value
    }

    /// The text, when this is one that says something.
    var text: String? {
        guard case .string(let text) = self, !text.isEmpty else { return nil }
        return text
    }
}

/// Reads JSON from left to right, or steps over it.
struct JSONCursor {
    private let bytes: [UInt8]
    private var offset = 0
    /// Deeper than any event; recursion stays bounded.
    private static let maximumDepth = 128

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Whether only white space is left.
    var isAtEnd: Bool {
        mutating get {
            skipSpace()
            return offset == bytes.count
        }
    }

    /// The texts among some top-level members of an object, without building the rest.
    ///
    /// - Parameter names: Which members.
    /// - Returns: The texts by name; nil when this is no sound object.
    mutating func texts(named names: Set<String>) -> [String: String]? {
        guard take("{") else { return nil }
        var found: [String: String] = [:]
        if take("}") { return found }
        repeat {
            skipSpace()
            guard let name = string(), take(":") else { return nil }
            skipSpace()
            if names.contains(name), peek == UInt8(ascii: "\"") {
                guard let text = string() else { return nil }
                found[name] = text
            } else {
                guard skipValue() else { return nil }
            }
        } while take(",")
        return take("}") && isAtEnd ? found : nil
    }

    /// Reads one value; nil when there is none.
    mutating func value(depth: Int) -> LenientJSON? {
        guard depth <= Self.maximumDepth else { return nil }
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "["): return array(depth: depth)
        case UInt8(ascii: "\""): return string().map(LenientJSON.string)
        default: return scalar()
        }
    }

    private mutating func object(depth: Int) -> LenientJSON? {
        var members: [String: LenientJSON] = [:]
        guard take("{") else { return nil }
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            guard let name = string(), take(":"), let value = value(depth: depth + 1) else { return nil }
            members[name] = value
        } while take(",")
        return take("}") ? .object(members) : nil
    }

    private mutating func array(depth: Int) -> LenientJSON? {
        var elements: [LenientJSON] = []
        guard take("[") else { return nil }
        if take("]") { return .array(elements) }
        repeat {
            guard let value = value(depth: depth + 1) else { return nil }
            elements.append(value)
        } while take(",")
        return take("]") ? .array(elements) : nil
    }

    private mutating func scalar() -> LenientJSON? {
        let start = offset
        while offset < bytes.count, Self.isScalar(bytes[offset]) { offset += 1 }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        switch text {
        case "": return nil
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default: return text.utf8.allSatisfy({ "+-.eE0123456789".utf8.contains($0) }) ? .number(text) : nil
        }
    }

    /// Steps over one value; brackets must match in number.
    private mutating func skipValue() -> Bool {
        let start = offset
        var depth = 0
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""): guard skipString() else { return false }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                offset += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { return offset > start }
                depth -= 1
                offset += 1
            case UInt8(ascii: ",") where depth == 0: return offset > start
            default: offset += 1
            }
        }
        return false
    }

    private mutating func skipString() -> Bool {
        offset += 1
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                offset += 1
                return true
            case UInt8(ascii: "\\"): offset += 2
            default: offset += 1
            }
        }
        return false
    }

    private mutating func string() -> String? {
        guard peek == UInt8(ascii: "\"") else { return nil }
        let start = offset + 1
        guard skipString() else { return nil }
        let content = bytes[start..<(offset - 1)]
        guard content.contains(UInt8(ascii: "\\")) else { return String(decoding: content, as: UTF8.self) }
        return Self.unescaped(content)
    }

    private static func unescaped(_ content: ArraySlice<UInt8>) -> String? {
        var units: [UInt16] = []
        var output = ""
        var plain: [UInt8] = []
        // Escapes are UTF-16 and everything else UTF-8; each run is turned into text when the other begins.
        func flush() {
            output += String(decoding: plain, as: UTF8.self) + String(decoding: units, as: UTF16.self)
            plain.removeAll(keepingCapacity: true)
            units.removeAll(keepingCapacity: true)
        }
        var index = content.startIndex
        while index < content.endIndex {
            let byte = content[index]
            guard byte == UInt8(ascii: "\\") else {
                if !units.isEmpty { flush() }
                plain.append(byte)
                index += 1
                continue
            }
            guard index + 1 < content.endIndex else { return nil }
            let escape = content[index + 1]
            index += 2
            if escape == UInt8(ascii: "u") {
                guard index + 4 <= content.endIndex,
                    let unit = UInt16(String(decoding: content[index..<index + 4], as: UTF8.self), radix: 16)
                else { return nil }
                if !plain.isEmpty { flush() }
                units.append(unit)
                index += 4
            } else {
                guard let meant = simple[escape] else { return nil }
                if !units.isEmpty { flush() }
                plain.append(meant)
            }
        }
        flush()
        return output
    }

    private static let simple: [UInt8: UInt8] = [
        UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
        UInt8(ascii: "/"): UInt8(ascii: "/"), UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C,
        UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
    ]

    private static func isScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "E"),
            UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { offset += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard peek == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }
}
