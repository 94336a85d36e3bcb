/// Some accounts: those named, or all but those named.
public enum AccountScope: Sendable, Hashable {
    /// These.
    case only(Set<AccountID>)
    /// All that the deployment serves, but these.
    case every(except: Set<AccountID>)

    /// The accounts in which an entry's sessions may be started.
    public init(of entry: RoleMap.Entry, in map: RoleMap) {
        let closed = map.rollout.closedAccounts
        switch entry.holder {
        case .role(let role): self = .only(map.admits(entry, in: role.account) ? [role.account] : [])
        case .permissionSet where entry.nodes.accounts.isEmpty: self = .every(except: closed)
        case .permissionSet: self = .only(entry.nodes.accounts.subtracting(closed))
        }
    }

    /// Whether there is no account.
    public var isEmpty: Bool { self == .only([]) }

    /// How many; nil where only the organisation knows.
    public var count: Int? {
        guard case .only(let accounts) = self else { return nil }
        return accounts.count
    }

    /// Those that another scope has not.
    public func subtracting(_ other: AccountScope) -> AccountScope {
        switch (self, other) {
        case (.only(let mine), .only(let theirs)): .only(mine.subtracting(theirs))
        case (.only(let mine), .every(let absent)): .only(mine.intersection(absent))
        case (.every(let absent), .only(let theirs)): .every(except: absent.union(theirs))
        case (.every(let mine), .every(let theirs)): .only(theirs.subtracting(mine))
        }
    }

    /// Those that another scope has as well.
    public func intersection(_ other: AccountScope) -> AccountScope {
        switch (self, other) {
        case (.only(let mine), .only(let theirs)): .only(mine.intersection(theirs))
        case (.only(let some), .every(let absent)), (.every(let absent), .only(let some)):
            .only(some.subtracting(absent))
        case (.every(let mine), .every(let theirs)): .every(except: mine.union(theirs))
        }
    }

    /// As JSON: `{"only":["111122223333"]}` or `{"except":[]}`.
    public var json: JSON {
        let list = { (accounts: Set<AccountID>) in JSON.array(accounts.map(\.digits).sorted().map(JSON.string)) }
        return switch self {
        case .only(let accounts): ["only": list(accounts)]
        case .every(let absent): ["except": list(absent)]
        }
    }

    /// For people: `111122223333, 444455556666`, `every account`, `every account but 111122223333`; at most five by number.
    public var text: String {
        let list = { (accounts: Set<AccountID>) in
            let names = accounts.map(\.digits).sorted()
            return names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
        }
        return switch self {
        case .only(let accounts): list(accounts)
        case .every(let absent): absent.isEmpty ? "every account" : "every account but \(list(absent))"
        }
    }
}
