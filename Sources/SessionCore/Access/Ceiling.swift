/// What the deployment allows at most; no publication of the map exceeds it.
public struct Ceiling: Sendable, Hashable {
    /// The accounts whose callers may use the broker; nil for every account of the organisation that the deployment names.
    public let accounts: Set<AccountID>?
    /// Linux users that no map can give here, beside the reserved ones.
    public let forbiddenLinuxUsers: Set<String>
    /// Who is an administrator whatever the map says.
    public let bootstrapAdministrators: Set<RoleMap.Principal>

    /// Sets a ceiling.
    public init(
        accounts: Set<AccountID>?,
        forbiddenLinuxUsers: Set<String>,
        bootstrapAdministrators: Set<RoleMap.Principal>
    ) {
        self.accounts = accounts
        self.forbiddenLinuxUsers = forbiddenLinuxUsers
        self.bootstrapAdministrators = bootstrapAdministrators
    }

    /// Whether callers of an account may use the broker.
    public func admits(_ account: AccountID) -> Bool { accounts?.contains(account) ?? true }
}
