internal import AWSClient
internal import SessionCore

extension MemberAccounts {
    /// Facts, and whether those that say who a session runs as were read for this very request: the document, and our role's tags.
    struct Lookup: Sendable {
        let facts: AccessFacts
        let isFresh: Bool
    }

    /// What must be known to decide, read side by side where it is not remembered.
    func facts(for entitlement: Entitlement) async throws -> Lookup {
        let caller = entitlement.caller
        let now = now
        let key = documentKey(of: entitlement)
        let remembered = cache.document(key, at: now)
        // Made first, so that the look-ups below share one role session instead of each making its own.
        _ = try await inspector(of: caller.account, partition: caller.arn.partition)
        async let role = role(of: caller)
        async let node = node(entitlement.request.node, account: caller.account, region: entitlement.request.region)
        async let target = targetRole(of: caller, remembering: remembered != nil)
        async let document = remembered == nil ? read(entitlement.document.name, for: entitlement) : remembered
        let facts = AccessFacts(
            role: try await role,
            node: try await node,
            target: try await target,
            document: try await document
        )
        if remembered == nil, let read = facts.document, (try? entitlement.decide(on: facts)) != nil {
            cache.keep(read, for: key, at: now)
        }
        return Lookup(facts: facts, isFresh: remembered == nil)
    }

    /// Reads a remembered document and our own role's tags again, and decides on them anew.
    ///
    /// Both say who a session runs as, and whoever may change them asks nobody.
    ///
    /// - Returns: The version that was read.
    func recheckDocument(of entitlement: Entitlement) async throws -> String? {
        // Nearly always at hand; where it is not, the look-ups below share one.
        _ = try await inspector(of: entitlement.caller.account, partition: entitlement.caller.arn.partition)
        async let target = targetRole(of: entitlement.caller, remembering: false)
        async let document = read(entitlement.document.name, for: entitlement)
        let facts = AccessFacts(
            role: try await role(of: entitlement.caller),
            node: try await node(
                entitlement.request.node,
                account: entitlement.caller.account,
                region: entitlement.request.region
            ),
            target: try await target,
            document: try await document
        )
        do throws(Problem) {
            try entitlement.decide(on: facts)
        } catch {
            // Without the document, the next request reads both anew before it decides.
            cache.forget(documentKey(of: entitlement))
            throw error
        }
        return facts.document?.contentVersion
    }

    /// The caller's role as IAM knows it; nil when IAM does not show it to us.
    func role(of caller: CallerIdentity) async throws -> RoleFacts? {
        let now = now
        let key = FactsCache.RoleKey(account: caller.account, roleName: caller.arn.roleName, roleID: caller.roleID)
        if let known = cache.role(key, at: now) { return known }
        do {
            let role: IAM.Role
            if case .outside(let admitted?) = caller.role {
                // The inspector sees Identity Center's roles only; the answer is remembered, so this is seldom.
                role = try await iam(try await assume(.prove(admitted))).role(named: admitted.name)
            } else {
                role = try await inspecting(caller.account, partition: caller.arn.partition) { inspector in
                    try await iam(inspector).role(named: caller.arn.roleName)
                }
            }
            let facts = RoleFacts(name: role.name, path: role.path, roleID: role.id)
            if (try? RoleProof.check(caller, against: facts)) != nil { cache.keep(facts, for: key, at: now) }
            return facts
        } catch let failure as AWSFailure
            where failure.operation == "GetRole" && [.accessDenied, .notFound].contains(failure.kind)
        {
            // Our right to look ends at the reserved path, so a look-alike elsewhere is refused to us as well.
            return nil
        }
    }

    /// The sessions that a role session has just started, lasting ones only.
    ///
    /// AWS promises no time within which a new session is listed, so an empty answer is asked for once more.
    func sessions(startedBy owner: RoleSession, like access: AuditAccess?) async throws -> [String] {
        guard let access else { return [] }
        let look = { try await sessions(ownedBy: owner.assumedRoleARN, account: access.account, region: access.region) }
        let found = try await look()
        guard found.isEmpty else { return found }
        try await pause(milliseconds: 1000)
        return try await look()
    }

