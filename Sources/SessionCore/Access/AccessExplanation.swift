/// What the map, and nothing else, decides about sessions of one entry's holder on one node, and why.
///
/// It asks ``Entitlement``, which decides for the broker too. What only AWS knows (the proof of the role, the node's platform and agent,
/// the document as it stands) and what only the deployment knows (its ceiling) has no part in it.
public struct AccessExplanation: Sendable, Hashable {
    /// The decision about one kind of session.
    public struct Decision: Sendable, Hashable {
        /// The kind.
        public let kind: SessionKind
        /// Why not; nil when the session is allowed.
        public let problem: Problem?
        /// The document that the session would go through; nil when the map has none.
        public let document: String?
    }

    /// Where the node is, and which tags it has; nil where that is not known.
    public struct Node: Sendable, Hashable {
        /// The node.
        public var id: NodeID
        /// Its account, which is the caller's.
        public var account: AccountID
        /// Its Region.
        public var region: Region
        /// Its tags; nil when they are not known, and then they decide nothing.
        public var tags: [String: String]?

        /// Describes a node.
        public init(id: NodeID, account: AccountID, region: Region, tags: [String: String]?) {
            self.id = id
            self.account = account
            self.region = region
            self.tags = tags
        }
    }

    /// The entry's name.
    public let id: PermissionSetName
    /// What the map gives; nil for nothing.
    public let entry: RoleMap.Entry?
    /// One decision for each kind that the map allows; one about a shell when it allows none.
    public let decisions: [Decision]

    /// Whether any kind of session is allowed.
    public var isAllowed: Bool { decisions.contains { $0.problem == nil } }

    /// Asks the map.
    ///
    /// - Parameters:
    ///   - id: A permission set's name, or a role's id in the map.
    ///   - node: The node.
    ///   - map: The role map.
    public init(_ id: PermissionSetName, on node: Node, map: RoleMap) {
        self.id = id
        entry = map.entries[id]
        let kinds = entry?.kinds.sorted() ?? [.shell]
        decisions = kinds.map { kind in
            do throws(Problem) {
                let entitlement = try Self.entitlement(id, kind, on: node, map: map)
                try entitlement.check(tags: node.tags)
                return Decision(kind: kind, problem: nil, document: entitlement.document.name)
            } catch {
                return Decision(kind: kind, problem: error, document: nil)
            }
        }
    }

    private static func entitlement(
        _ id: PermissionSetName,
        _ kind: SessionKind,
        on node: Node,
        map: RoleMap
    ) throws(Problem) -> Entitlement {
        let now = Timestamp(milliseconds: 0)
        let request = OpenSessionRequest(
            requestID: RecordID(random: [UInt8](repeating: 0, count: 16)),
            time: now,
            kind: kind,
            node: node.id,
            region: node.region,
            reason: "explain",
            ticket: "explain"
        )
        let caller = try caller(id, in: node, map: map)
        let ceiling = Ceiling(accounts: [node.account], forbiddenLinuxUsers: [], bootstrapAdministrators: [])
        return try Entitlement(caller: caller, anyOf: request, map: map, ceiling: ceiling, now: now)
    }

    /// Somebody who holds what the entry is for, signed in where the node is.
    private static func caller(_ id: PermissionSetName, in node: Node, map: RoleMap) throws(Problem) -> CallerIdentity {
        var name = "\(CallerIdentity.prefix)\(id)_0000000000000000"
        if case .role(let role) = map.entries[id]?.holder {
            guard role.account == node.account else {
                throw Problem(
                    .accountNotAllowed,
                    detail:
                        "Role \(role.name) is in account \(role.account), and reaches nodes of its own account only.",
                    next: "Name a node of that account."
                )
            }
            name = role.name
        }
        let arn = AssumedRoleARN(
            partition: node.region.partition,
            account: node.account,
            roleName: name,
            sessionName: "explain"
        )
        do throws(CallerIdentity.Rejection) {
            let caller = try CallerIdentity(
                arn: arn.text,
                callerID: "AROA0000000000000000:explain",
                account: node.account.digits
            )
            return map.admit(caller) ?? caller
        } catch {
            preconditionFailure("a caller made of right parts is right: \(error)")
        }
    }

    /// As JSON: `{"account":"…","decisions":[{"allowed":true,"document":"…","kind":"shell"},{"allowed":false,"code":"…",…}],…}`.
    public var json: JSON {
        .compact([
            "decisions": .array(decisions.map(\.json)), "id": .string(id.name), "isAllowed": .bool(isAllowed),
            "linuxUser": entry.map { .string($0.linuxUser.name) },
            "reason": entry.map { $0.needsReason ? "required" : "optional" },
            "ticket": entry.map { $0.needsTicket ? "required" : "optional" },
        ])
    }
}

extension AccessExplanation.Decision {
    var json: JSON {
        .compact([
            "code": (problem?.code.rawValue).map(JSON.string), "detail": (problem?.detail).map(JSON.string),
            "document": document.map(JSON.string), "isAllowed": .bool(problem == nil),
            "kind": .string(kind.rawValue), "next": (problem?.next).map(JSON.string),
        ])
    }
}

extension Entitlement {
    /// The refusal of a node whose tags are not those that the map asks for.
    public var nodeNotAllowed: Problem {
        let tags = entry.nodes.tags.sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value.joined(separator: "|"))" }.joined(separator: ", ")
        return Problem(
            .nodeNotAllowed,
            detail:
                "\(caller.sentenceTitle) may not connect to node \(request.node)\(tags.isEmpty ? "" : "; it needs the tags \(tags)").",
            next: "See what you may reach: ssm-broker whoami"
        )
    }

    /// Says what IAM will say of a node's tags, which stand as conditions in the session policy.
    ///
    /// - Parameter tags: The node's; nil when they are not known, and then nothing is said.
    /// - Throws: ``Problem`` with `NODE_NOT_ALLOWED`.
    public func check(tags: [String: String]?) throws(Problem) {
        guard let tags, !entry.nodes.admits(tags: tags) else { return }
        throw nodeNotAllowed
    }
}
