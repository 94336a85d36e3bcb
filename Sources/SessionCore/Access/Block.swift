/// Whom an emergency stop keeps out: a person wherever they come from, or everybody who holds one role.
///
/// Shape as text: `user/alice` or `role/AROAFIXTUREDBADMIN001`.
public enum BlockKey: Sendable, Hashable {
    /// Everybody whose role session has this name, in whatever account and under whatever role.
    case user(String)
    /// Everybody who holds the role with this unique id, `AROA…`.
    case role(id: String)

    /// Reads a key; nil when the text is not what ``text`` writes.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "user": self = .user(String(parts[1]))
        case "role": self = .role(id: String(parts[1]))
        default: return nil
        }
    }

    /// Whether it is about a person.
    public var isUser: Bool { if case .user = self { true } else { false } }

    /// The key as text.
    public var text: String {
        switch self {
        case .user(let user): "user/\(user)"
        case .role(let id): "role/\(id)"
        }
    }

    /// The key as a member of a JSON object: its name there, and its value.
    public var member: (name: String, value: String) {
        switch self {
        case .user(let user): ("user", user)
        case .role(let id): ("roleId", id)
        }
    }
}

/// An emergency stop in force.
public struct Block: Sendable, Hashable {
    /// Whom it keeps out.
    public var key: BlockKey
    /// Why, in the words of who made it.
    public var reason: String
    /// Who made it: the caller's ARN.
    public var by: String
    /// Since when.
    public var since: Timestamp

    /// Makes a block.
    public init(key: BlockKey, reason: String, by: String, since: Timestamp) {
        self.key = key
        self.reason = reason
        self.by = by
        self.since = since
    }

    /// The block as it travels, and as a store keeps it.
    ///
    /// Shape: `{"by":"arn:…","reason":"…","since":"2026-11-21T08:00:00.000Z","user":"alice"}`, or `roleId` instead of `user`.
    public var json: JSON {
        .object([
            "by": .string(by), "reason": .string(reason), "since": .string(since.description),
            key.member.name: .string(key.member.value),
        ])
    }

    /// Reads a block; nil when something is missing, or it is about a user and a role at once.
    public init?(json: JSON) {
        guard let reason = json["reason"]?.text, let by = json["by"]?.text,
            let since = json["since"]?.text.flatMap({ Timestamp($0) })
        else { return nil }
        switch (json["user"]?.text, json["roleId"]?.text) {
        case (let user?, nil): self.init(key: .user(user), reason: reason, by: by, since: since)
        case (nil, let role?): self.init(key: .role(id: role), reason: reason, by: by, since: since)
        default: return nil
        }
    }
}

/// What a record changes about the blocks in force.
public enum BlockChange: Sendable, Hashable {
    /// Puts a block in force, in place of one with the same key.
    case block(Block)
    /// Takes a block out of force; where there is none, nothing changes.
    case unblock(BlockKey)

    /// Whom the change is about.
    public var key: BlockKey {
        switch self {
        case .block(let block): block.key
        case .unblock(let key): key
        }
    }
}

extension SessionOwner {
    /// The keys whose blocks keep this owner out.
    public var blockKeys: [BlockKey] { [.user(user), .role(id: roleID)] }
}

/// Reads the blocks in force; they change with the record of their change only, see ``AppendTerms/blocking``.
public protocol BlockStore: Sendable {
    /// Every block in force, by key.
    ///
    /// - Throws: ``AuditStoreFailure/unavailable(_:)``.
    func blocks() async throws -> [Block]

    /// A block in force that has one of these keys, the first of them that is blocked; nil when none is.
    ///
    /// It sees every change that was acknowledged before it was asked.
    ///
    /// - Throws: ``AuditStoreFailure/unavailable(_:)``.
    func block(matching keys: [BlockKey]) async throws -> Block?
}
