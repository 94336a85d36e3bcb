internal import SessionCore

/// What a person calls a node on the command line.
enum NodeName: Sendable, Hashable {
    /// By its id, which needs no look-up.
    case id(NodeID)
    /// By something that may be several nodes', or none's; the questions are asked side by side.
    case question([NodeQuestion])

    /// Why a text names no node.
    enum Rejection: Error, Hashable {
        /// It begins as an id, and is none.
        case id
        /// It has an equals sign, and is no tag, nor tags with commas between.
        case tags
        /// It is empty, too long for a name, or holds what does not print.
        case text

        /// What would be right, one sentence.
        var explanation: String {
            switch self {
            case .id: "A node id looks like i-0123456789abcdef0 or mi-0123456789abcdef0, in small letters."
            case .tags: "Tags are written as Role=web, several with commas between, each key once."
            case .text: "A name has 1 to 256 characters, all of which show."
            }
        }
    }

    /// Reads a text.
    ///
    /// - Parameter text: An id, tags as `Role=web`, an address, or a name.
    /// - Throws: ``Rejection``.
    init(_ text: String) throws(Rejection) {
        if let id = try? NodeID(text) {
            self = .id(id)
        } else if Self.isLikeID(text) {
            throw .id
        } else if text.contains("=") {
            guard let tags = NodeQuestion.tags(in: text) else { throw .tags }
            self = .question([.tags(tags)])
        } else if NodeQuestion.isAddress(text) {
            self = .question([.address(text)])
        } else if NodeQuestion.isName(text) {
            // A name may have dots as well, and nobody can tell which is meant.
            let dnsName = text.contains(".") ? NodeQuestion.dnsName(in: text) : nil
            self = .question([.name(text)] + (dnsName.map { [.dnsName($0)] } ?? []))
        } else {
            throw .text
        }
    }

    /// Whether somebody who wrote this meant an id: what follows the dash is all hexadecimal, and long.
    private static func isLikeID(_ text: String) -> Bool {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 && ["i", "mi"].contains(parts[0].lowercased()) && parts[1].count >= 8
            && parts[1].allSatisfy(\.isHexDigit)
    }
}

extension NodeQuestion {
    /// Whether a tag `Name` is looked for.
    var isName: Bool { if case .name = self { true } else { false } }

    /// Whether it is looked for where a node is, which a machine outside EC2 tells itself.
    var isPlace: Bool {
        switch self {
        case .address, .dnsName: true
        case .id, .name, .tags: false
        }
    }

    /// Whether a node that was found by this is the one, not only by its own word.
    func confirms(_ node: NodeListing) -> Bool { !isPlace || !node.isSelfReported }

    /// What is looked for, within a sentence: `the name web-1`.
    var described: String {
        switch self {
        case .id(let id): "the id \(id)"
        case .name(let name): "the name \(name)"
        case .address(let address): "the address \(address)"
        case .dnsName(let name): "the DNS name \(name)"
        case .tags(let tags): "the \(tags.count == 1 ? "tag" : "tags") \(parameter.value)"
        }
    }
}
