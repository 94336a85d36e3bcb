import SessionCore
import TestSupport
import Testing

@testable import SQLiteStore

@Suite("A file of an older version")
struct MigrationTests {
    /// The records of a file that a broker of version 1 has written, one session of each kind and what stands between.
    static func records() throws -> [AuditRecord] {
        var started = try AuditSamples.record(3, .started, session: 1)
        started.aws = AuditAWS(sessionID: "alice.0000-1")
        var read = try AuditSamples.record(8, .read, account: "444455556666")
        read.access = nil
        return [
            try AuditSamples.record(1, .intent, session: 1, requestID: 1),
            try AuditSamples.record(2, .denied, user: "bob", region: "eu-central-1", linuxUser: nil, code: "A"),
            started,
            try AuditSamples.record(4, .intent, session: 4, user: "Žofie"),
            try AuditSamples.record(5, .failed, session: 4, user: "Žofie"),
            try AuditSamples.record(6, .intent, session: 6),
            try AuditSamples.record(7, .ended, session: 1),
            read,
        ]
    }

    /// Writes a file as version 1 was, in SQL of its own.
    static func writeVersion1(_ records: [AuditRecord], in folder: DatabaseFolder, chains: Int = 2) throws {
        try folder.write("")
        let connection = try folder.connection()
        try connection.execute(SchemaVersions.audit)
        try connection.execute("PRAGMA application_id = 1397968194; PRAGMA user_version = 1; PRAGMA journal_mode = WAL")
        var heads: [ChainHead] = []
        func append(_ record: AuditRecord, to chain: Int) throws {
            let head = heads.first { $0.chain == chain }
            let chained = ChainedRecord(
                chain: chain,
                sequence: head.map { $0.sequence + 1 } ?? 0,
                previous: head?.hash ?? AuditChain.beginning,
                record: record
            )
            try connection.run(
                """
                INSERT INTO audit (chain, seq, previous, hash, bytes, id, time, event, session, user, permission_set,
                    node, claim, outcome_of)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .integer(Int64(chain)), .integer(chained.sequence), .blob(chained.previous), .blob(chained.hash),
                    .blob(chained.bytes), .text(record.id.text), .integer(record.time.milliseconds),
                    .text(record.event.rawValue), .optional(record.session?.text),
                    .optional(record.caller?.owner.user), .optional(record.caller?.permissionSet),
                    .optional(record.access?.node.text), .optional(record.claim), .optional(record.outcomeOf?.text),
                ]
            )
            let sql =
                head == nil
                ? "INSERT INTO head (seq, hash, chain) VALUES (?, ?, ?)"
                : "UPDATE head SET seq = ?, hash = ? WHERE chain = ?"
            try connection.run(sql, [.integer(chained.sequence), .blob(chained.hash), .integer(Int64(chain))])
            heads.removeAll { $0.chain == chain }
            heads.append(ChainHead(chain: chain, sequence: chained.sequence, hash: chained.hash))
        }
        for chain in 0..<chains {
            let id = AuditSamples.id(1000 + chain)
            try append(AuditChain.genesis(chain: chain, of: chains, id: id, time: AuditSamples.start), to: chain)
        }
        for record in records { try append(record, to: AuditChain.chain(for: record.id, of: chains)) }
    }

    @Test("version 1 becomes what this version would have written, byte for byte in the chains")
    func version1() async throws {
        let old = try DatabaseFolder()
        try Self.writeVersion1(try Self.records(), in: old)
        let migrated = try await old.store()
        let new = try DatabaseFolder()
        let fresh = try await new.store(chains: 2)
        for record in try Self.records() { _ = try await fresh.append(record) }

        try await AuditStoreContract.checkChains(of: migrated)
        for chain in 0..<2 {
            let records = try await migrated.chain(chain, from: 1, limit: 100).map(\.bytes)
            #expect(records == (try await fresh.chain(chain, from: 1, limit: 100).map(\.bytes)))
        }
        let sessions = try await migrated.sessions(matching: SessionQuery())
        #expect(sessions == (try await fresh.sessions(matching: SessionQuery())))
        #expect(sessions.sessions.map(\.state) == [.pending, .failed, .ended])
        for query in ["SELECT * FROM sessions ORDER BY id", Self.columns] {
            #expect(try Self.rows(query, in: old) == (try Self.rows(query, in: new)))
        }
        #expect(try Self.rows(Self.schema, in: old) == (try Self.rows(Self.schema, in: new)))
    }

    @Test("a file that was migrated goes on as any other, and is migrated once")
    func goesOn() async throws {
        let folder = try DatabaseFolder()
        try Self.writeVersion1(try Self.records(), in: folder)
        _ = try await folder.store()
        let store = try await folder.store()
        #expect(try folder.connection().rows("PRAGMA user_version") { try $0.integer(0) } == [3])
        // Session 6 is pending still.
        let second = try AuditSamples.record(20, .intent, session: 20)
        await #expect(throws: AuditStoreFailure.tooManySessions(1)) {
            try await store.append(second, limit: SessionLimit(maximum: 1))
        }
        _ = try await store.append(second, limit: SessionLimit(maximum: 2))
        await #expect(throws: AuditStoreFailure.requestAlreadyUsed) {
            try await store.append(try AuditSamples.record(21, .intent, session: 21, requestID: 1))
        }
        #expect(throws: SQLiteFailure.other(1811)) { try folder.connection().execute("UPDATE audit SET account = 'x'") }
        try await AuditStoreContract.checkChains(of: store)
    }

    @Test("a migration that fails leaves the file as it was")
    func fails() async throws {
        let folder = try DatabaseFolder()
        try Self.writeVersion1(try Self.records(), in: folder)
        try folder.connection().execute("CREATE TABLE sessions (id TEXT)")
        let before = try Self.rows(Self.schema, in: folder)
        await #expect(throws: SQLiteFailure.other(1)) { _ = try await folder.store() }
        #expect(try Self.rows(Self.schema, in: folder) == before)
        #expect(try folder.connection().rows("PRAGMA user_version") { try $0.integer(0) } == [1])
    }

    @Test("the sessions are made anew from the records, whatever the table held")
    func rebuilds() async throws {
        let folder = try DatabaseFolder()
        let store = try await folder.store()
        for record in try Self.records() { _ = try await store.append(record) }
        let before = try await store.sessions(matching: SessionQuery())
        try folder.connection().execute("UPDATE sessions SET state = 'live'; DELETE FROM sessions WHERE user = 'Žofie'")
        try await store.queue.run { connection in
            try connection.transaction { try SessionTable(connection: connection).rebuild() }
        }
        #expect(try await store.sessions(matching: SessionQuery()) == before)
    }

    private static let columns =
        "SELECT id, event, session, user, permission_set, node, account, region, linux_user, code FROM audit WHERE seq > 0"
    private static let schema = "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name"

    /// The rows as text, each column quoted by SQLite itself, in an order of their own.
    private static func rows(_ sql: String, in folder: DatabaseFolder) throws -> Set<String> {
        let connection = try folder.connection()
        try connection.execute("CREATE TEMP TABLE found AS \(sql)")
        let columns = try connection.rows("SELECT name FROM pragma_table_info('found')") { row in
            "quote(\"\(try row.text(0))\")"
        }
        let row = columns.joined(separator: " || ' ' || ")
        return Set(try connection.rows("SELECT \(row) FROM found") { try $0.text(0) })
    }
}
