internal import Digests

/// Who is which Linux user: the map from permission sets to what their holders may do.
///
/// Source of truth: `session-documents/role-map.yaml`; the broker holds its canonical JSON.
public struct RoleMap: Sendable, Hashable {
    /// A permission set in one account.
    ///
    /// A name alone would let any account's `BrokerAdmin` rule the organisation.
    public struct Principal: Sendable, Hashable {
        /// The account.
        public let account: AccountID
        /// The permission set.
        public let permissionSet: PermissionSetName

        /// Names a permission set in an account.
        public init(account: AccountID, permissionSet: PermissionSetName) {
            self.account = account
            self.permissionSet = permissionSet
        }

        /// Whether a caller holds this permission set in this account.
        public func admits(_ caller: CallerIdentity) -> Bool {
            caller.account == account && caller.permissionSet == permissionSet
        }
    }

    /// What each permission set gives.
    public let entries: [PermissionSetName: Entry]
    /// Who may administer the map and end others' sessions.
    public let administrators: Set<Principal>
    /// Who may read the audit log.
    public let auditors: Set<Principal>
    /// The map as canonical JSON.
    public let canonicalBytes: [UInt8]
    /// The map's version: the SHA-256 of ``canonicalBytes``, in hexadecimal.
    public let version: String

    init(
        entries: [PermissionSetName: Entry],
        administrators: Set<Principal>,
        auditors: Set<Principal>,
        source: JSON
    ) {
        self.entries = entries
        self.administrators = administrators
        self.auditors = auditors
        canonicalBytes = source.canonicalBytes
        version = Hexadecimal.text(SHA256.hash(canonicalBytes))
    }
}

extension RoleMap {
    /// What one permission set gives.
    public struct Entry: Sendable, Hashable {
        /// Whom sessions run as.
        public var linuxUser: LinuxUser
        /// Which kinds of session may be started; at least one.
        public var kinds: Set<SessionKind>
        /// On which nodes.
        public var nodes: NodeRule
        /// How long sessions last, and how many there may be.
        public var limits: Limits
        /// Whether a reason must be given.
        public var needsReason: Bool
        /// Whether a ticket must be given.
        public var needsTicket: Bool
        /// Where transcripts go, and with which key the channel is encrypted.
        public var logging: Logging
    }

    /// On which nodes sessions may be started; an empty part excludes none.
    public struct NodeRule: Sendable, Hashable {
        /// The accounts; empty for all that the deployment allows.
        public var accounts: Set<AccountID>
        /// The Regions; empty for all.
        public var regions: Set<Region>
        /// The tags that a node must have, each with one of the values.
        public var tags: [String: [String]]
    }

    /// How long sessions last, and how many there may be.
    ///
    /// Source: Systems Manager User Guide, "Session document schema": `idleSessionTimeout` 1 to 60, `maxSessionDuration` 1 to 1440.
    public struct Limits: Sendable, Hashable {
        /// Minutes without input after which a session ends.
        public var idleMinutes: Int64
        /// Minutes after which a session ends in any case; nil for no end.
        public var maximumMinutes: Int64?
        /// How many sessions one person may have at a time under the permission set; nil for any number.
        public var concurrentSessions: Int64?

        /// The limit as the store takes it; nil for none.
        public var sessionLimit: SessionLimit? { concurrentSessions.map { SessionLimit(maximum: Int($0)) } }
    }

    /// Where transcripts go.
    ///
    /// Texts may hold `${account}` and `${region}`.
    public struct Logging: Sendable, Hashable {
        /// The CloudWatch log group; nil for none.
        public var cloudWatchLogGroup: String?
        /// The S3 bucket; nil for none.
        public var s3Bucket: String?
        /// What the objects' keys begin with; nil for nothing.
        public var s3KeyPrefix: String?
        /// The KMS key that encrypts the session's data; nil for TLS alone.
        public var kmsKey: String?
    }
}
