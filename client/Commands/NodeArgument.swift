internal import ArgumentParser
internal import SessionCore

/// The node that a command is about.
struct NodeArgument: ParsableArguments {
    @Argument(help: "The node's id.")
    var node: String

    /// The node that was named.
    ///
    /// - Throws: ``CommandFailure`` when it is none.
    func resolve() throws -> NodeID {
        guard let id = try? NodeID(node) else {
            throw CommandFailure(
                .usage,
                code: "INSTANCE_INVALID",
                what: "\(node.prefix(64)) is no node id.",
                why: ["A node id looks like i-0123456789abcdef0 or mi-0123456789abcdef0."]
            )
        }
        return id
    }
}