    /// The sessions whose owner is exactly this ARN, lasting ones only.
    func sessions(ownedBy owner: String, account: AccountID, region: Region) async throws -> [String] {
        let listing = try await inspecting(account, partition: region.partition) { inspector in
            try await ssm(inspector, in: region).sessions(.active, filters: [.init(.owner, owner)])
        }
        // The filter is AWS's; that the owner is the whole ARN and not its beginning is ours to make sure.
        return listing.sessions.filter { $0.owner == owner }.map(\.sessionID)
    }

    /// Asks something as the account's inspector; one that AWS does not take any more is forgotten.
    ///
    /// A role that is deleted and made again takes its sessions with it, and the next request must not wait for their end.
    func inspecting<Answer: Sendable>(
        _ account: AccountID,
        partition: Partition,
        _ ask: (RoleSession) async throws -> Answer
    ) async throws -> Answer {
        let inspector = try await inspector(of: account, partition: partition)
        do {
            return try await ask(inspector)
        } catch let failure as AWSFailure where failure.kind == .credentialsRejected {
            cache.forget(inspector, of: account)
            throw failure
        }
    }

    private func inspector(of account: AccountID, partition: Partition) async throws -> RoleSession {
        if let known = cache.inspector(of: account, at: now) { return known }
        let made = try await assume(.inspect(account, partition: partition, role: role))
        cache.keep(made, of: account)
        return made
    }

    /// The broker's own role as IAM knows it; it was just assumed, so one that IAM does not show lacks a right.
    private func targetRole(of caller: CallerIdentity, remembering: Bool) async throws -> TargetRoleFacts {
        let now = now
        let account = caller.account
        if remembering, let known = cache.target(of: account, at: now) { return known }
        let found = try await inspecting(account, partition: caller.arn.partition) { inspector in
            try await iam(inspector).role(named: role.name)
        }
        let facts = TargetRoleFacts(tags: found.tags)
        if facts.runAs == nil { cache.keep(facts, of: account, at: now) }
        return facts
    }

    private func node(_ id: NodeID, account: AccountID, region: Region) async throws -> NodeFacts? {
        let now = now
        let key = FactsCache.NodeKey(account: account, region: region, node: id)
        if let known = cache.node(key, at: now) { return known }
        let found: [SSM.Node]
        do {
            found = try await inspecting(account, partition: region.partition) { inspector in
                try await ssm(inspector, in: region).nodes([id])
            }
        } catch let failure as AWSFailure where failure.kind == .notFound {
            // InvalidInstanceId says the same as an empty list, and the caller gets one answer for both.
            return nil
        }
        guard let node = found.first(where: { $0.id == id }) else { return nil }
        let facts = NodeFacts(id: node.id, platformType: node.platformType, pingStatus: node.pingStatus)
        if facts.pingStatus == "Online" { cache.keep(facts, for: key, at: now) }
        return facts
    }

    private func documentKey(of entitlement: Entitlement) -> FactsCache.DocumentKey {
        FactsCache.DocumentKey(
            account: entitlement.caller.account,
            region: entitlement.request.region,
            name: entitlement.document.name,
            hash: entitlement.document.hash
        )
    }

    /// The document's latest content and its versions, asked for side by side; nil when there is no such document.
    private func read(_ name: String, for entitlement: Entitlement) async throws -> DocumentFacts? {
        let region = entitlement.request.region
        do {
            return try await inspecting(entitlement.caller.account, partition: region.partition) { inspector in
                let ssm = ssm(inspector, in: region)
                async let latest = ssm.document(named: name)
                async let versions = ssm.documentVersions(of: name)
                return DocumentFacts(
                    content: try await latest.content,
                    contentVersion: try await latest.version,
                    latestVersion: try await versions.latest,
                    defaultVersion: try await versions.default
                )
            }
        } catch let failure as AWSFailure where failure.kind == .invalidDocument {
            return nil
        }
    }
}
