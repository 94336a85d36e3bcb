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
}
