internal import ArgumentParser
internal import SessionCore

/// `ssm-broker map who-can`.
struct MapWhoCan: BrokerCommand {
    static let configuration = CommandConfiguration(
        commandName: "who-can",
        abstract: "Say who may become a Linux user, reach a node, or what a permission set gives.",
        usage: """
            ssm-broker map who-can <linux-user|node|permission-set>
                   [--account <account>] [--region <region>] [--tag <key=value> ...]
                   [--map <file>] [--output <output>]
            """,
        discussion: """
            For a node, --account is needed, and its Region and tags as far as they are
            known; see map explain for the reasons. With -o tsv: permission set or id,
            Linux user; kinds, accounts, Regions and tags as JSON; the role's ARN.

            Examples:
              ssm-broker map who-can dbadmin
              ssm-broker map who-can i-0123456789abcdef0 --account 111122223333
              ssm-broker map who-can DatabaseAdmin --output json
            """
    )

    @Argument(
        help: ArgumentHelp(
            "A Linux user, a node's id, or a permission set.",
            valueName: "linux-user|node|permission-set"
        )
    )
    var subject: String
    @OptionGroup var place: NodeOptions
    @OptionGroup var source: MapOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    /// One entry, and the kinds of session that count for the question.
    private struct Right {
        let id: PermissionSetName
        let entry: RoleMap.Entry
        let kinds: [SessionKind]
    }

    func run(in world: Dependencies) async throws {
        let map = try RoleMapFile(path: source.file).map
        let rights = try rights(in: map, environment: world.environment)
        let json: JSON = ["entries": .array(rights.map { Self.json($0, in: map) }), "subject": .string(subject)]
        let rows = Rows(
            json["entries"]?.elements ?? [],
            columns: ["id", "linuxUser", "kinds", "accounts", "regions", "nodeTags", "role"]
        )
        world.output.write(json, rows: rows, as: format) {
            rights.isEmpty ? ["Nobody, by this map."] : Self.lines(rights, in: map, width: world.output.columns)
        }
        if !format.isForPrograms { tellBeside(rights, in: map, to: world.output) }
    }

    /// What the entries do not say about a Linux user.
    private func tellBeside(_ rights: [Right], in map: RoleMap, to output: Output) {
        guard (try? NodeID(subject)) == nil, let user = try? LinuxUser(subject) else { return }
        let preferences = map.preferences
        let users =
            [preferences.runAsDefaultUser] + preferences.organizationalUnits.values.map(Optional.some)
            + preferences.accounts.values.map(Optional.some)
        if users.contains(user) {
            output.tell("Sessions that do not come through the broker run as \(user) too, as preferences say.")
        } else if rights.isEmpty {
            output.tell("\(user) was taken for a Linux user; a node is asked for by its id, as i-0123456789abcdef0.")
        }
    }

    private func rights(in map: RoleMap, environment: [String: String]) throws -> [Right] {
        let entries = map.entries.sorted { $0.key < $1.key }
        if let node = try? NodeID(subject) {
            let described = try place.node(node, environment: environment)
            return entries.compactMap { id, entry in
                let allowed = AccessExplanation(id, on: described, map: map).decisions.filter { $0.problem == nil }
                return allowed.isEmpty ? nil : Right(id: id, entry: entry, kinds: allowed.map(\.kind))
            }
        }
        let found = entries.filter { $0.key.name == subject || $0.value.linuxUser.name == subject }
        guard found.isEmpty, (try? LinuxUser(subject)) == nil else {
            return found.map { Right(id: $0.key, entry: $0.value, kinds: $0.value.kinds.sorted()) }
        }
        throw CommandFailure(
            .usage,
            code: "SUBJECT_UNKNOWN",
            what: "\(subject) is no Linux user, no node's id, and no permission set of the map.",
            next: "See the names in the map: \(source.file)"
        )
    }

    private static func json(_ right: Right, in map: RoleMap) -> JSON {
        .compact([
            "accounts": AccountScope(of: right.entry, in: map).json, "id": .string(right.id.name),
            "kinds": .array(right.kinds.map { .string($0.rawValue) }),
            "linuxUser": .string(right.entry.linuxUser.name),
            "nodeTags": .object(right.entry.nodes.tags.mapValues { .array($0.map(JSON.string)) }),
            "regions": .array(right.entry.nodes.regions.sorted().map { .string($0.name) }),
            "role": role(right.entry).map(JSON.string),
        ])
    }

    private static func role(_ entry: RoleMap.Entry) -> String? {
        guard case .role(let role) = entry.holder else { return nil }
        return role.text
    }

    private static func lines(_ rights: [Right], in map: RoleMap, width: Int?) -> [String] {
        let columns = [
            Table.Column("WHO"), Table.Column("LINUX USER"), Table.Column("SESSIONS"),
            Table.Column("ACCOUNTS", mayShrink: true), Table.Column("REGIONS", mayShrink: true),
            Table.Column("NODE TAGS", mayShrink: true),
        ]
        let rows = rights.map { right in
            let nodes = right.entry.nodes
            let tags = nodes.tags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.joined(separator: "|"))" }
            return [
                role(right.entry) ?? right.id.name, right.entry.linuxUser.name,
                right.kinds.map(\.rawValue).joined(separator: ", "), AccountScope(of: right.entry, in: map).text,
                nodes.regions.isEmpty ? "all" : nodes.regions.sorted().map(\.name).joined(separator: ", "),
                tags.isEmpty ? "any" : tags.joined(separator: ", "),
            ]
        }
        return Table(columns, rows: rows).lines(width: width)
    }
}
