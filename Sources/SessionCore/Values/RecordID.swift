/// An identifier made by us: a UUID in lower case, for example `6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11`.
///
/// It names a record, a session or a request, and is safe in a path.
/// Source: RFC 9562, "Universally Unique IDentifiers".
public struct RecordID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The text has another form.
    public struct Rejection: Error, Sendable, Hashable {
        /// What came, cut to 64 characters.
        public let text: String
    }

    /// The UUID as lower-case text.
    public let text: String

    /// Checks and keeps an identifier; capitals are turned into small letters.
    ///
    /// - Throws: ``Rejection`` when `text` is no UUID.
    public init(_ text: some StringProtocol) throws(Rejection) {
        let lower = text.lowercased()
        let groups = lower.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12],
            groups.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) } })
        else { throw Rejection(text: String(text.prefix(64))) }
        self.text = lower
    }

    /// Makes a random identifier (version 4) from 16 random bytes.
    ///
    /// - Parameter bytes: At least 16 bytes; what makes them unpredictable is the caller's business.
    public init(random bytes: [UInt8]) {
        precondition(bytes.count >= 16, "an identifier needs 16 random bytes")
        var octets = Array(bytes.prefix(16))
        octets[6] = octets[6] & 0x0F | 0x40
        octets[8] = octets[8] & 0x3F | 0x80
        self.init(octets: octets)
    }

    /// Writes 16 bytes, version and variant among them, as text.
    init(octets: [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        var output: [UInt8] = []
        for (index, octet) in octets.enumerated() {
            if [4, 6, 8, 10].contains(index) { output.append(UInt8(ascii: "-")) }
            output += [digits[Int(octet >> 4)], digits[Int(octet & 0x0F)]]
        }
        text = String(decoding: output, as: UTF8.self)
    }

    /// The UUID.
    public var description: String { text }

    /// Orders by text.
    public static func < (left: RecordID, right: RecordID) -> Bool { left.text < right.text }
}
