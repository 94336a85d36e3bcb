extension RoleMap.NodeRule {
    /// All tags together, in bytes as they are written into the session policy, of which STS takes 2,048 characters.
    static let maximumTagBytes = 1000
    /// What stands around a key there, `"ssm:resourceTag/":[],`, and around each of its values, `"",`.
    private static let bytesAround = (key: 22, value: 3)

    init(reader: inout JSONReader) {
        // Taking the last one away is how a right is withdrawn; an empty list must not come to mean all.
        for name in ["accounts", "regions"] where reader.value(name)?.elements?.isEmpty == true {
            reader.note("Expected at least one; leave \(name) out for all.", at: name)
        }
        accounts = Set(reader.list("accounts", expected: Expected.account) { try? AccountID($0) })
        regions = Set(reader.list("regions", expected: Expected.region) { try? Region($0) })
        tags = [:]
        guard let json = reader.value("tags") else { return }
        var part = JSONReader(json, at: reader.path + ["tags"])
        if json.members?.isEmpty == true { part.note("Expected at least one tag; leave tags out for any.") }
        for name in part.names {
            if !Self.isTagText(name, maximumLength: 128) || name.isEmpty {
                part.note("Not a tag's key: 1 to 128 letters, digits, spaces and _.:/=+-@.", at: name)
            }
            tags[name] = part.list(name, expected: "a tag's value: at most 256 letters, digits, spaces and _.:/=+-@") {
                Self.isTagText($0, maximumLength: 256) ? $0 : nil
            }
            if tags[name]?.isEmpty == true { part.note("Expected a list with at least one value.", at: name) }
        }
        // IAM compares the keys of conditions without case, so two such tags would be one condition with the values of either.
        for keys in Dictionary(grouping: part.names, by: { $0.lowercased() }).values where keys.count > 1 {
            part.note("The key \(keys[0]) differs only in case; a session policy cannot tell them apart.", at: keys[1])
        }
        let size = tags.reduce(0) { sum, tag in
            let values = tag.value.reduce(0) { $0 + $1.utf8.count + Self.bytesAround.value }
            return sum + tag.key.utf8.count + Self.bytesAround.key + values
        }
        if size > Self.maximumTagBytes {
            part.note("The tags take \(size) bytes of the session policy; at most \(Self.maximumTagBytes) fit.")
        }
        reader.absorb(part.finished())
    }

    /// The characters of AWS's tags that a session policy may hold, which STS takes up to U+00FF only.
    ///
    /// `$`, `*` and `?` are not among them, so no value is ever a policy variable or a pattern.
    /// Source: STS API Reference, `AssumeRole`, `Policy`; Tagging AWS Resources User Guide, "Tag naming limits and requirements".
    private static func isTagText(_ text: String, maximumLength: Int) -> Bool {
        text.utf16.count <= maximumLength
            && text.unicodeScalars.allSatisfy { scalar in
                scalar.value <= 0xFF
                    && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                        || " _.:/=+-@".unicodeScalars.contains(scalar))
            }
    }
}
