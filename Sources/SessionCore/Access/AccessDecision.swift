extension Entitlement {
    /// Decides on the facts: returns when the session is granted.
    ///
    /// - Parameter facts: What AWS says of role, node and document.
    /// - Throws: ``Problem`` with the code of the first thing that forbids the session.
    public func decide(on facts: AccessFacts) throws(Problem) {
        try Self.prove(caller, against: facts.role)
        try check(node: facts.node)
        try check(target: facts.target)
        try check(document: facts.document)
    }

    /// Turns a missing proof into the refusal that the caller sees, which does not say how the proof failed.
    public static func prove(_ caller: CallerIdentity, against role: RoleFacts?) throws(Problem) {
        do throws(RoleProof.Rejection) {
            try RoleProof.check(caller, against: role)
        } catch {
            throw Problem(
                .roleNotProven,
                detail: caller.isPerson
                    ? "Role \(caller.arn.roleName) in account \(caller.account) is not shown to be made by IAM Identity Center."
                    : "Role \(caller.arn.roleName) in account \(caller.account) is not shown to be the one that the role map names.",
                next: caller.isPerson
                    ? "Sign in through IAM Identity Center: aws sso login"
                    : "Ask an administrator of the role map to check the role's full ARN in it."
            )
        }
    }

    private func check(node: NodeFacts?) throws(Problem) {
        guard let node, node.id == request.node else {
            throw Problem(
                .nodeNotFound,
                detail: "Account \(caller.account) has no managed node \(request.node) in Region \(request.region).",
                next:
                    "Check the id, the Region (--region) and the account you are signed in to; a node appears when its agent runs."
            )
        }
        guard node.platformType == "Linux" else {
            throw Problem(
                .nodeNotLinux,
                detail:
                    "Node \(node.id) is not known to run Linux (\(node.platformType ?? "no platform reported")), so \(linuxUser.map { "a session would not be held to \($0)" } ?? "no session is started there").",
                next: "Connect to a Linux node."
            )
        }
        guard node.pingStatus == "Online" else {
            throw Problem(
                .nodeOffline,
                detail: "The agent of node \(node.id) does not report (\(node.pingStatus ?? "no status")).",
                next: "Start the node or its amazon-ssm-agent, then try again."
            )
        }
    }

    private func check(target: TargetRoleFacts) throws(Problem) {
        guard let user = target.runAs else { return }
        throw Problem(
            .targetRoleTagged,
            detail:
                "The broker's role in account \(caller.account) has the tag SSMSessionRunAs (\(user.printable(maximumLength: 64))), which would decide the Linux user of every session in place of the session documents.",
            next:
                "Tell the security team: somebody tagged the role. Sessions go on when the platform team has removed the tag."
        )
    }

    private func check(document facts: DocumentFacts?) throws(Problem) {
        let place = "in account \(caller.account), Region \(request.region)"
        guard let facts else {
            throw Problem(
                .documentMissing,
                detail: "Session document \(document.name) does not exist \(place).",
                next: "Ask the platform team to roll the role map out there."
            )
        }
        guard document.isContent(of: facts.content) else {
            throw Problem(
                .documentChanged,
                detail: "Session document \(document.name) \(place) is not what the role map renders; it is not used.",
                next: "Tell the security team: somebody changed the document, or its rollout is under way."
            )
        }
        guard Self.isVersion(facts.latestVersion), facts.contentVersion == facts.latestVersion,
            facts.latestVersion == facts.defaultVersion
        else {
            throw Problem(
                .documentNotDefault,
                detail:
                    "Session document \(document.name) \(place) has default version \(facts.defaultVersion) and latest version \(facts.latestVersion); they must be the same.",
                next: "Ask the platform team to roll the role map out there."
            )
        }
    }

    /// Whether a text is a document version as Systems Manager writes it: a number from 1, `$LATEST` is none.
    private static func isVersion(_ text: String) -> Bool {
        text.first != "0" && !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
