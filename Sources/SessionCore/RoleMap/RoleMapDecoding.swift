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
        var draft = Draft()
        let logging = reader.part("logging") { AccountLogging(reader: &$0) }
        Self.permissionSets(in: &reader, logging: logging, into: &draft)
        Self.roles(in: &reader, logging: logging, into: &draft)
        draft.parts.administrators = Self.principals("administrators", in: &reader, into: &draft)
        draft.parts.publishers = Self.principals("publishers", in: &reader, into: &draft)
        draft.parts.auditors = Self.principals("auditors", in: &reader, into: &draft)
        draft.parts.preferences = reader.part("preferences") { Preferences(reader: &$0) } ?? Preferences()
        draft.parts.rollout = reader.part("rollout") { Rollout(reader: &$0) } ?? Rollout()
        reader.absorb(draft.problems)
        let problems = reader.finished()
        guard problems.isEmpty else { throw Rejection(problems: problems) }
        self.init(parts: draft.parts, warnings: draft.warnings(hasLogging: logging != nil), source: json)
    }

    /// A map that is being read: its parts, and where each entry and role stands in the file.
    struct Draft {
        var parts = Parts()
        /// Where each entry stands.
        var places: [PermissionSetName: [String]] = [:]
        /// Where each principal that is a role stands.
        var principals: [(role: RoleARN, path: [String])] = []
        /// Two things of one name, seen while reading.
        var repeated: [JSONReader.Problem] = []

        mutating func add(_ entry: Entry?, named name: PermissionSetName, at path: [String]) {
            if let first = places[name] {
                repeated.append(
                    JSONReader.Problem(
                        path: path,
                        explanation: "\(name) is the name of \(first.joined(separator: ".")) as well; rename one."
                    )
                )
                return
            }
            places[name] = path
            parts.entries[name] = entry
        }
    }

    private static func permissionSets(in reader: inout JSONReader, logging: AccountLogging?, into draft: inout Draft) {
        guard let sets = reader.value("permissionSets") else {
            reader.note("Missing; expected an object with a member for each permission set.", at: "permissionSets")
            return
        }
        var names = JSONReader(sets, at: ["permissionSets"])
        for name in names.names {
            guard let key = try? PermissionSetName(name) else {
                names.note("Not a permission set's name: 1 to 32 letters, digits and _+=,.@-.", at: name)
                continue
            }
            var entry = JSONReader(names.value(name) ?? .null, at: names.path + [name])
            draft.add(Entry(reader: &entry, holder: .permissionSet, central: logging), named: key, at: entry.path)
            names.absorb(entry.finished())
        }
        reader.absorb(names.problems)
    }

    private static func roles(in reader: inout JSONReader, logging: AccountLogging?, into draft: inout Draft) {
        guard let json = reader.value("roles") else { return }
        guard let elements = json.elements else {
            reader.note("Expected a list of roles, each with id, arn and linuxUser.", at: "roles")
            return
        }
        for (index, element) in elements.enumerated() {
            var part = JSONReader(element, at: ["roles", String(index)])
            let id = part.required("id", expected: "a name of 1 to 32 letters, digits and _+=,.@-") {
                try? PermissionSetName($0)
            }
            let role = Self.role("arn", in: &part)
            // Read in any case, so that everything that is wrong with it is said at once.
            let entry = Entry(reader: &part, holder: role.map(Entry.Holder.role) ?? .permissionSet, central: logging)
            reader.absorb(part.finished())
            if let id { draft.add(role == nil ? nil : entry, named: id, at: part.path) }
        }
    }

    /// A role outside Identity Center by its full ARN.
    static func role(_ name: String, in reader: inout JSONReader) -> RoleARN? {
        let role = reader.required(name, expected: "a role's full ARN, as arn:aws:iam::111122223333:role/ci/Deploy") {
            try? RoleARN($0)
        }
        guard let role else { return nil }
        if role.name.lowercased().hasPrefix(CallerIdentity.prefix.lowercased()) || role.path.hasPrefix("/aws-reserved/")
        {
            reader.note("This is a role of IAM Identity Center; name its permission set instead.", at: name)
            return nil
        }
        return role
    }

    private static func principals(
        _ name: String,
        in reader: inout JSONReader,
        into draft: inout Draft
    ) -> Set<Principal> {
        guard let json = reader.value(name) else { return [] }
        guard let elements = json.elements else {
            reader.note("Expected a list of account and permissionSet, or of role.", at: name)
            return []
        }
        var principals: Set<Principal> = []
        for (index, element) in elements.enumerated() {
            var part = JSONReader(element, at: [name, String(index)])
            let principal: Principal?
            if part.names.contains("role") {
                let role = Self.role("role", in: &part)
                if let role { draft.principals.append((role, part.path)) }
                principal = role.map(Principal.role)
            } else {
                principal = Self.permissionSet(in: &part)
            }
            reader.absorb(part.finished())
            guard let principal else { continue }
            if !principals.insert(principal).inserted {
                reader.absorb([.init(path: part.path, explanation: "\(principal) is named before; take one out.")])
            }
        }
        return principals
    }

    private static func permissionSet(in part: inout JSONReader) -> Principal? {
        let account = part.required("account", expected: Expected.account) { try? AccountID($0) }
        let set = part.required("permissionSet", expected: "a permission set's name") { try? PermissionSetName($0) }
        guard let account, let set else { return nil }
        return Principal(account: account, permissionSet: set)
    }
}

/// The texts for what would be right, where several members expect the same.
enum Expected {
    static let account = "an account number of twelve digits, in quotes"
    static let region = "a Region as eu-west-1"
    static let linuxUser =
        "a Linux user: small letters, digits, _ and -, at most 32, a letter or _ first"
}

extension JSONReader {
    /// A Linux user; nil when absent or wrong, which is noted.
    mutating func linuxUser(_ name: String, isRequired: Bool = false) -> LinuxUser? {
        if let text = value(name)?.text, LinuxUser.reserved.contains(text) {
            note("The user \(text) has rights of its own, so no map may give it.", at: name)
            return nil
        }
        return isRequired
            ? required(name, expected: Expected.linuxUser) { try? LinuxUser($0) }
            : optional(name, expected: Expected.linuxUser) { try? LinuxUser($0) }
    }
}
