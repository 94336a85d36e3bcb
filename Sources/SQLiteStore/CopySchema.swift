/// What makes a copy of a log out of the store's own tables.
///
/// A copy has the tables `audit` and `head` as ``Schema`` makes them, triggers included, so that a copy too can only grow; `sessions`,
/// which proves nothing, stays empty. It adds
/// - the table `copy`, one row: `source`, the broker's address;
/// - the view `record`, for any SQL tool: place (`chain`, `seq`), `time` as RFC 3339 in UTC, `event`, `session`, `user`,
///   `permission_set`, `account`, `region`, `node`, `linux_user`, `code`, what else the record says (`detail`, `reason`, `ticket`,
///   `session_id`, `source_ip`), `hash` and `previous` in hexadecimal, and `text`, the record's canonical JSON.
///
/// A copy is one file without a write-ahead log: it can be sent, and read from where nothing can be written.
enum CopySchema {
    /// `SSMC`: keeps a broker from going on with a copy as with its own log.
    static let applicationID: Int64 = 0x5353_4D43

    /// Opens a file to read; neither a copy nor a broker's own store is changed.
    static func checkReadable(_ connection: Connection) throws {
        let application = try number(connection, "PRAGMA application_id")
        guard application == applicationID || application == Schema.applicationID else { throw SQLiteFailure.foreign }
        let found = try number(connection, "PRAGMA user_version")
        guard found <= Schema.version else { throw SQLiteFailure.newerSchema(found: found, known: Schema.version) }
        guard found == Schema.version else { throw SQLiteFailure.olderSchema(found: found, known: Schema.version) }
        // A view of such a name could show a verification other rows than a later search.
        let tables = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('audit', 'head')"
        guard try number(connection, tables) == 2 else { throw SQLiteFailure.corrupt }
    }

    /// Makes an empty file a copy, and brings one that is a copy to the current version.
    ///
    /// - Throws: ``SQLiteFailure/foreign`` for another program's file or a broker's own store, ``SQLiteFailure/otherSource(_:)`` for the
    ///   copy of another log.
    static func prepare(_ connection: Connection, source: String) throws {
        guard !connection.isReadOnly else { throw SQLiteFailure.readOnly }
        try connection.execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA synchronous = FULL")
        // Records come with a dozen indexes, into which most of them go at any place: without room, each would be read again and again.
        // What a refused statement is undone by, SQLite would else write to a file for every record, for the triggers' sake.
        try connection.execute("PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY")
        try connection.transaction {
            let application = try number(connection, "PRAGMA application_id")
            let isEmpty = try number(connection, "SELECT count(*) FROM sqlite_schema") == 0
            guard isEmpty || application == applicationID else { throw SQLiteFailure.foreign }
            let found = try number(connection, "PRAGMA user_version")
            guard found <= Schema.version else { throw SQLiteFailure.newerSchema(found: found, known: Schema.version) }
            if !isEmpty {
                let known = try connection.rows("SELECT source FROM copy") { try $0.text(0) }
                guard known == [source] else { throw SQLiteFailure.otherSource(known.first ?? "") }
                guard found < Schema.version else { return }
            }
            try Schema.migrate(connection)
            try connection.execute(additions)
            try connection.execute("PRAGMA application_id = \(applicationID)")
            if isEmpty { try connection.run("INSERT INTO copy (source) VALUES (?)", [.text(source)]) }
        }
    }

    private static func number(_ connection: Connection, _ sql: String) throws -> Int64 {
        guard let number = try connection.rows(sql, read: { try $0.integer(0) }).first else {
            throw SQLiteFailure.corrupt
        }
        return number
    }

    /// A moment as it stands in records, from the column's milliseconds; whole numbers only, as fractions would round.
    static let timeText =
        "strftime('%Y-%m-%dT%H:%M:%S', time / 1000, 'unixepoch') || printf('.%03dZ', time % 1000)"

    private static func member(_ path: String, as name: String) -> String {
        "json_extract(CAST(bytes AS TEXT), '$.\(path)') AS \(name)"
    }

    private static let additions = """
        CREATE TABLE IF NOT EXISTS copy (source TEXT NOT NULL) STRICT;
        DROP VIEW IF EXISTS record;
        CREATE VIEW record AS SELECT
            chain, seq, \(timeText) AS time, event, session, user, permission_set, account, region, node, linux_user, code,
            \(member("decision.detail", as: "detail")), \(member("access.reason", as: "reason")),
            \(member("access.ticket", as: "ticket")), \(member("aws.sessionId", as: "session_id")),
            \(member("request.sourceIp", as: "source_ip")),
            lower(hex(hash)) AS hash, lower(hex(previous)) AS previous, CAST(bytes AS TEXT) AS text
        FROM audit;
        """
}
