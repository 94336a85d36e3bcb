extension RoleMap {
    /// What the map gives to a caller, provided that their role is proven; nil for nothing.
    ///
    /// A role outside Identity Center must have been admitted under the very ARN that the entry names, for that ARN is what is proven.
    ///
    /// - Returns: The entry, and its name in the map: the permission set's, or the role's id.
    public func entry(for caller: CallerIdentity) -> (id: PermissionSetName, entry: Entry)? {
        switch caller.role {
        case .permissionSet(let set, _):
            guard let entry = entries[set], entry.holder == .permissionSet else { return nil }
            return (set, entry)
        case .outside(let admitted):
            guard let id = roleNames[RoleKey(caller)], let entry = entries[id], case .role(let role) = entry.holder,
                role == admitted, role.partition == caller.arn.partition
            else { return nil }
            return (id, entry)
        }
    }

    /// Takes a caller up whose role the map, or the deployment, may name.
    ///
    /// - Parameters:
    ///   - caller: Who asks.
    ///   - others: Whom the deployment names beside the map.
    /// - Returns: The caller; for a role outside Identity Center, with the full ARN that must be proven. Nil for such a role that
    ///   nobody names.
    public func admit(_ caller: CallerIdentity, or others: Set<Principal> = []) -> CallerIdentity? {
        guard !caller.isPerson else { return caller }
        let role =
            roles[RoleKey(caller)]
            ?? others.lazy.compactMap { if case .role(let role) = $0 { role } else { nil } }
            .first { RoleKey($0) == RoleKey(caller) }
        return role.flatMap { caller.admitted(as: $0) }
    }

    /// Whether the map makes a caller an administrator, provided that their role is proven.
    public func isAdministrator(_ caller: CallerIdentity) -> Bool { administrators.contains { $0.admits(caller) } }

    /// Whether the map lets a caller publish, provided that their role is proven; administrators may as well.
    public func isPublisher(_ caller: CallerIdentity) -> Bool {
        isAdministrator(caller) || publishers.contains { $0.admits(caller) }
    }

    /// Whether the map makes a caller an auditor, provided that their role is proven.
    public func isAuditor(_ caller: CallerIdentity) -> Bool { auditors.contains { $0.admits(caller) } }
}
