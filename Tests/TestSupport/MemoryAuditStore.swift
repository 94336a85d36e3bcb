package import SessionCore
internal import Synchronization

/// A store of everything that forgets: for tests of what stands on one.
package final class MemoryAuditStore: AuditStore {
    struct Entry {
        let record: AuditRecord
        let chained: ChainedRecord
    }

    struct State {
        var entries: [Entry] = []
        var heads: [ChainHead] = []
        var sessions: [RecordID: SessionHistory] = [:]
        var chunks: [String: [UInt8]] = [:]
        var versions: [RoleMapVersion] = []
        var blocks: [BlockKey: Block] = [:]
        var places: [RolloutCursor: RolloutPlace] = [:]

        mutating func add(_ record: AuditRecord, to chain: Int, after head: ChainHead?) -> ChainedRecord {
            let chained = ChainedRecord(
                chain: chain,
                sequence: head.map { $0.sequence + 1 } ?? 0,
                previous: head?.hash ?? AuditChain.beginning,
                record: record
            )
            let new = ChainHead(chain: chain, sequence: chained.sequence, hash: chained.hash)
            if head == nil { heads.append(new) } else { heads[chain] = new }
            entries.append(Entry(record: record, chained: chained))
            if let id = record.session {
                sessions[id] = SessionHistory(records: entries.map(\.record).filter { $0.session == id })
            }
            return chained
        }

        func countedSessions(of owner: SessionOwner) -> Int {
            sessions.values.count { $0.owner == owner && SessionHistory.State.counted.contains($0.state) }
        }
    }

    let state: Mutex<State>
    private let failure: @Sendable (AuditRecord) -> AuditStoreFailure?

    /// Makes an empty store.
    ///
    /// - Parameters:
    ///   - chains: How many chains it has.
    ///   - failure: Says which records cannot be appended, and why; none unless told.
    package init(chains: Int = 4, failure: @escaping @Sendable (AuditRecord) -> AuditStoreFailure? = { _ in nil }) {
        var state = State()
        for chain in 0..<chains {
            let id = AuditSamples.id(0xFFFF_0000 + chain)
            let genesis = AuditChain.genesis(chain: chain, of: chains, id: id, time: AuditSamples.start)
            _ = state.add(genesis, to: chain, after: nil)
        }
        self.state = Mutex(state)
        self.failure = failure
    }

    /// Every record but the genesis ones, in the order in which they came.
    package var appended: [AuditRecord] {
        state.withLock { $0.entries.map(\.record) }.filter { $0.event != .genesis }
    }

    package func append(_ record: AuditRecord, terms: AppendTerms) async throws -> ChainedRecord {
        if let failure = failure(record) { throw failure }
        return try state.withLock { state in
            if let same = state.entries.first(where: { $0.record.id == record.id }) { return same.chained }
            if let claim = record.claim, state.entries.contains(where: { $0.record.claim == claim }) {
                throw AuditStoreFailure.requestAlreadyUsed
            }
            if let intent = record.outcomeOf, state.entries.contains(where: { $0.record.outcomeOf == intent }) {
                throw AuditStoreFailure.outcomeAlreadyRecorded
            }
            if let key = terms.unlessBlocked.first(where: { state.blocks[$0] != nil }), let block = state.blocks[key] {
                throw AuditStoreFailure.blocked(block)
            }
            if let limit = terms.limit, record.event == .intent, let owner = record.caller?.owner,
                state.countedSessions(of: owner) >= limit.maximum
            {
                throw AuditStoreFailure.tooManySessions(limit.maximum)
            }
            if let version = terms.publishing { try state.publish(version) }
            switch terms.blocking {
            case .block(let block)?: state.blocks[block.key] = block
            case .unblock(let key)?: state.blocks[key] = nil
            case nil: break
            }
            let chain = AuditChain.chain(for: record.id, of: state.heads.count)
            return state.add(record, to: chain, after: state.heads[chain])
        }
    }

    package func records(matching query: AuditQuery) async throws -> AuditPage {
        let found = state.withLock(\.entries)
            .filter { query.matches($0.record) && isAfter(query.cursor, $0.record.time, $0.record.id) }
            .sorted { ($1.record.time, $1.record.id) < ($0.record.time, $0.record.id) }
        let limit = min(max(query.limit, 1), AuditQuery.maximumLimit)
        let last = found.count > limit ? found[limit - 1].record : nil
        return AuditPage(
            records: found.prefix(limit).map(\.chained),
            next: last.map { AuditCursor(time: $0.time, id: $0.id) }
        )
    }

    package func records(ofSession session: RecordID) async throws -> [AuditRecord] {
        let found = state.withLock(\.entries).map(\.record).filter { $0.session == session }
        // The place in the list decides between records of the same moment: `sorted` alone does not promise that.
        return found.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
    }

    package func session(_ id: RecordID) async throws -> SessionHistory? { state.withLock { $0.sessions[id] } }

    package func rebuild(_ session: RecordID) async throws -> Bool {
        state.withLock { state in
            let told = SessionHistory(records: state.entries.map(\.record).filter { $0.session == session })
            guard let told, state.sessions[session] != told else { return false }
            state.sessions[session] = told
            return true
        }
    }

    /// Forgets the state of every session, as a store does whose mutable part is lost.
    package func loseSessions() { state.withLock { $0.sessions = [:] } }

    package func sessions(matching query: SessionQuery) async throws -> SessionPage {
        let found = state.withLock(\.sessions).values
            .filter { query.matches($0) && isAfter(query.cursor, $0.opened, $0.id) }
            .sorted { ($1.opened, $1.id) < ($0.opened, $0.id) }
        let limit = min(max(query.limit, 1), SessionQuery.maximumLimit)
        let last = found.count > limit ? found[limit - 1] : nil
        return SessionPage(
            sessions: Array(found.prefix(limit)),
            next: last.map { AuditCursor(time: $0.opened, id: $0.id) }
        )
    }

    package func chain(_ chain: Int, from: Int64, limit: Int) async throws -> [ChainedRecord] {
        let found = state.withLock(\.entries).map(\.chained).filter { $0.chain == chain && $0.sequence >= from }
        return Array(found.prefix(max(limit, 0)))
    }

    package func heads() async throws -> [ChainHead] { state.withLock(\.heads) }
}

/// Whether something stands after a place in the order newest first.
private func isAfter(_ cursor: AuditCursor?, _ time: Timestamp, _ id: RecordID) -> Bool {
    cursor.map { (time, id) < ($0.time, $0.id) } ?? true
}
