internal import SessionCore

/// What this machine remembers of nodes, for one broker: the names for completion, and which nodes were connected to.
///
/// Nothing depends on it: where the file cannot be read or written, nothing is remembered.
struct NodeMemory: Sendable {
    let file: NodeMemoryFile
    /// The broker's address, since two of them can serve the same account.
    let broker: String
    /// By whose credentials: a profile's, or the environment's.
    let signIn: String
    let now: @Sendable () -> Timestamp

    /// The memory of whoever asks that broker.
    init(_ world: Dependencies, _ broker: BrokerClient) {
        file = NodeMemoryFile(environment: world.environment)
        self.broker = broker.endpoint.url
        signIn = broker.signIn
        now = world.now
    }

    /// Remembers a whole list's names.
    func keep(_ list: InstancesReply) {
        file.change { content in
            let place = content.place(of: signIn, broker, list.account, list.permissionSet, list.region, at: now())
            let names = list.nodes.prefix(NodeMemoryContent.maximumNames).map {
                NodeMemoryContent.Name(id: $0.id, name: $0.name)
            }
            content.places[place]?.names = Array(names)
            content.places[place]?.listed = now()
        }
    }

    /// Remembers that a node was connected to.
    func use(_ node: NodeID, account: AccountID, permissionSet: String, region: Region) {
        file.change { content in
            let place = content.place(of: signIn, broker, account, permissionSet, region, at: now())
            content.places[place]?.note(node)
        }
    }

    /// The nodes of a list that were connected to, the last one first.
    func used(in list: InstancesReply) -> [NodeID] {
        let key = NodeMemoryContent.Place.key(broker, list.account, list.permissionSet, list.region)
        let listed = Set(list.nodes.map(\.id))
        return (file.read().places[key]?.used ?? []).filter(listed.contains)
    }

    /// By whose credentials requests are signed: what a shell knows without asking anybody.
    static func signIn(profile: String?, environment: [String: String]) -> String {
        let named = { (name: String) in environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let profile { return "profile:\(profile)" }
        // The end of the id is enough to tell one sign-in from the next.
        if let key = named("AWS_ACCESS_KEY_ID") { return "key:\(key.suffix(8))" }
        return "profile:\(named("AWS_PROFILE") ?? named("AWS_DEFAULT_PROFILE") ?? "default")"
    }
}
