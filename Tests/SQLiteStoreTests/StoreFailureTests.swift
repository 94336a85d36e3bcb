import Dispatch
import Foundation
import SessionCore
import TestSupport
import Testing

@testable import SQLiteStore

@Suite("When the database fails")
struct StoreFailureTests {
    static func unavailable(_ failure: SQLiteFailure) -> AuditStoreFailure { .unavailable(failure.description) }

    /// Why the work failed; nil when it did not.
    static func failure(_ work: @Sendable () async throws -> Void) async -> SQLiteFailure? {
        do {
            try await work()
            return nil
        } catch let failure as SQLiteFailure {
            return failure
        } catch {
            Issue.record(error)
            return nil
        }
    }

    @Test("a full disk is named, keeps nothing of the record, and ends when there is room again")
    func full() async throws {
        let store = try await DatabaseFolder().store()
        let heads = try await store.heads()
        try await store.queue.run { connection in
            let pages = try connection.rows("PRAGMA page_count") { try $0.integer(0) }
            try connection.execute("PRAGMA max_page_count = \(pages[0])")
        }
        let record = try AuditSamples.record(1, .intent, user: String(repeating: "x", count: 100_000))
        await #expect(throws: Self.unavailable(.full)) { try await store.append(record) }
        #expect(try await store.heads() == heads)
        try await store.queue.run { try $0.execute("PRAGMA max_page_count = 100000") }
        #expect(try await store.append(record).record == record)
    }

    @Test("a database that another process holds is named after the bounded wait, and works when it is let go")
    func locked() async throws {
        let folder = try DatabaseFolder()
        let store = try await folder.store(busyMilliseconds: 10)
        let other = try folder.connection()
        try other.execute("BEGIN IMMEDIATE")
        let record = try AuditSamples.record(1, .intent)
        await #expect(throws: Self.unavailable(.locked)) { try await store.append(record) }
        #expect(try await store.records(matching: AuditQuery(user: "alice")).records.isEmpty)
        try other.execute("ROLLBACK")
        _ = try await store.append(record)
    }

