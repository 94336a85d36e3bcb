/// Percent-encoding as AWS signs it: every byte but RFC 3986's unreserved characters becomes `%XX`, in capitals.
enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// The encoded text.
    ///
    /// - Parameters:
    ///   - text: Any text; it is encoded as UTF-8, percent signs too.
    ///   - kept: Bytes left alone besides the unreserved ones.
    /// - Returns: ASCII text.
    static func encode(_ text: some StringProtocol, keeping kept: Set<UInt8> = []) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isUnreserved(byte) || kept.contains(byte) {
                output.append(byte)
            } else {
                output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0x0F)]]
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
