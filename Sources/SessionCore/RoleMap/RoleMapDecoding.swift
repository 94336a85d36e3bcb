extension RoleMap {
    /// A map that cannot be used, with everything that is wrong with it.
    public struct Rejection: Error, Sendable, Hashable {
        /// What is wrong, and where; never empty.
        public let problems: [JSONReader.Problem]
    }

    /// The version of the map's form.
    public static let formVersion: Int64 = 1

    /// Reads a map.
    ///
    /// - Parameter json: The map as it stands in the YAML file, or as the broker holds it.
    /// - Throws: ``Rejection`` with every problem at once.
    public init(json: JSON) throws(Rejection) {
        var reader = JSONReader(json)
        if reader.value("version") == nil {
            reader.note("Missing; expected \(Self.formVersion).", at: "version")
        } else {
            _ = reader.integer("version", in: Self.formVersion...Self.formVersion)
        }
        var entries: [PermissionSetName: Entry] = [:]
        if let sets = reader.value("permissionSets") {
            var names = JSONReader(sets, at: ["permissionSets"])
            for name in names.names {
                guard let key = try? PermissionSetName(name) else {
                    names.note("Not a permission set's name: 1 to 32 letters, digits and _+=,.@-.", at: name)
                    continue
                }
                var entry = JSONReader(names.value(name) ?? .null, at: names.path + [name])
                entries[key] = Entry(reader: &entry)
                reader.absorb(entry.finished())
            }
            reader.absorb(names.problems)
            reader.absorb(Self.clashes(Array(entries.keys)))
        } else {
            reader.note("Missing; expected an object with a member for each permission set.", at: "permissionSets")
        }
        let administrators = Self.principals("administrators", in: &reader)
        let auditors = Self.principals("auditors", in: &reader)
        let problems = reader.finished()
        guard problems.isEmpty else { throw Rejection(problems: problems) }
        self.init(entries: entries, administrators: administrators, auditors: auditors, source: json)
    }

    /// IAM names are unique whatever their case, and two permission sets must not share a document.
    private static func clashes(_ names: [PermissionSetName]) -> [JSONReader.Problem] {
        let keys: [(what: String, key: (PermissionSetName) -> String)] = [
            ("a name that differs only in case", { $0.name.lowercased() }),
            ("the same session document", { SessionDocument.name(.shell, of: $0).lowercased() }),
        ]
        var found: [PermissionSetName: String] = [:]
        for (what, key) in keys {
            for group in Dictionary(grouping: names.sorted(), by: key).values where group.count > 1 {
                for name in group.dropFirst() where found[name] == nil {
                    found[name] = "\(group[0]) has \(what); rename one."
                }
            }
        }
        return found.sorted { $0.key < $1.key }.map {
            JSONReader.Problem(path: ["permissionSets", $0.key.name], explanation: $0.value)
        }
    }

    private static func principals(_ name: String, in reader: inout JSONReader) -> Set<Principal> {
        guard let json = reader.value(name) else { return [] }
        guard let elements = json.elements else {
            reader.note("Expected a list of account and permissionSet.", at: name)
            return []
        }
        var principals: Set<Principal> = []
        for (index, element) in elements.enumerated() {
            var part = JSONReader(element, at: [name, String(index)])
            let account = part.required("account", expected: Expected.account) { try? AccountID($0) }
            let set = part.required("permissionSet", expected: "a permission set's name") { try? PermissionSetName($0) }
            reader.absorb(part.finished())
            if let account, let set { principals.insert(Principal(account: account, permissionSet: set)) }
        }
        return principals
    }
}

/// The texts for what would be right, where several members expect the same.
private enum Expected {
    static let account = "an account number of twelve digits, in quotes"
    static let linuxUser =
        "a Linux user: small letters, digits, _ and -, at most 32, a letter or _ first"
}

