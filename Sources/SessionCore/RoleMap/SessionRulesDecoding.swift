extension RoleMap.CommandRule {
    init(reader: inout JSONReader) {
        usesTerminal = reader.bool("terminal") ?? false
        if reader.value("patterns")?.elements?.isEmpty == true {
            reader.note("Expected at least one; leave patterns out for every command.", at: "patterns")
        }
        for (index, text) in (reader.value("patterns")?.elements ?? []).enumerated() {
            guard let text = text.text else { continue }
            do throws(AnchoredPattern.Rejection) {
                patterns.append(try AnchoredPattern(text))
            } catch {
                reader.absorb([
                    .init(path: reader.path + ["patterns", String(index)], explanation: error.explanation)
                ])
            }
        }
        _ = reader.list("patterns", expected: "a pattern as ^systemctl status [a-z0-9-]+$") { $0 }
    }
}

extension AnchoredPattern.Rejection {
    /// What is wrong and what would be right, one sentence or two.
    var explanation: String {
        switch self {
        case .length(let count):
            "The pattern has \(count) bytes; 3 to \(AnchoredPattern.maximumLength) are taken."
        case .notAnchored: "The pattern would fit a part of a command; begin it with ^ and end it with $."
        case .openAlternation: "^ and $ hold for a part of this only; put the alternatives in a group: ^(?:a|b)$."
        case .element("."):
            "A dot admits what nobody named; name the characters, as in [A-Za-z0-9_./-]+, or write \\. for the dot."
        case .element("[^"): "[^…] admits what nobody named; name the characters, as in [A-Za-z0-9_./-]+."
        case .element(let text):
            "\(text.printable(maximumLength: 16)) is not taken here; known are literals, […], (?:…|…), ?, *, +, {n,m}, \\d, \\w and \\ before punctuation."
        case .repeats(let count):
            "Counts within counts ask for \(count) repetitions; the agent takes \(AnchoredPattern.maximumRepeats)."
        case .size(let count):
            "With its counts written out the pattern has \(count) characters; \(AnchoredPattern.maximumSize) are taken."
        case .unbalanced: "A bracket or parenthesis has no partner; write \\ before one that is meant as it is."
        }
    }
}

extension RoleMap.PortRule {
    init?(reader: inout JSONReader) {
        var ranges: [ClosedRange<Int>] = []
        if let json = reader.value("remote") {
            if json.elements == nil { reader.note("Expected a list.", at: "remote") }
            if json.elements?.isEmpty == true { reader.note("Expected at least one port.", at: "remote") }
            for (index, element) in (json.elements ?? []).enumerated() {
                if let range = Self.range(element) {
                    ranges.append(range)
                } else {
                    let path = reader.path + ["remote", String(index)]
                    reader.absorb([
                        .init(path: path, explanation: "Expected a port from 1 to 65535, or a range as \"8000-8010\".")
                    ])
                }
            }
        } else {
            reader.note("Missing; expected a list of ports, for example [5432, \"8000-8010\"].", at: "remote")
        }
        if reader.value("hosts")?.elements?.isEmpty == true {
            reader.note("Expected at least one; leave hosts out for the node itself.", at: "hosts")
        }
        hosts = reader.list(
            "hosts",
            expected: "a host's name or IPv4 address in small letters, or *. before a domain; not a link-local address",
            parse: Host.init
        )
        remote = ranges
        guard !ranges.isEmpty else { return nil }
    }

    private static func range(_ json: JSON) -> ClosedRange<Int>? {
        let bounds: [Int]
        switch json {
        case .integer(let port): bounds = [Int(port), Int(port)]
        case .string(let text):
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            let numbers = parts.compactMap { part in Int(part).flatMap { String($0) == part ? $0 : nil } }
            guard (1...2).contains(parts.count), numbers.count == parts.count else { return nil }
            bounds = numbers
        default: return nil
        }
        guard let low = bounds.first, let high = bounds.last, low >= 1, high <= 65_535, low <= high else { return nil }
        return low...high
    }
}

extension RoleMap.PortRule.Host {
    /// Reads a host as it stands in a map; nil when it is none.
    init?(_ text: String) {
        guard text.hasPrefix("*.") else {
            guard Self.isName(text) else { return nil }
            self = .exact(text)
            return
        }
        let domain = text.dropFirst(2)
        // What ends in a number is an address, of which no part is a domain.
        guard domain.contains("."), Self.isName(String(domain)), !Self.isAddress(domain) else { return nil }
        self = .anyLabel(String(domain))
    }

    /// Whether a text is one machine's name or IPv4 address, in small letters; link-local addresses are nobody's.
    static func isName(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        let isAllowed = { (byte: UInt8) in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
        }
        guard (1...253).contains(text.utf8.count),
            labels.allSatisfy({ label in
                (1...63).contains(label.utf8.count) && label.utf8.allSatisfy(isAllowed)
                    && label.utf8.first != UInt8(ascii: "-") && label.utf8.last != UInt8(ascii: "-")
            })
        else { return false }
        guard isAddress(text[...]) else { return true }
        let bytes = labels.compactMap { label in UInt8(label).flatMap { String($0) == label ? $0 : nil } }
        return labels.count == 4 && bytes.count == 4 && !bytes.starts(with: [169, 254]) && bytes[0] != 0
    }

    /// What ends in a number is an address to every resolver, and to some in ways that hide which: 2852039166 is 169.254.169.254.
    private static func isAddress(_ name: Substring) -> Bool {
        name.split(separator: ".", omittingEmptySubsequences: false).last?.utf8.first
            .map { (0x30...0x39).contains($0) } ?? false
    }
}
