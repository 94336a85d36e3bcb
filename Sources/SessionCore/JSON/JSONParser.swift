extension JSON {
    /// Why some bytes are not JSON of our kind.
    public struct SyntaxRejection: Error, Sendable, Hashable {
        /// What is wrong.
        public enum Reason: Sendable, Hashable {
            /// The text ends too early.
            case unexpectedEnd
            /// A byte stands where the grammar has no place for it.
            case unexpectedByte
            /// The bytes are not UTF-8, or an escape stands for half a surrogate pair.
            case notUnicode
            /// An object names a member twice; readers differ in which one they take.
            case duplicateMember(String)
            /// A number has a fraction or an exponent, or does not fit 64 bits.
            case notWhole
            /// Lists and objects are nested too deeply.
            case tooDeep
        }

        /// What is wrong.
        public let reason: Reason
        /// The offset of the byte at which it was seen, from 0.
        public let offset: Int
    }

    /// The deepest nesting that is read.
    public static let maximumDepth = 64

    /// Reads JSON text strictly.
    ///
    /// A library reads more forgivingly than we may: of two members with one name it keeps either, and the agent on the node may
    /// keep the other. Such text is refused here.
    /// Source: RFC 8259; RFC 7493, "The I-JSON Message Format", section 2.3 (no duplicate names).
    ///
    /// - Parameter bytes: The whole text, in UTF-8, without a byte-order mark.
    /// - Throws: ``SyntaxRejection`` with the offset.
    public init(parsing bytes: some Sequence<UInt8>) throws(SyntaxRejection) {
        var parser = JSONParser(bytes: Array(bytes))
        self = try parser.document()
    }
}

/// A recursive-descent reader over bytes.
private struct JSONParser {
    let bytes: [UInt8]
    var offset = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    func rejection(_ reason: JSON.SyntaxRejection.Reason) -> JSON.SyntaxRejection {
        JSON.SyntaxRejection(reason: reason, offset: offset)
    }

    mutating func document() throws(JSON.SyntaxRejection) -> JSON {
        let value = try value(depth: 0)
        skipWhiteSpace()
        guard offset == bytes.count else { throw rejection(.unexpectedByte) }
        return value
    }

    private mutating func skipWhiteSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return
            }
        }
    }

    private func peek() throws(JSON.SyntaxRejection) -> UInt8 {
        guard offset < bytes.count else { throw rejection(.unexpectedEnd) }
        return bytes[offset]
    }

    private mutating func take(_ expected: UInt8) throws(JSON.SyntaxRejection) {
        guard try peek() == expected else { throw rejection(.unexpectedByte) }
        offset += 1
    }

    private mutating func take(_ word: StaticString, as value: JSON) throws(JSON.SyntaxRejection) -> JSON {
        for index in 0..<word.utf8CodeUnitCount {
            try take(word.utf8Start[index])
        }
        return value
    }

    private mutating func value(depth: Int) throws(JSON.SyntaxRejection) -> JSON {
        skipWhiteSpace()
        switch try peek() {
        case UInt8(ascii: "{") where depth == JSON.maximumDepth, UInt8(ascii: "[") where depth == JSON.maximumDepth:
            throw rejection(.tooDeep)
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try take("true", as: .bool(true))
        case UInt8(ascii: "f"): return try take("false", as: .bool(false))
        case UInt8(ascii: "n"): return try take("null", as: .null)
        default: return try number()
        }
    }

    private mutating func array(depth: Int) throws(JSON.SyntaxRejection) -> JSON {
        var elements: [JSON] = []
        try take(UInt8(ascii: "["))
        skipWhiteSpace()
        if try peek() == UInt8(ascii: "]") {
            offset += 1
            return .array([])
        }
        while true {
            elements.append(try value(depth: depth + 1))
            skipWhiteSpace()
            if try peek() == UInt8(ascii: "]") {
                offset += 1
                return .array(elements)
            }
            try take(UInt8(ascii: ","))
        }
    }

    private mutating func object(depth: Int) throws(JSON.SyntaxRejection) -> JSON {
        var members: [String: JSON] = [:]
        try take(UInt8(ascii: "{"))
        skipWhiteSpace()
        if try peek() == UInt8(ascii: "}") {
            offset += 1
            return .object([:])
        }
        while true {
            skipWhiteSpace()
            let name = try string()
            guard members[name] == nil else { throw rejection(.duplicateMember(name)) }
            skipWhiteSpace()
            try take(UInt8(ascii: ":"))
            members[name] = try value(depth: depth + 1)
            skipWhiteSpace()
            if try peek() == UInt8(ascii: "}") {
                offset += 1
                return .object(members)
            }
            try take(UInt8(ascii: ","))
        }
    }

    private mutating func number() throws(JSON.SyntaxRejection) -> JSON {
        let start = offset
        while offset < bytes.count, "+-.eE0123456789".utf8.contains(bytes[offset]) { offset += 1 }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        guard !text.isEmpty else { throw rejection(.unexpectedByte) }
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int64(text)
        else { throw rejection(.notWhole) }
        // "01" and "-0" are not canonical numbers; the first is not JSON either.
        guard String(value) == text else { throw rejection(.unexpectedByte) }
        return .integer(value)
    }

    private mutating func string() throws(JSON.SyntaxRejection) -> String {
        try take(UInt8(ascii: "\""))
        let start = offset
        skipOrdinary()
        if try peek() == UInt8(ascii: "\"") {
            offset += 1
            return try text(bytes[start..<offset - 1])
        }
        var content = Array(bytes[start..<offset])
        while true {
            let byte = try peek()
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return try text(content[...])
            case UInt8(ascii: "\\"): try escape(into: &content)
            default: throw rejection(.unexpectedByte)
            }
            let run = offset
            skipOrdinary()
            content += bytes[run..<offset]
        }
    }

    /// Steps over bytes of a text that stand for themselves.
    private mutating func skipOrdinary() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"): return
            default: offset += 1
            }
        }
    }

    private func text(_ content: ArraySlice<UInt8>) throws(JSON.SyntaxRejection) -> String {
        guard let text = String(validating: content, as: UTF8.self) else { throw rejection(.notUnicode) }
        return text
    }

    private mutating func escape(into content: inout [UInt8]) throws(JSON.SyntaxRejection) {
        let byte = try peek()
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"): content += String(Character(try unicodeEscape())).utf8
        default: throw rejection(.unexpectedByte)
        }
    }

    private mutating func unicodeEscape() throws(JSON.SyntaxRejection) -> Unicode.Scalar {
        var scalar = try codeUnit()
        if (0xD800...0xDBFF).contains(scalar) {
            for expected in "\\u".utf8 {
                guard try peek() == expected else { throw rejection(.notUnicode) }
                offset += 1
            }
            let low = try codeUnit()
            guard (0xDC00...0xDFFF).contains(low) else { throw rejection(.notUnicode) }
            scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let unicode = Unicode.Scalar(scalar) else { throw rejection(.notUnicode) }
        return unicode
    }

    private mutating func codeUnit() throws(JSON.SyntaxRejection) -> UInt32 {
        guard offset + 4 <= bytes.count else { throw rejection(.unexpectedEnd) }
        let digits = String(decoding: bytes[offset..<offset + 4], as: UTF8.self)
        guard digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let value = UInt32(digits, radix: 16)
        else { throw rejection(.unexpectedByte) }
        offset += 4
        return value
    }
}
