import SessionCore
import TestSupport
import Testing

@testable import DynamoDBStore

@Suite("Many writers on the same tables", .serialized)
struct ConcurrencyTests {
    @Test("eight writers that know nothing of each other lose no record and break no chain")
    func writers() async throws {
        let local = try LocalDynamoDB.shared.get()
        let name = try local.makeTables()
        let writers = 8
        let each = 6
        // Opened side by side, so that they also race to begin the chains.
        let stores = try await withThrowingTaskGroup(of: DynamoDBStore.self) { group in
            for _ in 0..<writers { group.addTask { try await local.store(on: name, chains: 3) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(try await stores[0].heads().map(\.sequence) == [0, 0, 0])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (writer, store) in stores.enumerated() {
                group.addTask {
                    for number in 0..<each {
                        _ = try await store.append(try AuditSamples.record(1000 + writer * each + number, .checked))
                    }
                }
            }
            try await group.waitForAll()
        }
        try await AuditStoreContract.checkChains(of: stores[0])
        let page = try await stores[1].records(matching: AuditQuery(user: "alice", limit: 500))
        let expected = (0..<(writers * each)).reversed().map { AuditSamples.id(1000 + $0) }
        #expect(page.records.map { $0.record?.id } == expected)
    }

    @Test("of outcomes that race from different processes, one wins")
    func outcomes() async throws {
        let local = try LocalDynamoDB.shared.get()
        let name = try local.makeTables()
        let first = try await local.store(on: name)
        var stores = [first]
        for _ in 1..<8 { stores.append(try await local.store(on: name)) }
        _ = try await first.append(try AuditSamples.record(1, .intent, session: 1))
        let wins = await withTaskGroup(of: Int.self) { group in
            for (number, store) in stores.enumerated() {
                group.addTask {
                    do {
                        _ = try await store.append(try AuditSamples.record(10 + number, .started, session: 1))
                        return 1
                    } catch {
                        #expect(error as? AuditStoreFailure == .outcomeAlreadyRecorded)
                        return 0
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(wins == 1)
        #expect(try await first.records(ofSession: AuditSamples.id(1)).map(\.event) == [.intent, .started])
        try await AuditStoreContract.checkChains(of: first)
    }

    @Test("tables that have chains keep their number, whatever the settings say")
    func keepsChains() async throws {
        let local = try LocalDynamoDB.shared.get()
        let name = try local.makeTables()
        _ = try await local.store(on: name, chains: 2)
        #expect(try await local.store(on: name, chains: 5).heads().count == 2)
    }
}
