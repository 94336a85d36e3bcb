/// What AWS says of a managed node.
///
/// Source: Systems Manager API Reference, `InstanceInformation`.
public struct NodeFacts: Sendable, Hashable {
    /// The node.
    public let id: NodeID
    /// `Linux`, `Windows` or `MacOS`; nil when the agent has not said.
    public let platformType: String?
    /// `Online`, `ConnectionLost` or `Inactive`; nil when unknown.
    public let pingStatus: String?

    /// Keeps what AWS says.
    public init(id: NodeID, platformType: String?, pingStatus: String?) {
        self.id = id
        self.platformType = platformType
        self.pingStatus = pingStatus
    }
}

/// What must be known to decide; nil where AWS has nothing of that name.
public struct AccessFacts: Sendable, Hashable {
    /// The caller's role, from IAM in the caller's account.
    public let role: RoleFacts?
    /// The node, from Systems Manager in the caller's account and the node's Region.
    public let node: NodeFacts?
    /// The session document there.
    public let document: DocumentFacts?

    /// Keeps the facts.
    public init(role: RoleFacts?, node: NodeFacts?, document: DocumentFacts?) {
        self.role = role
        self.node = node
        self.document = document
    }
}
