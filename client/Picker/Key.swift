/// What a person presses while they choose.
enum Key: Sendable, Hashable {
    /// Characters to type.
    case text(String)
    case enter
    case up, down, pageUp, pageDown, home, end
    case backspace
    /// Take the last word away.
    case deleteWord
    /// Take everything away.
    case clear
    /// Go without choosing.
    case leave
}

/// Makes keys of the bytes that a terminal sends; what comes in pieces is put together.
///
/// Source: xterm, "Control Sequences" (cursor and editing keys, in both modes).
struct KeyReader: Sendable {
    private static let escape: UInt8 = 0x1B
    private static let sequences: [String: Key] = [
        "[A": .up, "OA": .up, "[B": .down, "OB": .down, "[5~": .pageUp, "[6~": .pageDown, "[H": .home, "OH": .home,
        "[1~": .home, "[7~": .home, "[F": .end, "OF": .end, "[4~": .end, "[8~": .end,
    ]
    private static let controls: [UInt8: Key] = [
        0x03: .leave, 0x04: .leave, 0x07: .leave, 0x08: .backspace, 0x7F: .backspace, 0x0A: .enter, 0x0D: .enter,
        0x0E: .down, 0x10: .up, 0x15: .clear, 0x17: .deleteWord, 0x01: .home, 0x05: .end,
    ]

    private var pending: [UInt8] = []

    /// Whether a key has begun and is not whole: an escape that nothing follows within a moment is the key Esc.
    var isWaiting: Bool { !pending.isEmpty }

    /// Takes bytes in.
    ///
    /// - Returns: The keys that are whole.
    mutating func read(_ bytes: [UInt8]) -> [Key] {
        pending += bytes
        var keys: [Key] = []
        while let first = pending.first {
            if first == Self.escape {
                guard let length = Self.sequenceLength(pending) else { break }
                let text = String(decoding: pending[1..<length], as: UTF8.self)
                pending.removeFirst(length)
                if let key = length == 1 ? .leave : Self.sequences[text] { keys.append(key) }
            } else if first < 0x20 || first == 0x7F {
                pending.removeFirst()
                if let key = Self.controls[first] { keys.append(key) }
            } else {
                guard let length = Self.textLength(pending) else { break }
                keys.append(.text(String(decoding: pending.prefix(length), as: UTF8.self)))
                pending.removeFirst(length)
            }
        }
        return keys
    }

    /// Says that nothing more came for a moment.
    ///
    /// - Returns: What was begun, as a key: an escape alone is Esc, anything else of it is nothing.
    mutating func settle() -> [Key] {
        defer { pending = [] }
        return pending == [Self.escape] ? [.leave] : []
    }

    /// How many bytes the escape sequence has; nil while it is not whole, 1 for an escape before something else.
    private static func sequenceLength(_ bytes: [UInt8]) -> Int? {
        guard bytes.count > 1 else { return nil }
        switch bytes[1] {
        case UInt8(ascii: "O"): return bytes.count > 2 ? 3 : nil
        case UInt8(ascii: "["):
            // Parameters, then one byte that ends the sequence; what is endless is none.
            guard let end = bytes.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else {
                return bytes.count > 32 ? bytes.count : nil
            }
            return end + 1
        case escape: return 1
        // A key together with Alt.
        default: return 2
        }
    }

    /// How many bytes from the start are characters; nil while the first one is not whole.
    private static func textLength(_ bytes: [UInt8]) -> Int? {
        var length = 0
        while length < bytes.count, bytes[length] >= 0x20, bytes[length] != 0x7F {
            let lead = bytes[length]
            let size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
            guard length + size <= bytes.count else { break }
            length += size
        }
        return length > 0 ? length : nil
    }
}
