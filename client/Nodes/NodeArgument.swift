internal import ArgumentParser
internal import SessionCore

/// The node that a command is about.
struct NodeArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The node: its id, Name tag, tags as Role=web, private address or DNS name; without one, connect, exec and forward show a list.",
            valueName: "node"
        ),
        completion: NodeCompletion.kind
    )
    var node: String?

    /// Finds the node that was named, or has the person choose one.
    ///
    /// - Parameters:
    ///   - world: Where the person is.
    ///   - broker: Knows the nodes.
    ///   - region: Where the node is.
    /// - Returns: The one node that is meant.
    /// - Throws: ``CommandFailure`` with status ``ExitStatus/nodeNotFound`` when there is none, or more than one.
    func resolve(in world: Dependencies, broker: BrokerClient, region: Region) async throws -> NodeID {
        let finder = NodeFinder(world: world, broker: broker, region: region)
        guard let node else { return try await finder.choose() }
        return try await finder.node(named: node)
    }

    /// The node, where only an id will do.
    ///
    /// - Parameter reason: Why only an id will do, a sentence.
    /// - Returns: The id.
    /// - Throws: ``CommandFailure`` with status ``ExitStatus/usage``.
    func id(because reason: String) throws -> NodeID {
        guard case .id(let id) = try name() else {
            throw CommandFailure(
                .usage,
                code: node == nil ? "NODE_MISSING" : "INSTANCE_INVALID",
                what: node.map { "\($0.prefix(64)) is no node id." } ?? "No node is named.",
                why: [reason, "A node id looks like i-0123456789abcdef0 or mi-0123456789abcdef0."]
            )
        }
        return id
    }

    /// Checks what was written, before anything is asked.
    ///
    /// - Returns: What was named; nil when nothing was.
    /// - Throws: ``CommandFailure`` with status ``ExitStatus/usage``.
    func name() throws -> NodeName? { try node.map(Self.name) }

    /// Checks what was written for a node.
    ///
    /// - Returns: What was named.
    /// - Throws: ``CommandFailure`` with status ``ExitStatus/usage``.
    static func name(_ node: String) throws -> NodeName {
        do throws(NodeName.Rejection) {
            return try NodeName(node)
        } catch {
            throw CommandFailure(
                .usage,
                code: error == .id ? "INSTANCE_INVALID" : "NODE_INVALID",
                what:
                    "\(node.isEmpty ? "An empty text" : String(node.prefix(64))) is \(error == .id ? "no node id" : "no node's").",
                why: [error.explanation],
                next: "See your nodes: ssm-broker instances"
            )
        }
    }
}
