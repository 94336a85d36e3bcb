internal import SessionCore

/// Where sessions are to go: the broker that starts them, the Region, and what was said about the node.
struct SessionTarget: Sendable {
    let broker: BrokerClient
    let region: Region
    private let named: NodeArgument
    private let world: Dependencies

    /// Checks what was said, and asks nobody yet.
    ///
    /// - Throws: ``CommandFailure`` when it cannot be a node, or nothing says in which Region it is or where the broker is.
    init(_ named: NodeArgument, _ options: SessionOptions, in world: Dependencies) throws {
        _ = try named.name()
        region = try options.place.region(in: world, profile: options.signIn.profile)
        broker = try world.broker(profile: options.signIn.profile)
        self.named = named
        self.world = world
    }

    /// Finds the node, or has the person choose one.
    ///
    /// - Returns: The node.
    /// - Throws: ``CommandFailure`` with status ``ExitStatus/nodeNotFound`` when there is none, or more than one.
    func node() async throws -> NodeID { try await named.resolve(in: world, broker: broker, region: region) }
}
