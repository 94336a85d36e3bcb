extension Entitlement {
    /// What the map gives to a caller in a Region, whatever it is asked for.
    ///
    /// - Throws: ``Problem`` with the code of the first thing that is not allowed: nothing is given, not in this account, or not there.
    static func entry(
        of caller: CallerIdentity,
        in region: Region,
        map: RoleMap,
        ceiling: Ceiling
    ) throws(Problem) -> (id: PermissionSetName, entry: RoleMap.Entry) {
        guard let (id, entry) = map.entry(for: caller) else {
            throw Problem(
                .permissionSetNotMapped,
                detail: "The role map gives no Linux user to \(caller.title).",
                next:
                    "Sign in with another permission set, or ask an administrator of the role map to add \(caller.permissionSet?.name ?? caller.title)."
            )
        }
        guard ceiling.admits(caller.account), map.admits(entry, in: caller.account) else {
            throw Problem(
                .accountNotAllowed,
                detail: "\(caller.sentenceTitle) may start no session in account \(caller.account).",
                next: "Sign in to an account where it may, or ask an administrator of the role map."
            )
        }
        guard map.admits(entry, in: region) else {
            let regions = (entry.nodes.regions.isEmpty ? map.rollout.regions : entry.nodes.regions).sorted()
                .map(\.name).joined(separator: ", ")
            throw Problem(
                .regionNotAllowed,
                detail:
                    "\(caller.sentenceTitle) may start no session in Region \(region); it may in \(regions).",
                next: "Give the node's Region with --region."
            )
        }
        guard region.partition == caller.arn.partition else {
            throw Problem(
                .regionNotAllowed,
                detail: "Region \(region) is not in the caller's partition \(caller.arn.partition.rawValue).",
                next: "Give the node's Region with --region."
            )
        }
        return (id, entry)
    }

    /// Refuses a Linux user that the deployment forbids, whatever the map says.
    ///
    /// - Throws: ``Problem`` with `LINUX_USER_FORBIDDEN`.
    static func check(_ user: LinuxUser, of caller: CallerIdentity, ceiling: Ceiling) throws(Problem) {
        guard !ceiling.forbiddenLinuxUsers.contains(user.name) else {
            throw Problem(
                .linuxUserForbidden,
                detail:
                    "This deployment forbids the Linux user \(user) that the role map gives to \(caller.permissionSet?.name ?? caller.title).",
                next: "Ask an administrator of the role map for another Linux user."
            )
        }
    }
}
