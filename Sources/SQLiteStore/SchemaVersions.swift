/// What each version adds to the tables.
enum SchemaVersions {
    /// Version 1: the records, where each chain ends, and nothing that could be changed or taken away.
    static let audit = """
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

    /// Version 2: columns for the other filters, and the sessions' state.
    ///
    /// The records stay as they are, but the new columns are read out of their bytes; for that the one trigger steps aside.
    static let sessions = """
        ALTER TABLE audit ADD COLUMN account TEXT;
        ALTER TABLE audit ADD COLUMN region TEXT;
        ALTER TABLE audit ADD COLUMN linux_user TEXT;
        ALTER TABLE audit ADD COLUMN code TEXT;

        DROP TRIGGER audit_keeps;
        UPDATE audit SET
            account = COALESCE(
                json_extract(CAST(bytes AS TEXT), '$.access.account'),
                json_extract(CAST(bytes AS TEXT), '$.caller.account')
            ),
            region = json_extract(CAST(bytes AS TEXT), '$.access.region'),
            linux_user = json_extract(CAST(bytes AS TEXT), '$.access.linuxUser'),
            code = json_extract(CAST(bytes AS TEXT), '$.decision.code');
        CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

        CREATE INDEX audit_by_account ON audit (account, time, id) WHERE account IS NOT NULL;
        CREATE INDEX audit_by_region ON audit (region, time, id) WHERE region IS NOT NULL;
        CREATE INDEX audit_by_linux_user ON audit (linux_user, time, id) WHERE linux_user IS NOT NULL;
        CREATE INDEX audit_by_code ON audit (code, time, id) WHERE code IS NOT NULL;
        CREATE INDEX audit_by_event ON audit (event, time, id);

        -- Beside the log, not part of it: what the records of each session come to. Nothing here proves anything.
        CREATE TABLE sessions (
            id TEXT PRIMARY KEY,
            opened INTEGER NOT NULL,
            owner TEXT NOT NULL,
            user TEXT NOT NULL,
            permission_set TEXT NOT NULL,
            node TEXT NOT NULL,
            state TEXT NOT NULL,
            body BLOB NOT NULL
        ) STRICT;

        CREATE INDEX sessions_by_time ON sessions (opened, id);
        CREATE INDEX sessions_by_owner ON sessions (owner, opened, id);
        CREATE INDEX sessions_by_user ON sessions (user, opened, id);
        CREATE INDEX sessions_by_permission_set ON sessions (permission_set, opened, id);
        CREATE INDEX sessions_by_node ON sessions (node, opened, id);
        CREATE INDEX sessions_by_state ON sessions (state, opened, id);
        -- What limits are counted by: an owner has a handful of these, however many sessions they have had.
        CREATE INDEX sessions_counted ON sessions (owner) WHERE state IN ('pending', 'live');
        """

    /// Version 3: the published role maps, which only grow, and beside them the blocks and the rollout, which change.
    static let maps = """
        CREATE TABLE map_chunk (
            hash TEXT PRIMARY KEY CHECK (length(hash) = 64),
            bytes BLOB NOT NULL CHECK (length(bytes) BETWEEN 1 AND 300000)
        ) STRICT;

        CREATE TABLE map_version (
            number INTEGER PRIMARY KEY CHECK (number >= 1),
            body BLOB NOT NULL
        ) STRICT;

        CREATE TRIGGER map_chunk_keeps BEFORE UPDATE ON map_chunk
        BEGIN SELECT RAISE(ABORT, 'published role maps are append-only'); END;

        CREATE TRIGGER map_chunk_stays BEFORE DELETE ON map_chunk
        BEGIN SELECT RAISE(ABORT, 'published role maps are append-only'); END;

        -- INSERT OR REPLACE deletes without the trigger above, here too.
        CREATE TRIGGER map_chunk_is_new BEFORE INSERT ON map_chunk
        WHEN EXISTS (SELECT 1 FROM map_chunk WHERE hash = NEW.hash)
        BEGIN SELECT RAISE(ABORT, 'published role maps are append-only'); END;

        CREATE TRIGGER map_version_keeps BEFORE UPDATE ON map_version
        BEGIN SELECT RAISE(ABORT, 'published role maps are append-only'); END;

        CREATE TRIGGER map_version_stays BEFORE DELETE ON map_version
        BEGIN SELECT RAISE(ABORT, 'published role maps are append-only'); END;

        CREATE TRIGGER map_version_follows BEFORE INSERT ON map_version
        WHEN NEW.number IS NOT 1 + COALESCE((SELECT MAX(number) FROM map_version), 0)
        BEGIN SELECT RAISE(ABORT, 'a version follows the one before it'); END;

        CREATE TABLE block (
            key TEXT PRIMARY KEY,
            body BLOB NOT NULL
        ) STRICT;

        CREATE TABLE rollout (
            place TEXT PRIMARY KEY,
            account TEXT NOT NULL,
            region TEXT NOT NULL,
            number INTEGER NOT NULL,
            state TEXT NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        """
}
