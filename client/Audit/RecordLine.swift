internal import SessionCore

/// One record in columns: for tables, and for programs that want no nested objects.
struct RecordLine: Sendable {
    private let chained: ChainedRecord
    private let record: AuditRecord?

    init(_ chained: ChainedRecord) {
        self.chained = chained
        record = chained.record
    }

    /// The columns of ``cells``, for the first line of CSV; TSV has the same without it.
    static let names = [
        "time", "event", "code", "user", "permission_set", "account", "region", "node", "linux_user", "kind", "session",
        "session_id", "command", "host", "port", "reason", "ticket", "source_ip", "detail", "record", "chain",
        "sequence", "hash",
    ]

    /// A cell for each of ``names``; empty where the record says nothing.
    var cells: [String] {
        let head = ChainHead(chain: chained.chain, sequence: chained.sequence, hash: chained.hash).json
        let place = [String(chained.chain), String(chained.sequence), head["hash"]?.text ?? ""]
        guard let record else { return Array(repeating: "", count: Self.names.count - 3) + place }
        let who = [record.caller?.owner.user, record.caller?.permissionSet]
        let account = record.access?.account.digits ?? record.caller?.owner.account
        let place1 = [account, record.access?.region.name, record.access?.node.text, record.access?.linuxUser]
        let session = [record.access?.kind.rawValue, record.session?.text, record.aws?.sessionID]
        let parameters = record.access?.parameters
        let what = [parameters?.command, parameters?.host, parameters?.port.map { String($0) }]
        let why = [record.access?.reason, record.access?.ticket, record.request?.sourceIP, record.decision?.detail]
        let all =
            [record.time.description, record.event.rawValue, record.decision?.code] + who + place1 + session + what
            + why
        return all.map { $0 ?? "" } + [record.id.text] + place
    }

    /// Records for programs.
    static func rows(of records: [ChainedRecord]) -> Rows {
        Rows(
            objects: { records.map { RecordLine($0).json } },
            cells: { records.map { RecordLine($0).cells } }
        )
    }

    /// A record for programs: its place in the chain, and the record itself as an object.
    var json: JSON {
        var members = chained.json.members ?? [:]
        if let parsed = try? JSON(parsing: chained.bytes) { members["record"] = parsed }
        return .object(members)
    }

    /// What happened, in a few words.
    var event: String {
        guard let record else { return "unreadable here: chain \(chained.chain), record \(chained.sequence)" }
        var event = record.event.rawValue
        if let code = record.decision?.code, code != AuditDecision.granted { event += " \(code)" }
        if record.decision?.code == AuditDecision.granted, let access = record.access {
            if let linuxUser = access.linuxUser { event += " as \(linuxUser)" }
            event += access.purpose.map { ": \($0)" } ?? ""
        }
        return event
    }

    /// The columns of ``row``.
    static let columns = [
        Table.Column("TIME (UTC)"), Table.Column("USER", mayShrink: true),
        Table.Column("PERMISSION SET", mayShrink: true), Table.Column("NODE"), Table.Column("EVENT", mayShrink: true),
    ]

    /// The record in a table.
    var row: [String] {
        guard let record else { return ["-", "-", "-", "-", event] }
        return [
            Self.moment(record.time), record.caller?.owner.user ?? "-", record.caller?.permissionSet ?? "-",
            record.access?.node.text ?? "-", event,
        ]
    }

    /// A moment to the second, as tables show it: `2026-11-21 08:00:00`.
    static func moment(_ time: Timestamp) -> String {
        String(time.description.prefix(19).map { $0 == "T" ? " " : $0 })
    }
}
