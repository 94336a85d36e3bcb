internal import SessionCore

extension Broker {
    /// Who the caller is to the broker, and what the map gives them.
    func identity(of caller: CallerIdentity, in exchange: inout Exchange) async throws -> IdentityReply {
        // Only a proven caller learns what the map says.
        try await prove(caller, in: &exchange)
        let map = isBootstrapAdministrator(caller) ? try await dependencies.mapIfAny() : try await dependencies.map()
        let entry = map.flatMap { admittedEntry(for: caller, map: $0) }
        let isAdministrator = isAdministrator(caller, map: map)
        let isAuditor = map?.isAuditor(caller) == true
        guard entry != nil || isAdministrator || isAuditor else {
            throw Problem(
                .permissionSetNotMapped,
                detail:
                    "The role map gives nothing to \(caller.title) in account \(caller.account).",
                next: "Sign in with another permission set, or ask an administrator of the role map to add it."
            )
        }
        return IdentityReply(
            account: caller.account,
            user: caller.user,
            permissionSet: caller.permissionSet?.name ?? exchange.entry?.name ?? "",
            linuxUser: entry?.linuxUser,
            kinds: entry?.kinds.sorted() ?? [],
            ports: entry?.kinds.contains(.port) == true ? entry?.ports : nil,
            commands: entry?.kinds.contains(.command) == true ? entry?.commands : nil,
            regions: entry?.nodes.regions.sorted() ?? [],
            nodeTags: entry?.nodes.tags ?? [:],
            concurrentSessions: entry?.limits.concurrentSessions,
            needsReason: entry?.needsReason ?? false,
            needsTicket: entry?.needsTicket ?? false,
            isAdministrator: isAdministrator,
            isAuditor: isAuditor
        )
    }

    /// What the map gives to the caller where they are: nothing in an account, or for a Linux user, that is not admitted.
    private func admittedEntry(for caller: CallerIdentity, map: RoleMap) -> RoleMap.Entry? {
        guard let entry = map.entry(for: caller)?.entry, map.admits(entry, in: caller.account),
            !dependencies.ceiling.forbiddenLinuxUsers.contains(entry.linuxUser.name)
        else { return nil }
        return entry
    }

    /// Whether the map or the deployment makes the caller an administrator, provided that their role is proven.
    func isAdministrator(_ caller: CallerIdentity, map: RoleMap?) -> Bool {
        isBootstrapAdministrator(caller) || map?.isAdministrator(caller) == true
    }

    /// Whether the deployment makes the caller an administrator, provided that their role is proven.
    func isBootstrapAdministrator(_ caller: CallerIdentity) -> Bool {
        dependencies.ceiling.bootstrapAdministrators.contains { $0.admits(caller) }
    }

    /// Proves that the caller's role is Identity Center's; whatever a role name gives, it gives only then.
    ///
    /// - Throws: ``Problem`` with `ROLE_NOT_PROVEN`, or `ACCOUNT_NOT_ALLOWED` for an account where the broker has no business.
    func prove(_ caller: CallerIdentity, in exchange: inout Exchange) async throws {
        guard dependencies.ceiling.admits(caller.account) else {
            throw Problem(
                .accountNotAllowed,
                detail: "This deployment does not serve account \(caller.account).",
                next: "Sign in to an account that it serves."
            )
        }
        let role = try await dependencies.accounts.bounded(by: exchange).role(of: caller)
        exchange.note(proofOf: caller, role: role)
        try Entitlement.prove(caller, against: role)
    }
}

extension Exchange {
    /// Remembers how the proof of the caller's role went, for the record.
    mutating func note(proofOf caller: CallerIdentity, role: RoleFacts?) {
        do throws(RoleProof.Rejection) {
            try RoleProof.check(caller, against: role)
            proof = caller.isPerson ? "verified" : "role verified, session name unverified"
        } catch {
            switch error {
            case .notVisible where caller.isPerson: proof = "not visible under the reserved path"
            case .notVisible: proof = "not visible under the path that the map names"
            case .notAdmitted: proof = "not named by the map"
            case .path(let path): proof = "path \(path)"
            case .roleID: proof = "another role id"
            case .name: proof = "another role name"
            }
        }
    }
}
