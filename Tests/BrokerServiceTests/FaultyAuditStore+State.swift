import SessionCore
import Synchronization
import TestSupport

extension FaultyAuditStore: BlockStore {
    func blocks() async throws -> [Block] {
        journal.write("asked for blocks")
        return try await memory.blocks()
    }

    func block(matching keys: [BlockKey]) async throws -> Block? {
        journal.write("asked for a block")
        if let failure = blockFailure.withLock({ $0 }) { throw failure }
        return try await memory.block(matching: keys)
    }
}
