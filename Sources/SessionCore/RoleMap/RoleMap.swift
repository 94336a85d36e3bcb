internal import Digests

/// Who is which Linux user: the map from permission sets, and from roles outside Identity Center, to what their holders may do.
///
/// Source of truth: `session-documents/role-map.yaml`; the broker holds its canonical JSON.
public struct RoleMap: Sendable, Hashable {
    /// What each permission set and each role outside Identity Center gives, by its name in the map.
    ///
    /// Permission sets and roles share one space of names, which document names are made of. To ask what a caller gets, use
    /// ``entry(for:)``: a permission set that is called like a role's id is still no such role.
    public let entries: [PermissionSetName: Entry]
    /// Who may administer the map and end others' sessions.
    public let administrators: Set<Principal>
    /// Who may publish the map, and nothing else: CI.
    public let publishers: Set<Principal>
    /// Who may read the audit log.
    public let auditors: Set<Principal>
    /// Whom sessions run as that do not come through the broker.
    public let preferences: Preferences
    /// Where documents go.
    public let rollout: Rollout
    /// What is legal in the map, and risky or surprising.
    public let warnings: [JSONReader.Problem]
    /// The map as JSON.
    public let json: JSON
    /// The map as canonical JSON.
    public let canonicalBytes: [UInt8]
    /// The map's version: the SHA-256 of ``canonicalBytes``, in hexadecimal.
    public let version: String
    /// The roles outside Identity Center that the map names anywhere.
    let roles: [RoleKey: RoleARN]
    /// The names of those among them that may start sessions.
    let roleNames: [RoleKey: PermissionSetName]

    /// What an STS ARN says of a role: a role's name is unique in its account, whatever its path.
    struct RoleKey: Sendable, Hashable {
        let account: AccountID
        let name: String

        init(_ role: RoleARN) {
            account = role.account
            name = role.name
        }

        init(_ caller: CallerIdentity) {
            account = caller.account
            name = caller.arn.roleName
        }
    }

    init(parts: Parts, warnings: [JSONReader.Problem], source: JSON) {
        entries = parts.entries
        administrators = parts.administrators
        publishers = parts.publishers
        auditors = parts.auditors
        preferences = parts.preferences
        rollout = parts.rollout
        self.warnings = warnings
        json = source
        canonicalBytes = source.canonicalBytes
        version = Hexadecimal.text(SHA256.hash(canonicalBytes))
        var roles: [RoleKey: RoleARN] = [:]
        var names: [RoleKey: PermissionSetName] = [:]
        for (name, entry) in parts.entries {
            guard case .role(let role) = entry.holder else { continue }
            roles[RoleKey(role)] = role
            names[RoleKey(role)] = name
        }
        for case .role(let role) in parts.principals { roles[RoleKey(role)] = role }
        self.roles = roles
        roleNames = names
    }

    /// What a map is made of, before it is known to be right as a whole.
    struct Parts {
        var entries: [PermissionSetName: Entry] = [:]
        var administrators: Set<Principal> = []
        var publishers: Set<Principal> = []
        var auditors: Set<Principal> = []
        var preferences = Preferences()
        var rollout = Rollout()

        var principals: Set<Principal> { administrators.union(publishers).union(auditors) }
    }
}

extension RoleMap {
    /// What one permission set, or one role outside Identity Center, gives.
    public struct Entry: Sendable, Hashable {
        /// Who gets it.
        public enum Holder: Sendable, Hashable {
            /// Whoever holds the permission set of the entry's name, in any account that the entry admits.
            case permissionSet
            /// Whoever may assume this role outside Identity Center.
            case role(RoleARN)
        }

        /// Who gets it.
        public var holder = Holder.permissionSet
        /// Whom sessions run as.
        public var linuxUser: LinuxUser
        /// Which kinds of session may be started; at least one.
        public var kinds: Set<SessionKind>
        /// Which commands the kind `command` takes.
        public var commands = CommandRule()
        /// What the kind `port` reaches; nil without that kind.
        public var ports: PortRule?
        /// On which nodes.
        public var nodes: NodeRule
        /// How long sessions last, and how many there may be.
        public var limits: Limits
        /// Whether a reason must be given.
        public var needsReason: Bool
        /// Whether a ticket must be given.
        public var needsTicket: Bool
        /// Where transcripts go, and with which key the channel is encrypted.
        public var logging: LoggingRule
    }

    /// On which nodes sessions may be started; an empty part excludes none.
    public struct NodeRule: Sendable, Hashable {
        /// The accounts; empty for all that the deployment allows.
        public var accounts: Set<AccountID> = []
        /// The Regions; empty for all.
        public var regions: Set<Region> = []
        /// The tags that a node must have, each with one of the values.
        public var tags: [String: [String]] = [:]

        /// Whether a node with these tags is one of them, as IAM decides it: keys whatever their case, values exactly.
        ///
        /// Source: IAM User Guide, "IAM JSON policy elements: Condition" (`StringEquals`; condition keys are not case-sensitive).
        public func admits(tags found: [String: String]) -> Bool {
            tags.allSatisfy { key, values in
                found.contains { $0.key.lowercased() == key.lowercased() && values.contains($0.value) }
            }
        }
    }

    /// How long sessions last, and how many there may be.
    ///
    /// Source: Systems Manager User Guide, "Session document schema": `idleSessionTimeout` 1 to 60, `maxSessionDuration` 1 to 1440.
    public struct Limits: Sendable, Hashable {
        /// Minutes without input after which a session ends.
        public var idleMinutes: Int64 = 20
        /// Minutes after which a session ends in any case; nil for no end.
        public var maximumMinutes: Int64?
        /// How many sessions one person may have at a time under the permission set; nil for any number.
        public var concurrentSessions: Int64?

        /// The limit as the store takes it; nil for none.
        public var sessionLimit: SessionLimit? { concurrentSessions.map { SessionLimit(maximum: Int($0)) } }
    }
}
