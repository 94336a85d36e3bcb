extension RoleMap {
    /// Where session documents and preferences go.
    public struct Rollout: Sendable, Hashable {
        /// The Regions; empty for those that entries name.
        public var regions: Set<Region> = []
        /// Accounts where nothing is written.
        public var excludedAccounts: Set<AccountID> = []
        /// Accounts that are being closed: nothing is written, and what stands there may be taken away.
        public var retiredAccounts: Set<AccountID> = []
        /// Whether the organisation's management account is one of the accounts.
        public var includesManagementAccount = false

        /// Whether anything is written to an account.
        public func admits(_ account: AccountID) -> Bool {
            !excludedAccounts.contains(account) && !retiredAccounts.contains(account)
        }

        /// The accounts to which nothing is written.
        var closedAccounts: Set<AccountID> { excludedAccounts.union(retiredAccounts) }

        /// Whether anything is written in a Region.
        public func admits(_ region: Region) -> Bool { regions.isEmpty || regions.contains(region) }
    }

    /// Whom sessions run as that do not come through the broker: `SSM-SessionManagerRunShell` of each account.
    public struct Preferences: Sendable, Hashable {
        /// The user in every account that nothing below names; nil to leave the account's own.
        public var runAsDefaultUser: LinuxUser?
        /// The user in the accounts of an organizational unit (`ou-…`) or root (`r-…`).
        public var organizationalUnits: [String: LinuxUser] = [:]
        /// The user in an account.
        public var accounts: [AccountID: LinuxUser] = [:]
    }

    /// The Regions where documents may have to stand, in order: the rollout's, or those that entries name.
    public var regions: [Region] {
        rollout.regions.isEmpty
            ? entries.values.reduce(into: Set<Region>()) { $0.formUnion($1.nodes.regions) }.sorted()
            : rollout.regions.sorted()
    }

    /// Whether an entry's sessions may be started in an account.
    public func admits(_ entry: Entry, in account: AccountID) -> Bool {
        guard rollout.admits(account), entry.nodes.accounts.isEmpty || entry.nodes.accounts.contains(account) else {
            return false
        }
        guard case .role(let role) = entry.holder else { return true }
        // The target account is the caller's account.
        return role.account == account
    }

    /// Whether an entry's sessions may be started in a Region, of whatever account.
    public func admits(_ entry: Entry, in region: Region) -> Bool {
        rollout.admits(region) && (entry.nodes.regions.isEmpty || entry.nodes.regions.contains(region))
    }

    /// Whether an entry's documents stand in an account and Region.
    public func admits(_ entry: Entry, in account: AccountID, _ region: Region) -> Bool {
        guard admits(entry, in: account), admits(entry, in: region) else { return false }
        guard case .role(let role) = entry.holder else { return true }
        return role.partition == region.partition
    }
}

/// What must stand in an account's `SSM-SessionManagerRunShell` about Run As.
///
/// The account's own user goes before that of the nearest organizational unit that names one, and that before the uniform one.
/// Source: Systems Manager User Guide, "Turn on Run As support for Linux and macOS managed nodes".
public struct RunAsPreference: Sendable, Hashable {
    /// The document that holds the preferences of an account and Region.
    ///
    /// Source: Systems Manager User Guide, "Create a Session Manager preferences document".
    public static let document = "SSM-SessionManagerRunShell"
    /// Whom sessions run as; nil when the map leaves the account's preference as it is.
    public let user: LinuxUser?

    /// Asks the map.
    ///
    /// - Parameters:
    ///   - map: The role map.
    ///   - account: The account.
    ///   - organizationalUnits: The ids of the units that the account is in, the nearest first, the root last.
    public init(_ map: RoleMap, account: AccountID, organizationalUnits: [String]) {
        let preferences = map.preferences
        guard map.rollout.admits(account) else {
            user = nil
            return
        }
        user =
            preferences.accounts[account]
            ?? organizationalUnits.lazy.compactMap { preferences.organizationalUnits[$0] }.first
            ?? preferences.runAsDefaultUser
    }

    /// The members of `inputs` that must have these values; empty when the account's preference is left as it is.
    public var inputs: [String: JSON] {
        guard let user else { return [:] }
        return ["runAsDefaultUser": .string(user.name), "runAsEnabled": true]
    }
}
