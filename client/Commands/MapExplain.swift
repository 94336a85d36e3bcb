internal import ArgumentParser
internal import SessionCore

/// `ssm-broker map explain`.
struct MapExplain: BrokerCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say whether the map lets a permission set onto a node, and why.",
        usage: """
            ssm-broker map explain <permission-set> <node> --account <account>
                   [--region <region>] [--tag <key=value> ...] [--map <file>]
                   [--output <output>]
            """,
        discussion: """
            The decision is the broker's own, made on a file. What only AWS knows has no
            part in it: the proof of the role, the node's platform and agent, and the
            session document as it stands there. With -o tsv: kind of session, whether it
            is allowed, document, and why not: code and words.

            Example:
              ssm-broker map explain DatabaseAdmin i-0123456789abcdef0 \\
                --account 111122223333 --region eu-west-1 --tag Role=db
            """
    )

    @Argument(help: ArgumentHelp("The permission set, or a role's id in the map.", valueName: "permission-set"))
    var name: String
    @Argument(help: ArgumentHelp("The node's id.", valueName: "node"))
    var instance: String
    @OptionGroup var place: NodeOptions
    @OptionGroup var source: MapOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        guard let id = try? PermissionSetName(name) else {
            throw CommandFailure(
                .usage,
                code: "NAME_INVALID",
                what: "\(name) is no permission set's name.",
                next: "See the names in the map: \(source.file)"
            )
        }
        guard let node = try? NodeID(instance) else {
            throw CommandFailure(
                .usage,
                code: "NODE_INVALID",
                what: "\(instance) is no node's id.",
                next: "Give an id such as i-0123456789abcdef0."
            )
        }
        let map = try RoleMapFile(path: source.file).map
        let described = try place.node(node, environment: world.environment)
        let explanation = AccessExplanation(id, on: described, map: map)
        let rows = Rows(
            explanation.json["decisions"]?.elements ?? [],
            columns: ["kind", "isAllowed", "document", "code", "detail"]
        )
        world.output.write(explanation.json, rows: rows, as: format) {
            Self.lines(explanation, on: described, width: world.output.columns)
        }
    }

    private static func lines(
        _ explanation: AccessExplanation,
        on node: AccessExplanation.Node,
        width: Int?
    ) -> [String] {
        let columns = [Table.Column("KIND"), Table.Column("ALLOWED"), Table.Column("WHY")]
        let rows = explanation.decisions.map { decision in
            [
                decision.kind.rawValue, decision.problem == nil ? "yes" : "no",
                why(decision, entry: explanation.entry, node: node),
            ]
        }
        return Table(columns, rows: rows).lines(width: nil)
    }

    private static func why(
        _ decision: AccessExplanation.Decision,
        entry: RoleMap.Entry?,
        node: AccessExplanation.Node
    ) -> String {
        guard let entry, decision.problem == nil else { return decision.problem?.detail ?? "" }
        var parts: [String] = []
        switch decision.kind {
        case .shell, .command: parts.append("as \(entry.linuxUser), by \(decision.document ?? "")")
        case .port, .ssh: parts.append("by \(decision.document ?? "")")
        }
        if decision.kind == .port, let ports = entry.ports {
            let hosts = ports.hosts.isEmpty ? "the node" : ports.hosts.map(\.description).joined(separator: "|")
            parts.append("to port \(ports.remote.map(\.portText).joined(separator: "|")) of \(hosts)")
        }
        if decision.kind == .command, !entry.commands.patterns.isEmpty {
            parts.append("if it fits \(entry.commands.patterns.map(\.text).joined(separator: " or "))")
        }
        if entry.needsReason { parts.append("with a reason") }
        if entry.needsTicket { parts.append("with a ticket") }
        if node.tags == nil, !entry.nodes.tags.isEmpty {
            let tags = entry.nodes.tags.sorted { $0.key < $1.key }
                .map { "\($0.key)=\($0.value.joined(separator: "|"))" }.joined(separator: ", ")
            parts.append("if the node has the tags \(tags)")
        }
        return parts.joined(separator: ", ")
    }
}
