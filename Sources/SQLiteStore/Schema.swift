#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The tables, and how a file gets them.
enum Schema {
    /// `SSMB`: tells our files from other programs' databases.
    static let applicationID: Int64 = 0x5353_4D42

    /// The version of the tables below; each migration leads to the next one.
    static var version: Int64 { Int64(migrations.count) }

    /// Refuses a file that is not ours to change, before anything is changed.
    static func check(_ connection: Connection) throws {
        guard !connection.isReadOnly else { throw SQLiteFailure.readOnly }
        let tables = try number(connection, "SELECT count(*) FROM sqlite_schema")
        let application = try number(connection, "PRAGMA application_id")
        guard tables == 0 || application == applicationID else { throw SQLiteFailure.foreign }
        let found = try number(connection, "PRAGMA user_version")
        guard found <= version else { throw SQLiteFailure.newerSchema(found: found, known: version) }
    }

    /// Sets what holds for the connection or for the whole file.
    static func configure(_ connection: Connection) throws {
        let mode = try journalMode(connection)
        guard mode == "wal" else { throw SQLiteFailure.journal(mode) }
        // With a write-ahead log, only FULL has a commit on the disk before it returns.
        try connection.execute("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
    }

    /// Sets the write-ahead log; another process that does the same with a new file is waited for here, as SQLite itself does not wait.
    private static func journalMode(_ connection: Connection) throws -> String {
        for _ in 0..<100 {
            do {
                return try connection.rows("PRAGMA journal_mode = WAL") { try $0.text(0) }.first ?? ""
            } catch SQLiteFailure.locked {
                usleep(10_000)
            }
        }
        throw SQLiteFailure.locked
    }

    /// Brings the file to the current version; call within a transaction, as another process may be doing the same.
    static func migrate(_ connection: Connection) throws {
        let found = Int(try number(connection, "PRAGMA user_version"))
        guard found < migrations.count else { return }
        for migration in migrations[found...] { try migration(connection) }
        try connection.execute("PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
    }

    /// Whether the file needs no migration.
    static func isCurrent(_ connection: Connection) throws -> Bool {
        try number(connection, "PRAGMA user_version") == version
    }

    private static func number(_ connection: Connection, _ sql: String) throws -> Int64 {
        guard let number = try connection.rows(sql, read: { try $0.integer(0) }).first else {
            throw SQLiteFailure.corrupt
        }
        return number
    }

    /// A version is final once it has been released; a change is a new entry.
    private static let migrations: [@Sendable (Connection) throws -> Void] = [
        { try $0.execute(SchemaVersions.audit) },
        { connection in
            try connection.execute(SchemaVersions.sessions)
            try SessionTable(connection: connection).rebuild()
        },
        { try $0.execute(SchemaVersions.maps) },
    ]
}
