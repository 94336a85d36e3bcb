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

/// What IAM says of the broker's own role in a member account, under which sessions are started.
///
/// Session Manager reads the tag `SSMSessionRunAs` of whoever starts a session before it reads the session document, and the tag wins.
/// Source: Systems Manager User Guide, "Turn on Run As support for Linux and macOS managed nodes".
public struct TargetRoleFacts: Sendable, Hashable {
    /// The Linux user that the role's tag names for every session, empty ones too; nil without the tag.
    public let runAs: String?

    /// Reads the role's tags, of whose keys IAM does not tell upper from lower case.
    public init(tags: [String: String]) {
        runAs = tags.first { $0.key.lowercased() == "ssmsessionrunas" }?.value
    }
}

/// What must be known to decide; nil where AWS has nothing of that name.
public struct AccessFacts: Sendable, Hashable {
    /// The caller's role, from IAM in the caller's account.
    public let role: RoleFacts?
    /// The node, from Systems Manager in the caller's account and the node's Region.
    public let node: NodeFacts?
    /// The role that will start the session.
    public let target: TargetRoleFacts
    /// The session document there.
    public let document: DocumentFacts?

    /// Keeps the facts.
    public init(role: RoleFacts?, node: NodeFacts?, target: TargetRoleFacts, document: DocumentFacts?) {
        self.role = role
        self.node = node
        self.target = target
        self.document = document
    }
}
