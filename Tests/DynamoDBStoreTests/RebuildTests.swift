import AWSClient
import SessionCore
import TestSupport
import Testing

@testable import DynamoDBStore

@Suite("The state of sessions on DynamoDB, made anew", .serialized)
struct RebuildTests {
    /// Puts an item in the place of a session's, as somebody with rights on the table could.
    private func spoil(_ session: Int, with item: SessionItem, in store: DynamoDBStore) async throws {
        let call = try await StoreCall(store)
        let write = DynamoDB.Write.put(item.item(id: AuditSamples.id(session)), in: store.tables.sessions, if: nil)
        try await call.dynamodb.transact([write], token: "spoil-\(session)-\(item.revision)")
    }

    @Test("a table brought back from an earlier moment is made anew, its counts with it")
    func restored() async throws {
        let local = try LocalDynamoDB.shared.get()
        let store = try await local.store(on: try local.makeTables(), chains: 3)
        let limit = SessionLimit(maximum: 1)
        _ = try await store.append(try AuditSamples.record(1, .intent, session: 1), limit: limit)
        let pending = try #require(try await store.session(AuditSamples.id(1)))
        _ = try await store.append(try AuditSamples.record(2, .started, session: 1))
        _ = try await store.append(try AuditSamples.record(3, .ended, session: 1))
        let ended = try await store.session(AuditSamples.id(1))
        try await spoil(1, with: SessionItem(revision: 1, session: pending), in: store)
        var count = Tables.key(only: Tables.owner(pending.owner))
        count["count"] = .number(1)
        let call = try await StoreCall(store)
        try await call.dynamodb.transact([.put(count, in: store.tables.sessions, if: nil)], token: "spoil-count")
        #expect(try await store.rebuild(AuditSamples.id(1)))
        #expect(try await store.session(AuditSamples.id(1)) == ended)
        #expect(try await !store.rebuild(AuditSamples.id(1)))
        // The records go on from there, and the owner has room for one session again.
        _ = try await store.append(try AuditSamples.record(4, .credentials, session: 1))
        #expect(try await store.session(AuditSamples.id(1)) == ended)
        _ = try await store.append(try AuditSamples.record(5, .intent, session: 5), limit: limit)
        await #expect(throws: AuditStoreFailure.tooManySessions(1)) {
            try await store.append(try AuditSamples.record(6, .intent, session: 6), limit: limit)
        }
    }

    @Test("whoever appends while a session is made anew is not lost in it")
    func race() async throws {
        let local = try LocalDynamoDB.shared.get()
        let name = try local.makeTables()
        let store = try await local.store(on: name, chains: 3)
        _ = try await store.append(try AuditSamples.record(1, .intent, session: 1))
        let pending = try #require(try await store.session(AuditSamples.id(1)))
        _ = try await store.append(try AuditSamples.record(2, .started, session: 1))
        try await spoil(1, with: SessionItem(revision: 9, session: pending), in: store)
        let other = try await local.store(on: name)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for _ in 0..<6 { _ = try await other.rebuild(AuditSamples.id(1)) } }
            for number in 3...8 {
                let event: AuditEvent = number == 8 ? .ended : .credentials
                group.addTask { _ = try await store.append(try AuditSamples.record(number, event, session: 1)) }
            }
            try await group.waitForAll()
        }
        let records = try await store.records(ofSession: AuditSamples.id(1))
        #expect(records.count == 8)
        let told = SessionHistory(records: records)
        #expect(told?.state == .ended)
        #expect(try await store.session(AuditSamples.id(1)) == told)
        try await AuditStoreContract.checkChains(of: store)
    }
}
