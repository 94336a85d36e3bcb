internal import ArgumentParser
internal import SessionCore

/// `ssm-broker audit query`.
struct AuditQueryCommand: BrokerCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Show records of the audit log, newest first.",
        usage: """
            ssm-broker audit query [--user <user>] [--node <node>]
                   [--permission-set <permission-set>] [--since <time>]
                   [--until <time>] [--limit <limit>] [--profile <profile>]
                   [--output <output>]
            """,
        discussion: """
            Times are RFC 3339 (2026-11-21T08:00:00Z), or an age: 90s, 30m, 2h, 1d.

            Examples:
              ssm-broker audit query --user alice --since 1d
              ssm-broker audit query --node i-0123456789abcdef0 --output json
            """
    )

    @Option(help: "Only records of this user name.")
    var user: String?
    @Option(help: "Only records of this permission set.")
    var permissionSet: String?
    @Option(help: "Only records about this node.")
    var node: String?
    @Option(help: ArgumentHelp("Only records from this time on.", valueName: "time"))
    var since: String?
    @Option(help: ArgumentHelp("Only records before this time.", valueName: "time"))
    var until: String?
    @Option(help: "The most records to show.")
    var limit: Int = 100
    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        var query = try query(now: world.now())
        let broker = try world.broker(profile: signIn.profile)
        var records: [ChainedRecord] = []
        repeat {
            query.limit = min(limit - records.count, AuditQuery.maximumLimit)
            let page = try await broker.records(matching: query)
            records += page.records
            // A page without records and with a next one would lead round in a circle.
            query.cursor = page.records.isEmpty ? nil : page.next
        } while query.cursor != nil && records.count < limit
        world.output.write(["records": .array(records.map(Self.json))], as: format) {
            Self.table(records).lines(width: world.output.columns)
        }
    }

    private func query(now: Timestamp) throws -> AuditQuery {
        var problems: [String] = []
        let time = { (name: String, text: String?) -> Timestamp? in
            guard let text else { return nil }
            let time = TimeArgument.parse(text, now: now)
            if time == nil { problems.append("--\(name) is neither a time as 2026-11-21T08:00:00Z nor an age as 2h.") }
            return time
        }
        let since = time("since", since)
        let until = time("until", until)
        let node = node.map { try? NodeID($0) }
        if case .some(nil) = node { problems.append("--node is no node id as i-0123456789abcdef0.") }
        if limit < 1 { problems.append("--limit is not at least 1.") }
        guard problems.isEmpty else {
            throw CommandFailure(.usage, code: "QUERY_INVALID", what: "The query cannot be asked.", why: problems)
        }
        return AuditQuery(user: user, permissionSet: permissionSet, node: node ?? nil, since: since, until: until)
    }

    /// A record for programs: its place in the chain, and the record itself as an object.
    private static func json(_ record: ChainedRecord) -> JSON {
        var members = record.json.members ?? [:]
        if let parsed = try? JSON(parsing: record.bytes) { members["record"] = parsed }
        return .object(members)
    }

    private static func table(_ records: [ChainedRecord]) -> Table {
        Table(
            [
                Table.Column("TIME (UTC)"), Table.Column("USER", mayShrink: true),
                Table.Column("PERMISSION SET", mayShrink: true), Table.Column("NODE"),
                Table.Column("EVENT", mayShrink: true),
            ],
            rows: records.map(row)
        )
    }

    private static func row(_ chained: ChainedRecord) -> [String] {
        guard let record = chained.record else {
            return ["-", "-", "-", "-", "unreadable here: chain \(chained.chain), record \(chained.sequence)"]
        }
        let time = record.time.description.prefix(19).map { $0 == "T" ? " " : $0 }
        var event = record.event.rawValue
        if let code = record.decision?.code, code != AuditDecision.granted { event += " \(code)" }
        if let linuxUser = record.access?.linuxUser, record.decision?.code == AuditDecision.granted {
            event += " as \(linuxUser)"
        }
        return [
            String(time), record.caller?.owner.user ?? "-", record.caller?.permissionSet ?? "-",
            record.access?.node.text ?? "-", event,
        ]
    }
}

/// A time as a person writes it on the command line.
enum TimeArgument {
    private static let seconds: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]

    /// The moment that a text means; nil when it means none.
    ///
    /// - Parameters:
    ///   - text: RFC 3339, or a whole number and one of `s`, `m`, `h`, `d`: that long ago.
    ///   - now: From when ages count.
    /// - Returns: The moment, or nil.
    static func parse(_ text: String, now: Timestamp) -> Timestamp? {
        guard let unit = text.last.flatMap({ seconds[$0] }) else { return Timestamp(text) }
        let digits = text.dropLast()
        guard !digits.isEmpty, digits.utf8.count <= 9, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let count = Int64(digits)
        else { return nil }
        return now.advanced(bySeconds: -count * unit)
    }
}
