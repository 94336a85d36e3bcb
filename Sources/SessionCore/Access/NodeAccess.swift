/// Which nodes of one Region the map lets a caller connect to.
public struct NodeAccess: Sendable, Hashable {
    /// The tag that a node must have for the broker's role to start sessions on it, whatever the map says.
    ///
    /// Source: `infra/member-account/template.yaml`, statement `StartOnEnrolledNodes`.
    public static let enrolment = (key: "SsmBroker", value: "enabled")

    /// The account: the caller's own.
    public let account: AccountID
    /// The Region.
    public let region: Region
    /// The name of the entry in the map: the permission set's, or the role's id.
    public let id: PermissionSetName
    /// The tags that a node must have, each with one of the values: the map's, and the enrolment.
    public let tags: [String: [String]]

    /// Asks the map.
    ///
    /// - Parameters:
    ///   - caller: Who asks, with a proven role.
    ///   - region: Where the nodes are.
    ///   - map: The role map.
    ///   - ceiling: What the deployment allows at most.
    /// - Throws: ``Problem`` with the code of the first thing that is not allowed.
    public init(caller: CallerIdentity, region: Region, map: RoleMap, ceiling: Ceiling) throws(Problem) {
        let (id, entry) = try Entitlement.entry(of: caller, in: region, map: map, ceiling: ceiling)
        try Entitlement.check(entry.linuxUser, of: caller, ceiling: ceiling)
        account = caller.account
        self.region = region
        self.id = id
        // A map that names the enrolment itself can only narrow it, and IAM asks for both.
        let own = entry.nodes.tags[Self.enrolment.key] ?? [Self.enrolment.value]
        tags = entry.nodes.tags.merging([Self.enrolment.key: own.filter { $0 == Self.enrolment.value }]) { _, both in
            both
        }
    }

    /// Whether a node with these tags is one of them.
    public func admits(tags found: [String: String]) -> Bool {
        RoleMap.NodeRule(tags: tags).admits(tags: found)
    }
}
