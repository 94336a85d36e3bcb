internal import Digests

/// What a new map changes: entries, who is which Linux user, documents, and who may do what with the map and the log.
public struct RoleMapDifference: Sendable, Hashable {
    /// One thing that says something else now.
    public struct FieldChange: Sendable, Hashable {
        /// Its name in the map, for example `nodes.accounts`.
        public let field: String
        /// What it said; null for nothing.
        public let from: JSON
        /// What it says; null for nothing.
        public let to: JSON

        var json: JSON { ["field": .string(field), "from": from, "to": to] }
    }

    /// An entry that stays and says something else.
    public struct EntryChange: Sendable, Hashable {
        /// Its name.
        public let id: PermissionSetName
        /// What is different, in the order of names.
        public let fields: [FieldChange]
    }

    /// Who becomes whom, where.
    public struct UserChange: Sendable, Hashable {
        /// The entry whose holders this is about.
        public let id: PermissionSetName
        /// The Linux user until now; nil for none.
        public let from: LinuxUser?
        /// The Linux user from now on; nil for none.
        public let to: LinuxUser?
        /// In which accounts.
        public let accounts: AccountScope

        var json: JSON {
            .compact([
                "accounts": accounts.json, "from": from.map { .string($0.name) }, "id": .string(id.name),
                "to": to.map { .string($0.name) },
            ])
        }
    }

    /// Whom a list of principals gained and lost.
    public struct PrincipalChange: Sendable, Hashable {
        /// `administrators`, `publishers` or `auditors`.
        public let list: String
        /// Who is new, in order.
        public let added: [RoleMap.Principal]
        /// Who is gone, in order.
        public let removed: [RoleMap.Principal]

        var json: JSON {
            let texts = { (principals: [RoleMap.Principal]) in JSON.array(principals.map { .string($0.description) }) }
            return ["added": texts(added), "list": .string(list), "removed": texts(removed)]
        }
    }

    /// The version of the map until now; nil for the first.
    public let from: String?
    /// The version of the new map.
    public let to: String
    /// Entries that are new, in order.
    public let added: [PermissionSetName]
    /// Entries that are gone, in order.
    public let removed: [PermissionSetName]
    /// Entries that say something else, in order.
    public let changed: [EntryChange]
    /// Who gains, loses or changes which Linux user, in order.
    public let users: [UserChange]
    /// What happens to which document, in order.
    public let documents: [DocumentChange]
    /// Whom the lists of principals gained and lost.
    public let principals: [PrincipalChange]
    /// What else the map says for the whole organisation: logging, preferences and rollout.
    public let settings: [FieldChange]

    /// Whether both maps say the same, however they are written.
    public var isEmpty: Bool {
        added.isEmpty && removed.isEmpty && changed.isEmpty && documents.isEmpty && principals.isEmpty
            && settings.isEmpty
    }

    /// Compares.
    ///
    /// - Parameters:
    ///   - old: The map until now; nil for none, and then everything is new.
    ///   - new: The map to come.
    public init(from old: RoleMap?, to new: RoleMap) {
        from = old?.version
        to = new.version
        let before = old?.entries ?? [:]
        added = new.entries.keys.filter { before[$0] == nil }.sorted()
        removed = before.keys.filter { new.entries[$0] == nil }.sorted()
        changed = before.keys.sorted().compactMap { id in
            guard let was = before[id], let now = new.entries[id], was != now else { return nil }
            let fields = Self.fields(from: was.fields, to: now.fields)
            return fields.isEmpty ? nil : EntryChange(id: id, fields: fields)
        }
        let names = Set(before.keys).union(new.entries.keys).sorted()
        users = names.flatMap { Self.users(of: $0, from: old, to: new) }
        documents =
            names.flatMap { DocumentChange.all(of: $0, from: old, to: new) }.sorted { $0.name < $1.name }
            + (DocumentChange.preferences(from: old, to: new).map { [$0] } ?? [])
        principals = Self.principals(from: old, to: new)
        settings = Self.fields(from: old?.settings ?? [:], to: new.settings)
    }

    private static func fields(from old: [String: JSON], to new: [String: JSON]) -> [FieldChange] {
        Set(old.keys).union(new.keys).sorted().compactMap { name in
            let (was, now) = (old[name] ?? .null, new[name] ?? .null)
            return was == now ? nil : FieldChange(field: name, from: was, to: now)
        }
    }

    private static func users(of id: PermissionSetName, from old: RoleMap?, to new: RoleMap) -> [UserChange] {
        let was = old?.entries[id]
        let now = new.entries[id]
        let before = was.flatMap { entry in old.map { AccountScope(of: entry, in: $0) } } ?? .only([])
        let after = now.map { AccountScope(of: $0, in: new) } ?? .only([])
        var changes: [UserChange] = []
        if was?.holder == now?.holder {
            if was?.linuxUser != now?.linuxUser {
                changes.append(
                    .init(id: id, from: was?.linuxUser, to: now?.linuxUser, accounts: before.intersection(after))
                )
            }
            changes.append(.init(id: id, from: was?.linuxUser, to: nil, accounts: before.subtracting(after)))
            changes.append(.init(id: id, from: nil, to: now?.linuxUser, accounts: after.subtracting(before)))
        } else {
            // The name passed to another holder: whoever had it loses all, whoever has it gains all.
            changes.append(.init(id: id, from: was?.linuxUser, to: nil, accounts: before))
            changes.append(.init(id: id, from: nil, to: now?.linuxUser, accounts: after))
        }
        return changes.filter { !$0.accounts.isEmpty }
    }

    private static func principals(from old: RoleMap?, to new: RoleMap) -> [PrincipalChange] {
        let lists: [(String, (RoleMap) -> Set<RoleMap.Principal>)] = [
            ("administrators", \.administrators), ("auditors", \.auditors), ("publishers", \.publishers),
        ]
        return lists.compactMap { name, list in
            let (was, now) = (old.map(list) ?? [], list(new))
            guard was != now else { return nil }
            return PrincipalChange(
                list: name,
                added: now.subtracting(was).sorted(),
                removed: was.subtracting(now).sorted()
            )
        }
    }
}

extension RoleMap {
    /// What the map says for the whole organisation, by the names that stand in it.
    fileprivate var settings: [String: JSON] {
        var settings: [String: JSON] = [:]
        for name in ["logging", "preferences", "rollout"] {
            for (member, value) in json[name]?.members ?? [:] { settings["\(name).\(member)"] = value }
        }
        return settings
    }
}