    @Test("a database that cannot be written is named, and still read")
    func readOnly() async throws {
        let store = try await DatabaseFolder().store()
        try await store.queue.run { try $0.execute("PRAGMA query_only = ON") }
        await #expect(throws: Self.unavailable(.readOnly)) {
            try await store.append(try AuditSamples.record(1, .intent))
        }
        #expect(try await store.heads().count == 4)
    }

    @Test("damaged pages are named")
    func corrupt() async throws {
        let folder = try DatabaseFolder()
        do {
            let store = try await folder.store()
            for number in 1...50 { _ = try await store.append(try AuditSamples.record(number, .intent)) }
            try await store.queue.run { try $0.execute("PRAGMA wal_checkpoint(TRUNCATE)") }
        }
        try folder.overwrite(from: 4096)
        await #expect(throws: SQLiteFailure.corrupt) { _ = try await folder.store() }
    }

    @Test("a head that does not stand on its chain stops the next append, and the next start")
    func inconsistent() async throws {
        let folder = try DatabaseFolder()
        let store = try await folder.store(chains: 1)
        _ = try await store.append(try AuditSamples.record(1, .intent))
        try folder.connection().execute("DROP TRIGGER audit_stays; DELETE FROM audit WHERE seq = 1")
        await #expect(throws: Self.unavailable(.inconsistent)) {
            try await store.append(try AuditSamples.record(2, .intent))
        }
        await #expect(throws: SQLiteFailure.inconsistent) { _ = try await folder.store() }
    }

    @Test("a chain that is dropped with its head shows at the next start")
    func droppedChain() async throws {
        let folder = try DatabaseFolder()
        _ = try await folder.store(chains: 2)
        try folder.connection().execute(
            """
            DROP TRIGGER audit_stays; DROP TRIGGER head_stays;
            DELETE FROM audit WHERE chain = 1; DELETE FROM head WHERE chain = 1
            """
        )
        await #expect(throws: SQLiteFailure.inconsistent) { _ = try await folder.store() }
    }

    @Test("a file that is no database is named and left as it is")
    func notADatabase() async throws {
        let folder = try DatabaseFolder()
        let text = String(repeating: "These are somebody's notes.\n", count: 100)
        try folder.write(text)
        await #expect(throws: SQLiteFailure.notADatabase) { _ = try await folder.store() }
        #expect(try folder.text() == text)
    }

    @Test("another program's database is named and left as it is")
    func foreign() async throws {
        let folder = try DatabaseFolder()
        try folder.write("")
        let other = try folder.connection()
        try other.execute("CREATE TABLE notes (text TEXT)")
        await #expect(throws: SQLiteFailure.foreign) { _ = try await folder.store() }
        let tables = try other.rows("SELECT name FROM sqlite_schema") { try $0.text(0) }
        #expect(tables == ["notes"])
        #expect(try other.rows("PRAGMA journal_mode") { try $0.text(0) } == ["delete"])
    }

    @Test("a database of a newer version is named and left as it is")
    func newer() async throws {
        let folder = try DatabaseFolder()
        _ = try await folder.store()
        try folder.connection().execute("PRAGMA user_version = 99")
        await #expect(throws: SQLiteFailure.newerSchema(found: 99, known: 3)) { _ = try await folder.store() }
        #expect(try folder.connection().rows("PRAGMA user_version") { try $0.integer(0) } == [99])
    }

    @Test("a path that leads nowhere, or to a folder, is named")
    func paths() async throws {
        let folder = try DatabaseFolder()
        await #expect(throws: SQLiteFailure.cannotOpen) {
            _ = try await folder.store(at: folder.parent + "/none/audit.db")
        }
        await #expect(throws: SQLiteFailure.notAFile) { _ = try await folder.store(at: folder.parent) }
    }

    @Test("a call that takes too long is given up, with those behind it, and the thread serves on")
    func hangs() async throws {
        let folder = try DatabaseFolder()
        _ = try await folder.store()
        // Long enough that a busy machine begins the first call in time, and short enough to wait for twice.
        let queue = DatabaseQueue(try folder.connection(), limitMilliseconds: 2000)
        let gate = DispatchSemaphore(value: 0)
        let (begun, begin) = AsyncStream<Void>.makeStream()
        async let stuck = Self.failure {
            try await queue.run { _ in
                begin.yield()
                gate.wait()
            }
        }
        for await _ in begun { break }
        let behind = await Self.failure {
            try await queue.run { _ in _ = Issue.record("began after it was given up") }
        }
        #expect(behind == .timedOut)
        #expect(await stuck == .timedOut)
        gate.signal()
        // A machine that is busy elsewhere may let this run out of time as well; one that never serves again fails each time.
        var served: [Int64]?
        for _ in 0..<10 where served == nil {
            do {
                served = try await queue.run { try $0.rows("SELECT 7") { try $0.integer(0) } }
            } catch SQLiteFailure.timedOut {}
        }
        #expect(served == [7])
    }

    @Test("databases that hang, more of them than there are processors, keep nothing else from running")
    func manyHang() async throws {
        let folder = try DatabaseFolder()
        _ = try await folder.store()
        let gate = DispatchSemaphore(value: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            let count = 16
            let (begun, begin) = AsyncStream<Void>.makeStream()
            for _ in 0..<count {
                let queue = DatabaseQueue(try folder.connection(), limitMilliseconds: 60_000)
                group.addTask {
                    try await queue.run { _ in
                        begin.yield()
                        gate.wait()
                    }
                }
            }
            var running = 0
            for await _ in begun {
                running += 1
                if running == count { break }
            }
            #expect(try await folder.store().heads().count == 4)
            for _ in 0..<count { gate.signal() }
            try await group.waitForAll()
        }
    }

    @Test("a read-only file is named at the start", .enabled(if: geteuid() != 0, "root may write it anyway"))
    func readOnlyFile() async throws {
        let folder = try DatabaseFolder()
        _ = try await folder.store()
        try folder.setMode(0o400)
        await #expect(throws: SQLiteFailure.readOnly) { _ = try await folder.store() }
    }

    @Test("a statement that runs too long is interrupted")
    func interrupts() async throws {
        let folder = try DatabaseFolder()
        _ = try await folder.store()
        let queue = DatabaseQueue(try folder.connection(), limitMilliseconds: 50)
        let forever = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        await #expect(throws: SQLiteFailure.timedOut) { try await queue.run { try $0.run(forever) } }
        // It would wait behind the endless statement, and be given up, if that had not ended.
        #expect(try await queue.run(within: 60_000) { try $0.rows("SELECT 7") { try $0.integer(0) } } == [7])
    }
}
