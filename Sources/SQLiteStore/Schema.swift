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
        let mode = try connection.rows("PRAGMA journal_mode = WAL") { try $0.text(0) }.first ?? ""
        guard mode == "wal" else { throw SQLiteFailure.journal(mode) }
        // With a write-ahead log, only FULL has a commit on the disk before it returns.
        try connection.execute("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
    }

    /// Brings the file to the current version; call within a transaction, as another process may be doing the same.
    static func migrate(_ connection: Connection) throws {
        let found = Int(try number(connection, "PRAGMA user_version"))
        guard found < migrations.count else { return }
        for migration in migrations[found...] { try connection.execute(migration) }
        try connection.execute("PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
    }

    private static func number(_ connection: Connection, _ sql: String) throws -> Int64 {
        guard let number = try connection.rows(sql, read: { try $0.integer(0) }).first else {
            throw SQLiteFailure.corrupt
        }
        return number
    }

    /// A version is final once it has been released; a change is a new entry.
    private static let migrations = [
        """
        CREATE TABLE audit (
            position INTEGER PRIMARY KEY,
            chain INTEGER NOT NULL CHECK (chain >= 0),
            seq INTEGER NOT NULL CHECK (seq >= 0),
            previous BLOB NOT NULL CHECK (length(previous) = 32),
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            bytes BLOB NOT NULL,
            id TEXT NOT NULL UNIQUE,
            time INTEGER NOT NULL,
            event TEXT NOT NULL,
            session TEXT,
            user TEXT,
            permission_set TEXT,
            node TEXT,
            claim TEXT UNIQUE,
            outcome_of TEXT UNIQUE,
            UNIQUE (chain, seq)
        ) STRICT;

        CREATE INDEX audit_by_time ON audit (time, id);
        CREATE INDEX audit_by_user ON audit (user, time, id) WHERE user IS NOT NULL;
        CREATE INDEX audit_by_permission_set ON audit (permission_set, time, id) WHERE permission_set IS NOT NULL;
        CREATE INDEX audit_by_node ON audit (node, time, id) WHERE node IS NOT NULL;
        CREATE INDEX audit_by_session ON audit (session, time) WHERE session IS NOT NULL;

        CREATE TABLE head (
            chain INTEGER PRIMARY KEY,
            seq INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT;

        CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

        CREATE TRIGGER audit_stays BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

        -- INSERT OR REPLACE deletes without the trigger above, so whatever it would replace is refused here.
        CREATE TRIGGER audit_goes_on BEFORE INSERT ON audit
        WHEN NEW.seq IS NOT 1 + COALESCE((SELECT seq FROM head WHERE chain = NEW.chain), -1)
            OR EXISTS (SELECT 1 FROM audit WHERE chain = NEW.chain AND seq = NEW.seq)
            OR EXISTS (SELECT 1 FROM audit WHERE position = NEW.position)
            OR EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
            OR EXISTS (SELECT 1 FROM audit WHERE claim = NEW.claim)
            OR EXISTS (SELECT 1 FROM audit WHERE outcome_of = NEW.outcome_of)
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

        CREATE TRIGGER head_begins BEFORE INSERT ON head
        WHEN NEW.seq IS NOT 0 OR EXISTS (SELECT 1 FROM head WHERE chain = NEW.chain)
        BEGIN SELECT RAISE(ABORT, 'a chain begins once'); END;

        CREATE TRIGGER head_follows BEFORE UPDATE ON head
        WHEN NEW.chain IS NOT OLD.chain OR NEW.seq IS NOT OLD.seq + 1
            OR NOT EXISTS (SELECT 1 FROM audit WHERE chain = NEW.chain AND seq = NEW.seq AND hash = NEW.hash)
        BEGIN SELECT RAISE(ABORT, 'a head follows its chain'); END;

        CREATE TRIGGER head_stays BEFORE DELETE ON head
        BEGIN SELECT RAISE(ABORT, 'a chain does not end'); END;
        """
    ]
}
