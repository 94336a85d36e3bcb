import SessionCore
import Synchronization
import TestSupport

/// The store in memory behind a line that a test may cut, slow down or make lose answers.
final class FaultyAuditStore: AuditStore {
    /// What happens to one append.
    enum Course: Sendable {
        /// It is done and answered.
        case pass
        /// It is not done.
        case fail(any Error)
        /// It is done, and the answer is lost.
        case loseAnswer
    }

    private struct Rule: Sendable {
        let event: AuditEvent
        var courses: [Course]
    }

    let memory = MemoryAuditStore()
    let journal: Journal
    private let clock: TestClock
    private let rules = Mutex<[Rule]>([])
    private let hooks = Mutex<[AuditEvent: @Sendable (AuditRecord) async -> Void]>([:])
    private let rebuildHook = Mutex<(@Sendable () -> Void)?>(nil)
    private let readFailure = Mutex<AuditStoreFailure?>(nil)
    let blockFailure = Mutex<AuditStoreFailure?>(nil)

    init(journal: Journal, clock: TestClock) {
        self.journal = journal
        self.clock = clock
    }

    /// Says what happens to the next appends of an event, one after the other; what comes after passes.
    func script(_ event: AuditEvent, _ courses: Course...) {
        rules.withLock { $0.append(Rule(event: event, courses: courses)) }
    }

    /// Does something before each append of an event, for example waits.
    func before(_ event: AuditEvent, _ hook: @escaping @Sendable (AuditRecord) async -> Void) {
        hooks.withLock { $0[event] = hook }
    }

    /// Does something with every rebuild of a session, for example lets time pass.
    func duringRebuild(_ hook: @escaping @Sendable () -> Void) { rebuildHook.withLock { $0 = hook } }

    /// Makes every read fail.
    func failReads(_ failure: AuditStoreFailure) { readFailure.withLock { $0 = failure } }

    /// Makes it impossible to say who is blocked.
    func failBlocks(_ failure: AuditStoreFailure) { blockFailure.withLock { $0 = failure } }

    /// Every record, in the order in which they came.
    var records: [AuditRecord] { memory.appended }

    func append(_ record: AuditRecord, terms: AppendTerms) async throws -> ChainedRecord {
        journal.write("append \(record.event.rawValue)")
        if let hook = hooks.withLock({ $0[record.event] }) { await hook(record) }
        let course = rules.withLock { rules -> Course in
            guard let index = rules.firstIndex(where: { $0.event == record.event && !$0.courses.isEmpty }) else {
                return .pass
            }
            return rules[index].courses.removeFirst()
        }
        switch course {
        case .pass: break
        case .fail(let error): throw error
        case .loseAnswer:
            _ = try await memory.append(record, terms: terms)
            throw AuditStoreFailure.unavailable("the answer was lost")
        }
        let chained = try await memory.append(record, terms: terms)
        journal.write("recorded \(record.event.rawValue)")
        return chained
    }

    func records(matching query: AuditQuery) async throws -> AuditPage {
        journal.write("read records")
        try checkReads()
        return try await memory.records(matching: query)
    }

    func records(ofSession session: RecordID) async throws -> [AuditRecord] {
        try checkReads()
        return try await memory.records(ofSession: session)
    }

    func session(_ id: RecordID) async throws -> SessionHistory? {
        try checkReads()
        return try await memory.session(id)
    }

    func sessions(matching query: SessionQuery) async throws -> SessionPage {
        journal.write("read sessions")
        try checkReads()
        return try await memory.sessions(matching: query)
    }

    func rebuild(_ session: RecordID) async throws -> Bool {
        journal.write("rebuild session")
        rebuildHook.withLock { $0 }?()
        try checkReads()
        return try await memory.rebuild(session)
    }

    func chain(_ chain: Int, from: Int64, limit: Int) async throws -> [ChainedRecord] {
        journal.write("read chain")
        try checkReads()
        return try await memory.chain(chain, from: from, limit: limit)
    }

    func heads() async throws -> [ChainHead] {
        journal.write("read heads")
        try checkReads()
        return try await memory.heads()
    }

    private func checkReads() throws {
        if let failure = readFailure.withLock({ $0 }) { throw failure }
    }
}

/// The store is out of reach.
let gone = AuditStoreFailure.unavailable("the disk is full")
