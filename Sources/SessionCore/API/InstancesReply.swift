/// What `GET /v1/instances` answers: the nodes that the caller may connect to.
///
/// Shape: `{"account":"111122223333","isPartial":true,"next":"i-0123456789abcdef0","nodes":[{…}],"permissionSet":"DatabaseAdmin",
/// "region":"eu-west-1"}`, without `next` on the last page, and without `isPartial` where all nodes were looked at.
public struct InstancesReply: Sendable, Hashable {
    /// The caller's account, and that of every node.
    public var account: AccountID
    /// The caller's permission set, or the name of their role in the map.
    public var permissionSet: String
    /// The Region that was asked for.
    public var region: Region
    /// Some of the nodes asked for, by id.
    public var nodes: [NodeListing]
    /// The last node of this page; nil when no page follows.
    public var next: NodeID?
    /// Whether there are more nodes than the broker looks at: then the list as a whole is not complete.
    public var isPartial: Bool

    /// Makes a reply.
    public init(
        account: AccountID,
        permissionSet: String,
        region: Region,
        nodes: [NodeListing],
        next: NodeID? = nil,
        isPartial: Bool = false
    ) {
        self.account = account
        self.permissionSet = permissionSet
        self.region = region
        self.nodes = nodes
        self.next = next
        self.isPartial = isPartial
    }

    /// The reply as JSON.
    public var json: JSON {
        .compact([
            "account": .string(account.digits),
            "isPartial": isPartial ? true : nil,
            "next": next.map { .string($0.text) },
            "nodes": .array(nodes.map(\.json)),
            "permissionSet": .string(permissionSet),
            "region": .string(region.name),
        ])
    }

    /// Reads a reply; nil when something is missing or wrong.
    public init?(json: JSON) {
        guard let account = json["account"]?.text.flatMap({ try? AccountID($0) }),
            let permissionSet = json["permissionSet"]?.text,
            let region = json["region"]?.text.flatMap({ try? Region($0) }), let elements = json["nodes"]?.elements
        else { return nil }
        let nodes = elements.compactMap(NodeListing.init(json:))
        let next = json["next"]?.text.flatMap { try? NodeID($0) }
        guard nodes.count == elements.count, next != nil || json["next"] == nil else { return nil }
        self.init(
            account: account,
            permissionSet: permissionSet,
            region: region,
            nodes: nodes,
            next: next,
            isPartial: json["isPartial"] == true
        )
    }
}
