/// By what a node is looked for.
public enum NodeQuestion: Sendable, Hashable {
    /// Its id.
    case id(NodeID)
    /// Its tag `Name`, exactly.
    case name(String)
    /// Its private IPv4 address.
    case address(String)
    /// Its private DNS name, or the host name that a machine outside EC2 reports; small letters.
    case dnsName(String)
    /// Tags, every one of them exactly.
    case tags([String: String])

    /// The longest text of a question, in bytes: a tag's key and value, twice over.
    public static let maximumLength = 1024

    /// Whether a text can be looked for as a name: AWS's tags have at most 256 characters, and what does not print is none's.
    public static func isName(_ text: String) -> Bool {
        OpenSessionRequest.isPlainText(text, maximumLength: 256)
    }

    /// Whether a text is an IPv4 address in its usual form: four numbers up to 255 without leading zeros.
    public static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                part.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8(part).map { String($0) == part } == true
            }
    }

    /// A DNS name in small letters; nil for a text that is none.
    ///
    /// Source: RFC 1123, section 2.1: letters, digits and dashes between dots, at most 255 characters.
    public static func dnsName(in text: String) -> String? {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        let isLabel = { (label: Substring) in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        }
        return (1...255).contains(text.utf8.count) && labels.allSatisfy(isLabel) ? text.lowercased() : nil
    }

    /// Tags as they are written on a command line: `Role=web`, or several with commas between, `Role=web,Stage=test`.
    ///
    /// - Returns: The tags; nil when the text is none, or names a key twice.
    public static func tags(in text: String) -> [String: String]? {
        guard text.utf8.count <= maximumLength else { return nil }
        var tags: [String: String] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard pair.count == 2, OpenSessionRequest.isPlainText(pair[0], maximumLength: 128),
                pair[1].isEmpty || OpenSessionRequest.isPlainText(pair[1], maximumLength: 256),
                tags.updateValue(pair[1], forKey: pair[0]) == nil
            else { return nil }
        }
        return tags
    }

    /// The question as a query parameter.
    public var parameter: (name: InstancesRequest.Parameter, value: String) {
        switch self {
        case .id(let id): (.id, id.text)
        case .name(let name): (.name, name)
        case .address(let address): (.address, address)
        case .dnsName(let name): (.dnsName, name)
        case .tags(let tags):
            (.tag, tags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ","))
        }
    }

    /// Whether a node is one that is looked for.
    public func fits(_ node: NodeListing) -> Bool {
        switch self {
        case .id(let id): node.id == id
        case .name(let name): node.name == name
        case .address(let address): node.address == address
        case .dnsName(let name): node.dnsName?.lowercased() == name
        case .tags(let tags): tags.allSatisfy { node.tags[$0.key] == $0.value }
        }
    }
}
