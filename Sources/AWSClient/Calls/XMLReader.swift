extension XMLTree {
    /// Reads a document.
    ///
    /// - Parameter bytes: The whole document in UTF-8.
    /// - Throws: ``Rejection`` when it is none.
    init(parsing bytes: [UInt8]) throws(Rejection) {
        var reader = XMLReader(bytes: bytes)
        self = try reader.document()
    }
}

/// Reads one document from its first byte to its last.
private struct XMLReader {
    private static let maximumDepth = 32
    private static let entities: [String: UInt8] = [
        "amp": UInt8(ascii: "&"), "lt": UInt8(ascii: "<"), "gt": UInt8(ascii: ">"), "quot": UInt8(ascii: "\""),
        "apos": UInt8(ascii: "'"),
    ]

    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func document() throws(XMLTree.Rejection) -> XMLTree {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw malformed }
        if starts(with: "\u{FEFF}") { position += 3 }
        if starts(with: "<?xml") { try skip(past: "?>") }
        try skipMiscellany()
        guard !starts(with: "<!DOCTYPE") else { throw .documentType }
        let root = try element(depth: 1)
        try skipMiscellany()
        guard position == bytes.count else { throw malformed }
        return root
    }

    private mutating func element(depth: Int) throws(XMLTree.Rejection) -> XMLTree {
        guard depth <= Self.maximumDepth else { throw .tooDeep }
        try take("<")
        let qualified = try name()
        if try attributesEndElement() {
            return XMLTree(name: local(qualified), text: "", children: [])
        }
        var text: [UInt8] = []
        var children: [XMLTree] = []
        while !starts(with: "</") {
            if starts(with: "<!--") {
                try skip(past: "-->")
            } else if starts(with: "<![CDATA[") {
                position += 9
                let start = position
                try skip(past: "]]>")
                text += bytes[start..<(position - 3)]
            } else if starts(with: "<!") || starts(with: "<?") {
                throw malformed
            } else if starts(with: "<") {
                children.append(try element(depth: depth + 1))
            } else if starts(with: "&") {
                text += try reference()
            } else {
                guard position < bytes.count else { throw malformed }
                text.append(bytes[position])
                position += 1
            }
        }
        position += 2
        guard try name() == qualified else { throw malformed }
        skipSpace()
        try take(">")
        return XMLTree(
            name: local(qualified),
            text: String(decoding: text, as: UTF8.self),
            children: children
        )
    }

    /// Reads attributes up to the tag's end; true when the element ends with its tag.
    private mutating func attributesEndElement() throws(XMLTree.Rejection) -> Bool {
        while true {
            let before = position
            skipSpace()
            if starts(with: "/>") {
                position += 2
                return true
            }
            if starts(with: ">") {
                position += 1
                return false
            }
            guard position > before else { throw malformed }
            _ = try name()
            skipSpace()
            try take("=")
            skipSpace()
            guard position < bytes.count, bytes[position] == 0x22 || bytes[position] == 0x27 else { throw malformed }
            let quote = bytes[position]
            position += 1
            while position < bytes.count, bytes[position] != quote {
                guard bytes[position] != UInt8(ascii: "<") else { throw malformed }
                position += 1
            }
            guard position < bytes.count else { throw malformed }
            position += 1
        }
    }

    private mutating func reference() throws(XMLTree.Rejection) -> [UInt8] {
        let start = position
        position += 1
        let end = bytes[position...].prefix(12).firstIndex(of: UInt8(ascii: ";"))
        guard let end, end > position else { throw .malformed(offset: start) }
        let name = String(decoding: bytes[position..<end], as: UTF8.self)
        position = end + 1
        if let byte = Self.entities[name] { return [byte] }
        let number =
            name.hasPrefix("#x")
            ? UInt32(name.dropFirst(2), radix: 16)
            : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
        guard let number, number > 0, let scalar = Unicode.Scalar(number) else { throw .malformed(offset: start) }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func name() throws(XMLTree.Rejection) -> String {
        let start = position
        while position < bytes.count, Self.isName(bytes[position]) { position += 1 }
        guard position > start, !(0x2D...0x39).contains(bytes[start]) else { throw malformed }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: ":"), 0x80...0xFF:
            true
        default: false
        }
    }

    private func local(_ qualified: String) -> String {
        qualified.split(separator: ":").last.map(String.init) ?? qualified
    }

    private mutating func skipMiscellany() throws(XMLTree.Rejection) {
        skipSpace()
        while starts(with: "<!--") {
            try skip(past: "-->")
            skipSpace()
        }
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private mutating func skip(past end: StaticString) throws(XMLTree.Rejection) {
        while position < bytes.count, !starts(with: end) { position += 1 }
        guard position < bytes.count else { throw malformed }
        position += end.utf8CodeUnitCount
    }

    private mutating func take(_ expected: StaticString) throws(XMLTree.Rejection) {
        guard starts(with: expected) else { throw malformed }
        position += expected.utf8CodeUnitCount
    }

    private func starts(with expected: StaticString) -> Bool {
        expected.withUTF8Buffer { bytes[position...].starts(with: $0) }
    }

    private var malformed: XMLTree.Rejection { .malformed(offset: position) }
}
