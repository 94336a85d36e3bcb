extension Ceiling {
    /// What a map gives that the deployment never allows, one sentence each, in the map's order; empty for a map within the ceiling.
    ///
    /// The ceiling holds when sessions are opened too: a map that was published under a wider one gives no more than this one allows.
    public func excesses(of map: RoleMap) -> [String] {
        var found: [String] = []
        for (name, entry) in map.entries.sorted(by: { $0.key < $1.key }) {
            if forbiddenLinuxUsers.contains(entry.linuxUser.name) {
                found.append("\(name) gives the Linux user \(entry.linuxUser), which this deployment forbids.")
            }
            found += foreign(entry.namedAccounts, named: "\(name)")
        }
        let preferences = map.preferences
        let users =
            [preferences.runAsDefaultUser].compactMap(\.self) + preferences.organizationalUnits.values
            + preferences.accounts.values
        for user in Set(users.map(\.name)).sorted() where forbiddenLinuxUsers.contains(user) {
            found.append("preferences give the Linux user \(user), which this deployment forbids.")
        }
        for (list, principals) in [
            ("administrators", map.administrators), ("publishers", map.publishers), ("auditors", map.auditors),
        ] {
            found += foreign(Set(principals.map(\.account)), named: list)
        }
        return found
    }

    private func foreign(_ accounts: Set<AccountID>, named name: String) -> [String] {
        accounts.filter { !admits($0) }.sorted()
            .map { "\(name) names account \($0), which this deployment does not serve." }
    }
}

extension RoleMap.Principal {
    /// The account that it is in.
    fileprivate var account: AccountID {
        switch self {
        case .permissionSet(let account, _): account
        case .role(let role): role.account
        }
    }
}

extension RoleMap.Entry {
    /// Every account that it names.
    fileprivate var namedAccounts: Set<AccountID> {
        guard case .role(let role) = holder else { return nodes.accounts }
        return nodes.accounts.union([role.account])
    }
}
