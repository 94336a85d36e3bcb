import SessionCore
import TestSupport
import Testing

@testable import SQLiteStore

@Suite("The contract of audit stores")
struct AuditStoreContractTests {
    @Test("the store on SQLite keeps it", arguments: AuditStoreContract.rules, [1, 4])
    func sqlite(_ rule: AuditStoreContract, chains: Int) async throws {
        let folder = try DatabaseFolder()
        try await rule.check(try await folder.store(chains: chains))
    }

    @Test("the store in memory keeps it", arguments: AuditStoreContract.rules, [1, 4])
    func memory(_ rule: AuditStoreContract, chains: Int) async throws {
        try await rule.check(MemoryAuditStore(chains: chains))
    }

    /// Writes through two stores in turn, as two processes on one file would.
    struct TwoHands: AuditStore, BlockStore, RoleMapStore {
        let left: SQLiteStore
        let right: SQLiteStore

        func append(_ record: AuditRecord, terms: AppendTerms) async throws -> ChainedRecord {
            try await (record.id.text.utf8.last.map { $0 % 2 == 0 } == true ? left : right).append(record, terms: terms)
        }
        func records(matching query: AuditQuery) async throws -> AuditPage { try await left.records(matching: query) }
        func records(ofSession session: RecordID) async throws -> [AuditRecord] {
            try await right.records(ofSession: session)
        }
        func session(_ id: RecordID) async throws -> SessionHistory? { try await left.session(id) }
        func sessions(matching query: SessionQuery) async throws -> SessionPage {
            try await right.sessions(matching: query)
        }
        func rebuild(_ session: RecordID) async throws -> Bool { try await left.rebuild(session) }
        func chain(_ chain: Int, from: Int64, limit: Int) async throws -> [ChainedRecord] {
            try await left.chain(chain, from: from, limit: limit)
        }
        func heads() async throws -> [ChainHead] { try await right.heads() }
        func blocks() async throws -> [Block] { try await right.blocks() }
        func block(matching keys: [BlockKey]) async throws -> Block? { try await left.block(matching: keys) }
        func pointer() async throws -> RoleMapPointer? { try await left.pointer() }
        func keep(_ chunks: RoleMapChunks) async throws { try await right.keep(chunks) }
        func map(_ number: Int64) async throws -> PublishedRoleMap? { try await left.map(number) }
        func versions(before: Int64?, limit: Int) async throws -> [RoleMapVersion] {
            try await right.versions(before: before, limit: limit)
        }
    }

    @Test("two stores on one file keep it together", arguments: AuditStoreContract.rules)
    func shared(_ rule: AuditStoreContract) async throws {
        let folder = try DatabaseFolder()
        try await rule.check(TwoHands(left: try await folder.store(), right: try await folder.store()))
    }

    @Test("the store on SQLite keeps the contract of role maps", arguments: RoleMapStoreContract.rules)
    func maps(_ rule: RoleMapStoreContract) async throws {
        let folder = try DatabaseFolder()
        try await rule.check(try await folder.store())
        let shared = try DatabaseFolder()
        try await rule.check(TwoHands(left: try await shared.store(), right: try await shared.store()))
        try await rule.check(MemoryAuditStore())
    }

    @Test("the store on SQLite keeps the contract of the rollout", arguments: RolloutStoreContract.rules)
    func rollout(_ rule: RolloutStoreContract) async throws {
        let folder = try DatabaseFolder()
        try await rule.check(try await folder.store())
        try await rule.check(MemoryAuditStore())
    }
}
