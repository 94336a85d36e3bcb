/// The parts of an absolute `http` or `https` address that a signature covers, kept as they were written.
///
/// Shape: `https://host[:port][/path][?query]`. User names, fragments, spaces and control characters are refused: no
/// request of ours has them,
/// and each is a way to make two readers see two addresses.
struct RequestTarget: Sendable, Hashable {
    /// The value of `Host`: lower case, the port only when it is not the scheme's own.
    let host: String
    /// Whether TLS protects what is sent.
    let isSecure: Bool
    /// The path as it will be sent; empty or beginning with a slash.
    let path: String
    /// The text after the first `?`; nil when there is none.
    let query: String?

    /// The host's name or address alone, without port and brackets.
    var name: String {
        let name = host.hasPrefix("[") ? host.dropFirst().prefix { $0 != "]" } : host.prefix { $0 != ":" }
        return String(name)
    }

    /// Splits an address; nil when it has another form.
    init?(url: String) {
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !url.utf8.contains(UInt8(ascii: "#")) else {
            return nil
        }
        let schemes = [("https://", "443"), ("http://", "80")]
        guard let (prefix, ownPort) = schemes.first(where: { url.lowercased().hasPrefix($0.0) }) else { return nil }
        isSecure = ownPort == "443"
        let rest = url.dropFirst(prefix.count)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        guard let host = Self.host(rest[..<end].lowercased(), ownPort: ownPort) else { return nil }
        self.host = host
        let tail = rest[end...]
        let question = tail.firstIndex(of: "?")
        path = String(tail[..<(question ?? tail.endIndex)])
        query = question.map { String(tail[tail.index(after: $0)...]) }
    }

    private static func host(_ authority: String, ownPort: String) -> String? {
        guard !authority.contains("@") else { return nil }
        // An IPv6 address has colons of its own, inside its brackets.
        let nameEnd = authority.hasPrefix("[") ? authority.firstIndex(of: "]").map(authority.index(after:)) : nil
        guard !authority.hasPrefix("[") || nameEnd != nil else { return nil }
        let colon = authority[(nameEnd ?? authority.startIndex)...].firstIndex(of: ":")
        let name = authority[..<(colon ?? authority.endIndex)]
        guard !name.isEmpty, nameEnd.map({ name.endIndex == $0 }) ?? true else { return nil }
        guard let colon else { return String(name) }
        let port = authority[authority.index(after: colon)...]
        guard let number = UInt16(port), number > 0 else { return nil }
        return String(number) == ownPort ? String(name) : "\(name):\(number)"
    }
}
