/// Steps over canonical JSON without building what it says.
///
/// It passes exactly the texts that ``JSON/canonicalBytes`` gives back for what ``JSON/init(parsing:)`` reads; every other text ends
/// it. Memory and time are bounded by the text's length, and no byte outside of it is read.
struct CanonicalScanner {
    /// A text as it stands between its quotation marks.
    struct Text {
        /// The offset behind the opening mark.
        let start: Int
        /// The offset of the closing mark.
        let end: Int
        /// Whether the bytes are what the text says: nothing is escaped.
        var isPlain = true
        /// Whether all bytes are ASCII.
        var isASCII = true
    }

    let bytes: UnsafeBufferPointer<UInt8>
    private(set) var offset = 0

    /// Begins before the first byte.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// Whether everything was stepped over.
    var isAtEnd: Bool { offset == bytes.count }

    /// The next byte; nil at the end.
    var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    /// Steps over one value.
    ///
    /// - Parameter depth: How many lists and objects it stands in.
    /// - Returns: Whether it is one in its canonical form.
    mutating func skipValue(depth: Int) -> Bool {
        switch next {
        case UInt8(ascii: "\""): text() != nil
        case UInt8(ascii: "{"): members(depth: depth) { scanner, _ in scanner.skipValue(depth: depth + 1) }
        case UInt8(ascii: "["): elements(depth: depth)
        case UInt8(ascii: "t"): take("true")
        case UInt8(ascii: "f"): take("false")
        case UInt8(ascii: "n"): take("null")
        default: number()
        }
    }

    /// Steps over an object.
    ///
    /// - Parameters:
    ///   - depth: How many lists and objects it stands in.
    ///   - take: Gets each member's name, and steps over its value; false when that is not canonical.
    /// - Returns: Whether it is an object in its canonical form.
    mutating func members(depth: Int, _ take: (inout CanonicalScanner, Text) -> Bool) -> Bool {
        let start = offset
        guard depth < JSON.maximumDepth, self.take(UInt8(ascii: "{")) else { return false }
        if self.take(UInt8(ascii: "}")) { return true }
        var previous: Text?
        var isSimple = true
        repeat {
            guard let name = text(), self.take(UInt8(ascii: ":")) else { return false }
            isSimple = isSimple && name.isPlain && name.isASCII
            if isSimple, let previous, !precedes(previous, name) { return false }
            guard take(&self, name) else { return false }
            previous = name
        } while self.take(UInt8(ascii: ","))
        guard self.take(UInt8(ascii: "}")) else { return false }
        return isSimple || isCanonicalByParsing(start..<offset)
    }

