internal import ArgumentParser
internal import SessionCore

/// `ssm-broker sessions list`.
struct SessionsList: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show your sessions, newest first; auditors may see everybody's.",
        usage: """
            ssm-broker sessions [list] [--all] [--user <user>]
                   [--permission-set <permission-set>] [--node <node>]
                   [--state <states>] [--limit <limit>] [--profile <profile>]
                   [--no-input] [--output <output>]
            """,
        discussion: """
            A session whose client vanished stands as live until its end is recorded.
            With -o tsv: id, state, node, opened, user, permission set, Linux user, kind,
            Region, account, ended.

            Examples:
              ssm-broker sessions --state pending,live
              ssm-broker sessions --all --user alice --output json
            """
    )

    @Flag(help: "Everybody's sessions: for auditors and administrators, and recorded.")
    var all = false
    @Option(help: "Only sessions of this user name.")
    var user: String?
    @Option(help: "Only sessions of this permission set.")
    var permissionSet: String?
    @Option(help: "Only sessions on this node.")
    var node: String?
    @Option(help: ArgumentHelp("Only pending, failed, unknown, live or ended ones.", valueName: "states"))
    var state: String?
    @Option(help: "The most sessions to show.")
    var limit: Int = 100
    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let request = try request()
        let sessions = try await world.broker(profile: signIn.profile).sessions(request, upTo: limit)
        let rows = SessionTable.rows(of: sessions)
        if sessions.isEmpty, !format.isForPrograms { world.output.tell(emptiness) }
        world.output.write(["sessions": .array(rows.objects())], rows: rows, as: format) {
            SessionTable.of(sessions).lines(width: world.output.columns)
        }
    }

    /// Why there may be none, for a person who sees an empty table.
    private var emptiness: String {
        guard all || user == nil else { return "No session of yours fits; those of others are shown with --all." }
        return all ? "No session fits." : "You have no session that fits; those of others are shown with --all."
    }

    private func request() throws -> SessionListRequest {
        var problems: [String] = []
        let node = node.map { try? NodeID($0) }
        if case .some(nil) = node { problems.append("--node is no node id as i-0123456789abcdef0.") }
        let states = state.map { text in
            text.split(separator: ",", omittingEmptySubsequences: false)
                .map { SessionHistory.State(rawValue: String($0)) }
        }
        if states?.contains(nil) == true {
            let known = SessionHistory.State.allCases.map(\.rawValue).joined(separator: ", ")
            problems.append("--state is none of \(known), or several of them with commas between.")
        }
        if limit < 1 { problems.append("--limit is not at least 1.") }
        guard problems.isEmpty else {
            throw CommandFailure(.usage, code: "QUERY_INVALID", what: "The list cannot be asked for.", why: problems)
        }
        return SessionListRequest(
            isOfEverybody: all,
            query: SessionQuery(
                user: user,
                permissionSet: permissionSet,
                node: node ?? nil,
                states: states.map { Set($0.compactMap(\.self)) }
            )
        )
    }
}
