/// What today's map says to a session of then: one answer for renewals, for plans of a new map and for ending what it forbids.
extension SessionHistory {
    /// Why a map would not start this session as it is, for the caller whose it is.
    ///
    /// - Parameters:
    ///   - caller: The session's owner.
    ///   - map: The map to ask, in force or only planned.
    ///   - ceiling: What the deployment allows at most.
    /// - Returns: Nil when the map would start it just so; else the refusal, with `SESSION_NO_LONGER_ALLOWED` where a session is
    ///   still granted, but another one.
    public func objection(for caller: CallerIdentity, under map: RoleMap, ceiling: Ceiling) -> Problem? {
        let request = OpenSessionRequest(
            requestID: id,
            time: opened,
            kind: access.kind,
            parameters: access.parameters,
            node: access.node,
            region: access.region,
            reason: access.reason,
            ticket: access.ticket
        )
        do throws(Problem) {
            let entitlement = try Entitlement(
                caller: caller,
                request: request,
                map: map,
                ceiling: ceiling,
                // A session is not judged by when it was asked for.
                now: opened
            )
            // The document says who the session runs as, for how long and how it is logged; the tags, on which nodes it may be.
            // What its parameters admit by now makes no other session of this one, whose own were judged just before.
            guard entitlement.document.isSameSession(as: access.document),
                entitlement.entry.nodes.tags == access.nodeTags ?? [:]
            else {
                throw Problem(
                    .sessionNoLongerAllowed,
                    detail:
                        "The role map has changed for \(caller.title): it would not start this session as it is.",
                    next: "End the session and start a new one: ssm-broker connect \(access.node)"
                )
            }
            return nil
        } catch {
            return error
        }
    }

    /// Why a map would not start this session as it is, told from the session's record alone.
    ///
    /// - Parameters:
    ///   - map: The map to ask, in force or only planned.
    ///   - ceiling: What the deployment allows at most.
    /// - Returns: Nil when the map would start it just so. A session whose owner cannot be read from its record is not allowed.
    public func objection(under map: RoleMap, ceiling: Ceiling) -> Problem? {
        guard let holder = holder(under: map) else {
            return Problem(
                .sessionNoLongerAllowed,
                detail: "The session's record does not name an owner whom the role map could admit.",
                next: "End the session: ssm-broker sessions end \(id)"
            )
        }
        return objection(for: holder, under: map, ceiling: ceiling)
    }

    /// The session's owner as a map sees them; nil when the record names none.
    private func holder(under map: RoleMap) -> CallerIdentity? {
        // The digits at the end of a permission set's role are not recorded, and no map names them.
        var role = "\(CallerIdentity.prefix)\(permissionSet)_0000000000000000"
        var name = owner.user
        // Whoever held a role outside Identity Center is recorded as role=<role name>=<session name>.
        let parts = owner.user.split(separator: "=", maxSplits: 2, omittingEmptySubsequences: false)
        if parts.count == 3, parts[0] == "role" {
            role = String(parts[1])
            name = String(parts[2])
        }
        let caller = try? CallerIdentity(
            arn: "arn:\(access.region.partition.rawValue):sts::\(owner.account):assumed-role/\(role)/\(name)",
            callerID: "\(owner.roleID):\(name)",
            account: owner.account
        )
        return caller.map { map.admit($0) ?? $0 }
    }
}

extension SessionDocument {
    /// Whether a session through the recorded document is what it would be through this one, its parameters aside.
    fileprivate func isSameSession(as recorded: AuditDocument?) -> Bool {
        guard let recorded else { return false }
        return terms == nil || recorded.terms == nil ? hash == recorded.hash : terms == recorded.terms
    }
}
