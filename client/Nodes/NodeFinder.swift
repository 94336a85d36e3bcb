internal import SessionCore

/// Finds one node by what a person calls it; never guesses which of several is meant.
struct NodeFinder: Sendable {
    let world: Dependencies
    let broker: BrokerClient
    let region: Region

    private static let waiting = "Waiting for the broker"
    /// The most candidates that are shown to a person.
    private static let shownCandidates = 20
    /// The most nodes among which near names are looked for, or one is chosen.
    static let maximumNodes = 1000

    /// The one node that a text names.
    ///
    /// An id needs no look-up: the broker is asked only for what may be several nodes', or none's.
    ///
    /// - Throws: ``CommandFailure``.
    func node(named text: String) async throws -> NodeID {
        switch try NodeArgument.name(text) {
        case .id(let id): id
        case .question(let questions): try await find(questions)
        }
    }

    /// The one node that fits any of the questions.
    ///
    /// - Throws: ``CommandFailure``, with `NODE_NOT_FOUND` or `NODE_AMBIGUOUS` when it is not one.
    func find(_ questions: [NodeQuestion]) async throws -> NodeID {
        let answers = try await Waiting(what: Self.waiting, world: world).show { try await ask(questions) }
        let lists = answers.map(\.list)
        let nodes = Set(lists.flatMap(\.nodes)).sorted { $0.id < $1.id }
        guard let first = nodes.first, let list = lists.first else { throw await nothing(questions, lists) }
        let confirming = answers.filter { $0.question.confirms(first) }
        if nodes.count == 1, !confirming.contains(where: { $0.list.nodes.contains(first) }) {
            throw Self.selfReported(questions, first, in: list)
        }
        // Where not all nodes were looked at there may be others of the name, and one of them may be meant.
        guard nodes.count == 1, !lists.contains(where: \.isPartial) else {
            throw Self.ambiguous(questions, nodes, in: list)
        }
        return first.id
    }

    /// The node that the person chooses from a list.
    ///
    /// - Throws: ``CommandFailure`` when nobody is there to choose, or nothing is.
    func choose() async throws -> NodeID {
        guard let terminal = world.noInput == nil ? world.openPicker() : nil else {
            throw CommandFailure(
                .usage,
                code: "NODE_MISSING",
                what: world.noInput.map { "No node is named, and \($0) forbids to ask which." }
                    ?? "No node is named, and there is no terminal that could show a list of them.",
                why: [
                    "A node is named by its id, its Name tag, tags as Role=web, its private address or its DNS name."
                ],
                next: "See your nodes: ssm-broker instances --region \(region)"
            )
        }
        let list = try await Waiting(what: Self.waiting, world: world).show {
            try await broker.instances(InstancesRequest(region: region), upTo: Self.maximumNodes)
        }
        guard !list.nodes.isEmpty else { throw Self.empty(list) }
        let memory = NodeMemory(world, broker)
        memory.keep(list)
        let used = memory.used(in: list)
        let rank = Dictionary(used.enumerated().map { ($1, $0) }) { first, _ in first }
        let ordered = NodeTable.ordered(list.nodes).enumerated()
            .sorted { (rank[$0.element.id] ?? used.count, $0.offset) < (rank[$1.element.id] ?? used.count, $1.offset) }
            .map(\.element)
        let picker = Picker(nodes: ordered, recent: Set(used), isPartial: list.isPartial || list.next != nil)
        return try await PickerSession(picker: picker, terminal: terminal, world: world).run()
    }

