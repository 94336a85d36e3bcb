internal import ArgumentParser
internal import SessionCore

/// `ssm-broker instances`.
struct Instances: SignedInCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the nodes that you may connect to.",
        usage: """
            ssm-broker instances [<node>] [--tag <key=value> ...] [--tags]
                   [--limit <limit>] [--region <region>] [--profile <profile>]
                   [--no-input] [--output <output>]
            """,
        discussion: """
            These are the enrolled Linux nodes of your account in one Region that the role
            map admits for your permission set. The list may be a minute old. STATE says
            whether the node's agent reports: online, lost or inactive. An ADDRESS in
            parentheses is what a machine outside EC2 says of itself.
            With -o tsv: id, name, state, address, platform, DNS name.

            Examples:
              ssm-broker instances
              ssm-broker instances --tag Role=web --tag Stage=test
              ssm-broker instances web-1 --output json
            """
    )

    @Argument(
        help: ArgumentHelp("Only nodes of this id, Name tag, tags, address or DNS name.", valueName: "node"),
        completion: NodeCompletion.kind
    )
    var node: String?
    @Option(
        name: .customLong("tag"),
        help: ArgumentHelp("Only nodes with this tag; again for each.", valueName: "key=value")
    )
    var asked: [String] = []
    @Flag(name: .customLong("tags"), help: "Show the nodes' tags too.")
    var showsTags = false
    @Option(help: "The most nodes to show.")
    var limit: Int = 1000
    @OptionGroup var place: NodeRegionOptions
    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let questions = try questions()
        let region = try place.region(in: world, profile: signIn.profile)
        let broker = try world.broker(profile: signIn.profile)
        let list = try await Waiting(what: "Waiting for the broker", world: world).show {
            try await self.list(questions, in: region, of: broker)
        }
        if questions.isEmpty { NodeMemory(world, broker).keep(list) }
        world.output.write(
            list.json,
            rows: Rows(
                NodeTable.ordered(list.nodes).map(\.json),
                columns: ["id", "name", "state", "address", "platform", "dnsName"]
            ),
            as: format
        ) {
            list.nodes.isEmpty
                ? []
                : NodeTable.of(NodeTable.ordered(list.nodes), showsTags: showsTags).lines(width: world.output.columns)
        }
        if list.nodes.isEmpty { tellOfNothing(questions, list, in: world) }
        if list.next != nil { world.output.tell("There are more nodes; --limit shows them.") }
        if list.isPartial {
            world.output.tell("The list is a part: there are more nodes than the broker looks at. --tag finds others.")
        }
    }

    private func tellOfNothing(_ questions: [NodeQuestion], _ list: InstancesReply, in world: Dependencies) {
        let place = "in \(list.region) of account \(list.account)"
        if questions.isEmpty {
            world.output.tell("There is no node that you may connect to \(place).")
            world.output.tell(NodeFinder.emptiness(list))
        } else {
            let said = questions.map(\.described).joined(separator: " or ")
            world.output.tell("No node that you may connect to has \(said) \(place).")
        }
    }

    private func list(_ questions: [NodeQuestion], in region: Region, of broker: BrokerClient) async throws
        -> InstancesReply
    {
        var list = try await broker.instances(InstancesRequest(region: region, question: questions.first), upTo: limit)
        for question in questions.dropFirst() {
            let more = try await broker.instances(InstancesRequest(region: region, question: question), upTo: limit)
            list.nodes += more.nodes.filter { !list.nodes.contains($0) }
            list.isPartial = list.isPartial || more.isPartial
        }
        return list
    }

    private func questions() throws -> [NodeQuestion] {
        var problems: [String] = []
        let tags = asked.isEmpty ? nil : NodeQuestion.tags(in: asked.joined(separator: ","))
        if !asked.isEmpty, tags == nil { problems.append("--tag takes one tag as Role=web, each key once.") }
        if limit < 1 { problems.append("--limit is not at least 1.") }
        let name = try node.map(NodeArgument.name)
        if name != nil, !asked.isEmpty {
            problems.append("A node is named, and --tag looks for others: use one of them.")
        }
        guard problems.isEmpty else {
            throw CommandFailure(.usage, code: "QUERY_INVALID", what: "The list cannot be asked for.", why: problems)
        }
        switch name {
        case nil: return tags.map { [.tags($0)] } ?? []
        case .id(let id): return [.id(id)]
        case .question(let questions): return questions
        }
    }
}