extension RoleMap.Entry {
    fileprivate init?(reader: inout JSONReader) {
        let linuxUser: LinuxUser?
        if let name = reader.value("linuxUser")?.text, LinuxUser.reserved.contains(name) {
            reader.note("The user \(name) has rights of its own, so no map may give it.", at: "linuxUser")
            linuxUser = nil
        } else {
            linuxUser = reader.required("linuxUser", expected: Expected.linuxUser) { try? LinuxUser($0) }
        }
        let kindNames = SessionKind.allCases.map(\.rawValue).joined(separator: ", ")
        let kinds: [SessionKind]
        if reader.value("sessions") == nil {
            kinds = [.shell]
        } else {
            kinds = reader.list("sessions", expected: "one of \(kindNames)") { SessionKind(rawValue: $0) }
            if reader.value("sessions")?.elements?.isEmpty == true {
                reader.note("Expected at least one of \(kindNames).", at: "sessions")
            }
        }
        let nodes = reader.value("nodes").map { json in
            var part = JSONReader(json, at: reader.path + ["nodes"])
            let rule = RoleMap.NodeRule(reader: &part)
            reader.absorb(part.finished())
            return rule
        }
        let limits = reader.value("limits").map { json in
            var part = JSONReader(json, at: reader.path + ["limits"])
            let limits = RoleMap.Limits(reader: &part)
            reader.absorb(part.finished())
            return limits
        }
        let logging = reader.value("logging").map { json in
            var part = JSONReader(json, at: reader.path + ["logging"])
            let logging = RoleMap.Logging(reader: &part)
            reader.absorb(part.finished())
            return logging
        }
        let need = { (text: String) -> Bool? in text == "required" ? true : text == "optional" ? false : nil }
        let needsReason = reader.optional("reason", expected: "required or optional", parse: need)
        let needsTicket = reader.optional("ticket", expected: "required or optional", parse: need)
        guard let linuxUser else { return nil }
        self.init(
            linuxUser: linuxUser,
            kinds: Set(kinds),
            nodes: nodes ?? RoleMap.NodeRule(accounts: [], regions: [], tags: [:]),
            limits: limits ?? RoleMap.Limits(idleMinutes: 20, maximumMinutes: nil),
            needsReason: needsReason ?? false,
            needsTicket: needsTicket ?? false,
            logging: logging ?? RoleMap.Logging()
        )
    }
}

extension RoleMap.NodeRule {
    /// All tags together, in bytes as they are written into the session policy, of which STS takes 2,048 characters.
    static let maximumTagBytes = 1000
    /// What stands around a key there, `"ssm:resourceTag/":[],`, and around each of its values, `"",`.
    private static let bytesAround = (key: 22, value: 3)

    fileprivate init(reader: inout JSONReader) {
        // Taking the last one away is how a right is withdrawn; an empty list must not come to mean all.
        for name in ["accounts", "regions"] where reader.value(name)?.elements?.isEmpty == true {
            reader.note("Expected at least one; leave \(name) out for all.", at: name)
        }
        accounts = Set(reader.list("accounts", expected: Expected.account) { try? AccountID($0) })
        regions = Set(reader.list("regions", expected: "a Region as eu-west-1") { try? Region($0) })
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

extension RoleMap.Limits {
    fileprivate init(reader: inout JSONReader) {
        idleMinutes = reader.integer("idleMinutes", in: 1...60) ?? 20
        maximumMinutes = reader.integer("maximumMinutes", in: 1...1440)
        if let maximumMinutes, maximumMinutes < idleMinutes {
            reader.note("A session of \(maximumMinutes) minutes never idles \(idleMinutes).", at: "maximumMinutes")
        }
        concurrentSessions = reader.integer("concurrentSessions", in: 1...100)
    }
}

extension RoleMap.Logging {
    fileprivate init(reader: inout JSONReader) {
        // The agent expands {{ }} with the node's own rights, so no text may hold it; $ stands only in our two variables.
        let plain = { (allowed: String, range: ClosedRange<Int>) in
            { (text: String) -> String? in
                let bare = text.split(separator: "${account}", omittingEmptySubsequences: false)
                    .flatMap { $0.split(separator: "${region}", omittingEmptySubsequences: false) }
                let isAllowed = bare.allSatisfy { part in
                    part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || allowed.contains($0)) }
                }
                return isAllowed && range.contains(text.utf8.count) ? text : nil
            }
        }
        cloudWatchLogGroup = reader.optional(
            "cloudWatchLogGroup",
            expected: "a log group's name: at most 512 letters, digits and _-/.#",
            parse: plain("_-/.#", 1...512)
        )
        s3Bucket = reader.optional("s3Bucket", expected: "a bucket's name", parse: plain("-.", 3...63))
        s3KeyPrefix = reader.optional(
            "s3KeyPrefix",
            expected: "the beginning of a key: at most 512 letters, digits and _-/.=",
            parse: plain("_-/.=", 1...512)
        )
        let keyText = plain(":/-", 20...256)
        kmsKey = reader.optional("kmsKey", expected: "a KMS key's ARN, arn:aws:kms:<Region>:<account>:key/<id>") {
            keyText($0).flatMap { Self.isKeyARN($0) ? $0 : nil }
        }
    }

    /// The channel's session policy names the key, and IAM grants nothing on an alias.
    ///
    /// Source: Service Authorization Reference, "AWS Key Management Service"; KMS Developer Guide, "Using aliases to control access".
    private static func isKeyARN(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", Partition(rawValue: String(parts[1])) != nil, parts[2] == "kms",
            parts[3] == "${region}" || (try? Region(parts[3])) != nil,
            parts[4] == "${account}" || (try? AccountID(parts[4])) != nil,
            parts[5].hasPrefix("key/"), parts[5].utf8.count > 4
        else { return false }
        return !parts[5].dropFirst(4).contains { "/${}".contains($0) }
    }
}