    /// Steps over a text; nil when there is none in its canonical form.
    mutating func text() -> Text? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        var text = Text(start: offset, end: offset)
        while true {
            skipOrdinary()
            guard let byte = next else { return nil }
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return Text(start: text.start, end: offset - 1, isPlain: text.isPlain, isASCII: text.isASCII)
            case UInt8(ascii: "\\"):
                text.isPlain = false
                guard escape() else { return nil }
            case 0x80...:
                text.isASCII = false
                guard multibyte() else { return nil }
            default: return nil
            }
        }
    }

    // MARK: Parts

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        offset += 1
        return true
    }

    private mutating func take(_ word: StaticString) -> Bool {
        for index in 0..<word.utf8CodeUnitCount {
            guard take(word.utf8Start[index]) else { return false }
        }
        return true
    }

    private mutating func elements(depth: Int) -> Bool {
        guard depth < JSON.maximumDepth, take(UInt8(ascii: "[")) else { return false }
        if take(UInt8(ascii: "]")) { return true }
        repeat {
            guard skipValue(depth: depth + 1) else { return false }
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]"))
    }

    /// RFC 8785, section 3.2.2.3, for whole numbers that fit 64 bits.
    private mutating func number() -> Bool {
        let isNegative = take(UInt8(ascii: "-"))
        let start = offset
        var value: Int64 = 0
        while let byte = next, (0x30...0x39).contains(byte) {
            let digit = Int64(byte - 0x30)
            let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isOver) = product.addingReportingOverflow(isNegative ? -digit : digit)
            guard !isTooLarge, !isOver else { return false }
            value = sum
            offset += 1
        }
        guard offset > start else { return false }
        return bytes[start] != 0x30 || (offset == start + 1 && !isNegative)
    }

    /// Steps over the bytes of a text that stand for themselves and are ASCII, eight at a time where there are as many.
    private mutating func skipOrdinary() {
        let raw = UnsafeRawBufferPointer(bytes)
        while offset + 8 <= raw.count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            let special = Self.special(word)
            guard special == 0 else {
                offset += special.trailingZeroBitCount / 8
                return
            }
            offset += 8
        }
        while let byte = next, byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
            offset += 1
        }
    }

    /// A word whose lowest bit stands in the first of eight bytes that is no ordinary one; 0 when there is none.
    ///
    /// A borrow may mark a byte behind such a byte wrongly, never one before it.
    /// Source: Anderson, "Bit Twiddling Hacks", "Determine if a word has a byte less than n".
    private static func special(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let slashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let isQuote = (quotes &- ones) & ~quotes
        let isSlash = (slashes &- ones) & ~slashes
        let isControl = (word &- ones &* 0x20) & ~word
        return (isQuote | isSlash | isControl | word) & (ones &* 0x80)
    }

    /// The escapes that RFC 8785, section 3.2.2.2, leaves; each in its only form.
    private mutating func escape() -> Bool {
        offset += 1
        guard let byte = next else { return false }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            return true
        case UInt8(ascii: "u"):
            guard take("00"), let high = hexadecimalDigit(), high < 2, let low = hexadecimalDigit() else {
                return false
            }
            return ![0x08, 0x09, 0x0A, 0x0C, 0x0D].contains(high << 4 | low)
        default: return false
        }
    }

    private mutating func hexadecimalDigit() -> UInt8? {
        switch next {
        case let digit? where (0x30...0x39).contains(digit):
            offset += 1
            return digit - 0x30
        case let digit? where (0x61...0x66).contains(digit):
            offset += 1
            return digit - 0x61 + 10
        default: return nil
        }
    }

    /// Steps over one character of two to four bytes.
    ///
    /// Source: The Unicode Standard, section 3.9, table "Well-Formed UTF-8 Byte Sequences".
    private mutating func multibyte() -> Bool {
        let second: ClosedRange<UInt8>
        let more: Int
        switch bytes[offset] {
        case 0xC2...0xDF: (second, more) = (0x80...0xBF, 0)
        case 0xE0: (second, more) = (0xA0...0xBF, 1)
        case 0xED: (second, more) = (0x80...0x9F, 1)
        case 0xE1...0xEF: (second, more) = (0x80...0xBF, 1)
        case 0xF0: (second, more) = (0x90...0xBF, 2)
        case 0xF1...0xF3: (second, more) = (0x80...0xBF, 2)
        case 0xF4: (second, more) = (0x80...0x8F, 2)
        default: return false
        }
        guard offset + 1 + more < bytes.count, second.contains(bytes[offset + 1]) else { return false }
        for place in 0..<more where !(0x80...0xBF).contains(bytes[offset + 2 + place]) { return false }
        offset += 2 + more
        return true
    }

    /// Whether the first of two names in plain ASCII comes first; then bytes are in the order of UTF-16 code units.
    private func precedes(_ left: Text, _ right: Text) -> Bool {
        let (leftCount, rightCount) = (left.end - left.start, right.end - right.start)
        for place in 0..<min(leftCount, rightCount) {
            let (one, other) = (bytes[left.start + place], bytes[right.start + place])
            if one != other { return one < other }
        }
        return leftCount < rightCount
    }

    /// The long way, for an object with names whose order and identity are not those of their bytes.
    private func isCanonicalByParsing(_ range: Range<Int>) -> Bool {
        let slice = UnsafeBufferPointer(rebasing: bytes[range])
        // Why it cannot be read makes no difference here.
        guard let value = try? JSON(parsing: slice) else { return false }
        return value.canonicalBytes.elementsEqual(slice)
    }
}

extension JSON {
    /// Whether bytes are JSON of our kind in its canonical form, found without building the value.
    ///
    /// It is what `try JSON(parsing: bytes).canonicalBytes == bytes` says, in one pass.
    public static func isCanonical(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var scanner = CanonicalScanner(bytes)
        return scanner.skipValue(depth: 0) && scanner.isAtEnd
    }
}
