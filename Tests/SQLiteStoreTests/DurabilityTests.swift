import SessionCore
import TestSupport
import Testing

@testable import SQLiteStore

@Suite("What is on the disk")
struct DurabilityTests {
    @Test("a new file that several open at once is opened by all of them")
    func openedAtOnce() async throws {
        for _ in 0..<10 {
            let folder = try DatabaseFolder()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { _ = try await folder.store() } }
                try await group.waitForAll()
            }
            #expect(try await folder.store().heads().count == 4)
        }
    }

    @Test("a record is in the files when the append returns, so that a crash loses nothing")
    func survivesACrash() async throws {
        let folder = try DatabaseFolder()
        let store = try await folder.store()
        let appended = try await store.append(try AuditSamples.record(1, .intent, session: 1))
        // What a crash would leave: the files as they are, with the store still open on the originals.
        let survivor = try await folder.store(at: try folder.copy(to: "after-crash.db"))
        #expect(try await survivor.records(matching: AuditQuery(user: "alice")).records == [appended])
        #expect(try await survivor.heads() == (try await store.heads()))
    }

    @Test("every commit is synchronised to a write-ahead log")
    func settings() async throws {
        let store = try await DatabaseFolder().store()
        let pragmas = try await store.queue.run { connection in
            [
                try connection.rows("PRAGMA journal_mode") { try $0.text(0) },
                try connection.rows("PRAGMA synchronous") { "\(try $0.integer(0))" },
            ]
        }
        // 2 is FULL.
        #expect(pragmas == [["wal"], ["2"]])
    }

    @Test("a file opened again has its records, its chains and their number")
    func reopens() async throws {
        let folder = try DatabaseFolder()
        let appended = try await folder.store(chains: 3).append(try AuditSamples.record(1, .intent))
        let store = try await folder.store(chains: 8)
        #expect(try await store.heads().count == 3)
        #expect(try await store.records(matching: AuditQuery(user: "alice")).records == [appended])
        _ = try await store.append(try AuditSamples.record(2, .intent))
        try await AuditStoreContract.checkChains(of: store)
    }

    @Test("the files are their owner's alone")
    func mode() async throws {
        let folder = try DatabaseFolder()
        let store = try await folder.store()
        _ = try await store.append(try AuditSamples.record(1, .intent))
        for suffix in ["", "-wal", "-shm"] { #expect(try folder.mode(suffix) == 0o600) }
    }

    @Test("a file that others could read is closed to them")
    func tightensMode() async throws {
        let folder = try DatabaseFolder()
        try folder.write("", mode: 0o644)
        _ = try await folder.store()
        #expect(try folder.mode() == 0o600)
    }

    struct Tampering: Sendable {
        let why: String
        let sql: String
    }

    static let refused = [
        Tampering(why: "a change", sql: "UPDATE audit SET user = 'mallory' WHERE seq = 1"),
        Tampering(why: "a change that changes nothing", sql: "UPDATE audit SET user = user"),
        Tampering(why: "a deletion", sql: "DELETE FROM audit WHERE seq = 1"),
        Tampering(why: "all of it", sql: "DELETE FROM audit"),
        Tampering(
            why: "a replacement by place",
            sql: """
                INSERT OR REPLACE INTO audit (chain, seq, previous, hash, bytes, id, time, event)
                SELECT chain, seq, previous, hash, x'7b7d', 'x', time, event FROM audit WHERE seq = 1
                """
        ),
        Tampering(
            why: "a replacement by id, at the next place",
            sql: """
                INSERT OR REPLACE INTO audit (chain, seq, previous, hash, bytes, id, time, event)
                SELECT chain, seq + 1, previous, hash, x'7b7d', id, time, event FROM audit WHERE seq = 1
                """
        ),
        Tampering(
            why: "a replacement by row, at the next place",
            sql: """
                INSERT OR REPLACE INTO audit (position, chain, seq, previous, hash, bytes, id, time, event)
                SELECT position, chain, seq + 1, previous, hash, x'7b7d', 'x', time, event FROM audit WHERE seq = 1
                """
        ),
        Tampering(
            why: "a replacement by claim, at the next place",
            sql: """
                INSERT OR REPLACE INTO audit (chain, seq, previous, hash, bytes, id, time, event, claim)
                SELECT chain, seq + 1, previous, hash, x'7b7d', 'x', time, event, claim FROM audit WHERE seq = 1
                """
        ),
        Tampering(
            why: "a gap",
            sql: """
                INSERT INTO audit (chain, seq, previous, hash, bytes, id, time, event)
                SELECT chain, seq + 2, previous, hash, x'7b7d', 'x', time, event FROM audit WHERE seq = 1
                """
        ),
        Tampering(why: "a head that goes back", sql: "UPDATE head SET seq = 0"),
        Tampering(why: "a head that runs ahead", sql: "UPDATE head SET seq = seq + 1"),
        Tampering(
            why: "a head beside its record",
            sql: """
                BEGIN;
                INSERT INTO audit (chain, seq, previous, hash, bytes, id, time, event)
                SELECT chain, seq + 1, hash, hash, x'7b7d', 'x', time, event FROM audit WHERE seq = 1;
                UPDATE head SET seq = seq + 1, hash = zeroblob(32)
                """
        ),
        Tampering(why: "another hash", sql: "UPDATE head SET hash = zeroblob(32)"),
        Tampering(why: "a chain that is dropped", sql: "DELETE FROM head"),
        Tampering(why: "a chain that begins again", sql: "INSERT OR REPLACE INTO head VALUES (0, 0, zeroblob(32))"),
    ]

    @Test("SQL that would rewrite the log is refused, whoever's connection it comes from", arguments: refused)
    func appendOnly(_ tampering: Tampering) async throws {
        let folder = try DatabaseFolder()
        let store = try await folder.store(chains: 1)
        _ = try await store.append(try AuditSamples.record(1, .intent, session: 1, requestID: 1))
        let before = try await store.chain(0, from: 0, limit: 9)
        // 1811 is SQLITE_CONSTRAINT_TRIGGER.
        #expect(throws: SQLiteFailure.other(1811)) { try folder.connection().execute(tampering.sql) }
        #expect(try await store.chain(0, from: 0, limit: 9) == before)
    }

    struct Search: Sendable {
        let why: String
        let query: AuditQuery
        let index: String
    }

    static let searches = [
        Search(why: "by user", query: AuditQuery(user: "a"), index: "audit_by_user"),
        Search(why: "by permission set", query: AuditQuery(permissionSet: "a"), index: "audit_by_permission_set"),
        Search(why: "by node", query: AuditQuery(node: try? NodeID("i-0bbbbbbbbbbbbbbb2")), index: "audit_by_node"),
        Search(why: "by time", query: AuditQuery(since: AuditSamples.start), index: "audit_by_time"),
        Search(
            why: "by account",
            query: AuditQuery(account: try? AccountID("111122223333")),
            index: "audit_by_account"
        ),
        Search(why: "by Region", query: AuditQuery(region: try? Region("eu-west-1")), index: "audit_by_region"),
        Search(why: "by Linux user", query: AuditQuery(linuxUser: "a"), index: "audit_by_linux_user"),
        Search(why: "by decision", query: AuditQuery(code: "A"), index: "audit_by_code"),
        Search(why: "by one event", query: AuditQuery(events: [.denied]), index: "audit_by_event"),
        Search(why: "by several events", query: AuditQuery(events: [.denied, .failed]), index: "audit_by_time"),
        Search(
            why: "by what leaves fewer",
            query: AuditQuery(user: "a", region: try? Region("eu-west-1"), events: [.denied], code: "A"),
            index: "audit_by_user"
        ),
    ]

    @Test("each kind of query has an index, which also gives the order", arguments: searches)
    func indexes(_ search: Search) async throws {
        let store = try await DatabaseFolder().store()
        let plan = try await store.queue.run { connection in
            let statement = AuditTable.statement(for: search.query)
            return try connection.rows("EXPLAIN QUERY PLAN " + statement.sql, statement.values) { try $0.text(3) }
        }
        #expect(plan.count == 1)
        #expect(plan.first.map { "\($0) ".contains("USING INDEX \(search.index) ") } == true, "\(plan)")
    }
}
