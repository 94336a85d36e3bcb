internal import SessionCore

/// What only copies need.
extension AuditTable {
    /// Puts records where they stood in the log that they come from; call within a transaction.
    func keep(_ records: [ChainedRecord]) throws {
        for chained in records {
            guard let record = chained.record else { throw SQLiteFailure.newerRecord }
            try insert(chained, record)
            let place: [SQLValue] = [
                .integer(chained.sequence), .blob(chained.hash), .integer(Int64(chained.chain)),
            ]
            try connection.run(
                chained.sequence == 0
                    ? "INSERT INTO head (seq, hash, chain) VALUES (?, ?, ?)"
                    : "UPDATE head SET seq = ?, hash = ? WHERE chain = ?",
                place
            )
        }
    }

    /// The record with an id of its own.
    func record(_ id: RecordID) throws -> ChainedRecord? {
        try chained("WHERE id = ?", [.text(id.text)]).first
    }

    /// The broker's id of the session that Systems Manager knows under another.
    func session(ofSessionID sessionID: String) throws -> RecordID? {
        let found = try connection.rows(
            """
            SELECT session FROM audit
            WHERE session IS NOT NULL AND json_extract(CAST(bytes AS TEXT), '$.aws.sessionId') = ? LIMIT 1
            """,
            [.text(sessionID)]
        ) { try $0.text(0) }
        return found.first.flatMap { try? RecordID($0) }
    }

    /// The first row that no chain leads to, or whose columns say something else than its record.
    func disagreement() throws -> AuditDisagreement? {
        for (isStray, condition) in [(true, Self.stray), (false, Self.mismatch)] {
            let found = try connection.rows(
                "SELECT chain, seq FROM audit WHERE \(condition) ORDER BY chain, seq LIMIT 1"
            ) { row in
                AuditDisagreement(
                    chain: Int(try row.integer(0)),
                    sequence: try row.integer(1),
                    isStray: isStray
                )
            }
            if let first = found.first { return first }
        }
        return nil
    }

    private static let stray = """
        seq < 0 OR NOT EXISTS (SELECT 1 FROM head WHERE head.chain = audit.chain AND head.seq >= audit.seq)
        """

    /// Each column beside the member of the record that it repeats.
    private static let repeated = [
        ("id", "id"), (CopySchema.timeText, "time"), ("event", "event"), ("session", "session"),
        ("user", "caller.user"), ("permission_set", "caller.permissionSet"), ("node", "access.node"),
        ("region", "access.region"), ("linux_user", "access.linuxUser"), ("code", "decision.code"),
    ]

    private static let mismatch =
        "NOT json_valid(CAST(bytes AS TEXT)) OR account IS NOT COALESCE("
        + "json_extract(CAST(bytes AS TEXT), '$.access.account'), json_extract(CAST(bytes AS TEXT), '$.caller.account')) OR "
        + repeated.map { "(\($0.0)) IS NOT json_extract(CAST(bytes AS TEXT), '$.\($0.1)')" }.joined(separator: " OR ")
}
