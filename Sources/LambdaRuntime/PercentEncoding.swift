/// Percent-encoded text, read strictly.
enum PercentEncoding {
    /// Decodes a text; nil when an escape is broken or the result is not UTF-8.
    static func decode(_ text: some StringProtocol, plusIsSpace: Bool) -> String? {
        var bytes: [UInt8] = []
        var rest = Substring(text).utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Reads a query string, in order; empty parts are left out, as `a=1&&b=2` has none to give.
    static func queryItems(_ text: String) throws(EventRefusal) -> [FrontDoorRequest.QueryItem] {
        var items: [FrontDoorRequest.QueryItem] = []
        for part in text.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            // API Gateway reads `+` as a space in a query, so both front doors must.
            guard let name = decode(pair[0], plusIsSpace: true),
                let value = decode(pair.count == 2 ? pair[1] : "", plusIsSpace: true)
            else { throw .query }
            items.append(FrontDoorRequest.QueryItem(name, value))
        }
        return items
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