    private func ask(_ questions: [NodeQuestion]) async throws -> [(question: NodeQuestion, list: InstancesReply)] {
        try await withThrowingTaskGroup(of: (question: NodeQuestion, list: InstancesReply).self) { group in
            for question in questions {
                group.addTask {
                    let request = InstancesRequest(region: region, question: question)
                    return (question, try await broker.instances(request, upTo: Self.maximumNodes))
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// Says what was looked for, and where, with the names that come near.
    private func nothing(_ questions: [NodeQuestion], _ lists: [InstancesReply]) async -> CommandFailure {
        // The names that come near are a help, and no reason to fail in another way; no address comes near another.
        var all: InstancesReply?
        if questions.contains(where: \.isName) {
            all = try? await broker.instances(InstancesRequest(region: region), upTo: Self.maximumNodes)
        }
        if let all { NodeMemory(world, broker).keep(all) }
        let near = all.map { Self.near(questions, in: $0.nodes) } ?? []
        let account = lists.first.map { " of account \($0.account)" } ?? ""
        var why: [String] = []
        if let all, all.nodes.isEmpty { why.append(Self.emptiness(all)) }
        if !near.isEmpty { why.append("Did you mean \(near.map { $0.name ?? $0.id.text }.joined(separator: ", "))?") }
        if lists.contains(where: \.isPartial) {
            why.append("The broker could not look at all nodes; there are very many.")
        }
        var failure = CommandFailure(
            .nodeNotFound,
            code: ProblemCode.nodeNotFound.rawValue,
            what:
                "No node that you may connect to has \(questions.map(\.described).joined(separator: " or ")) in \(region)\(account).",
            why: why,
            next: "See your nodes, or look elsewhere: ssm-broker instances --region \(region)"
        )
        failure.members["lookedFor"] = Self.lookedFor(questions, region: region, account: lists.first?.account)
        failure.members["near"] = .array(near.map(\.json))
        return failure
    }

    private static func near(_ questions: [NodeQuestion], in nodes: [NodeListing]) -> [NodeListing] {
        let texts = questions.map(\.parameter.value)
        let names = Dictionary(grouping: nodes.filter { $0.name != nil }) { $0.name ?? "" }
        let found = texts.flatMap { Spelling.near(to: $0, among: Set(names.keys), limit: 5) }
        return found.prefix(5).compactMap { names[$0]?.first }
    }

    private static func ambiguous(
        _ questions: [NodeQuestion],
        _ nodes: [NodeListing],
        in list: InstancesReply
    ) -> CommandFailure {
        let said = questions.map(\.described).joined(separator: " or ")
        let isOne = nodes.count == 1
        var failure = CommandFailure(
            .nodeNotFound,
            code: "NODE_AMBIGUOUS",
            what: isOne
                ? "A node in \(list.region) has \(said), and perhaps others have: there are more than the broker looks at."
                : "\(nodes.count) nodes in \(list.region) have \(said); name one of them by its id.",
            next: "Repeat the command with the id, for example \(nodes[0].id)."
        )
        failure.table = NodeTable.of(Array(NodeTable.ordered(nodes).prefix(shownCandidates)))
        failure.members["candidates"] = .array(nodes.map(\.json))
        failure.members["lookedFor"] = lookedFor(questions, region: list.region, account: list.account)
        return failure
    }

    /// The failure when the one node that was found is only by its own word the one that is meant.
    private static func selfReported(
        _ questions: [NodeQuestion],
        _ node: NodeListing,
        in list: InstancesReply
    ) -> CommandFailure {
        let said = questions.filter(\.isPlace).map(\.described).joined(separator: " or ")
        var failure = CommandFailure(
            .nodeNotFound,
            code: "NODE_SELF_REPORTED",
            what: "One machine in \(list.region) has \(said), but only the machine says so itself.",
            why: ["It is outside EC2, and whoever controls it can have it report another's address or host name."],
            next: "If it is the one that you mean, repeat the command with its id, \(node.id)."
        )
        failure.table = NodeTable.of([node])
        failure.members["candidates"] = .array([node.json])
        failure.members["lookedFor"] = lookedFor(questions, region: list.region, account: list.account)
        return failure
    }

    /// The failure when there is nothing to choose from.
    static func empty(_ list: InstancesReply) -> CommandFailure {
        CommandFailure(
            .nodeNotFound,
            code: ProblemCode.nodeNotFound.rawValue,
            what: "There is no node that you may connect to in \(list.region) of account \(list.account).",
            why: [emptiness(list)],
            next: "See which nodes the role map gives you: ssm-broker whoami"
        )
    }

    /// Why a list can be empty.
    static func emptiness(_ list: InstancesReply) -> String {
        "No Linux node there that is enrolled (tag \(NodeAccess.enrolment.key)) and whose agent reports has the tags that"
            + " \(list.permissionSet) needs; another Region or account may have some."
    }

    private static func lookedFor(_ questions: [NodeQuestion], region: Region, account: AccountID?) -> JSON {
        var members: [String: JSON] = ["region": .string(region.name)]
        if let account { members["account"] = .string(account.digits) }
        for question in questions { members[question.parameter.name.rawValue] = .string(question.parameter.value) }
        return .object(members)
    }
}
