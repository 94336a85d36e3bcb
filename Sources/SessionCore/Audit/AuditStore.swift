/// Where records are kept, for good.
///
/// A store links each record into a chain with ``AuditChain`` and keeps three promises in the same transaction:
/// a record is durable when ``append(_:terms:)`` returns; an intent has one outcome (``AuditRecord/outcomeOf``); a caller's request id is
/// used once (``AuditRecord/claim``). Beside the records, and in their transaction, it keeps the state of each session: the fold of its
/// records that ``SessionHistory`` is, for limits and lists; never evidence, and made anew from the records whenever that is needed.
/// Every call ends within two seconds or so, with an answer or with ``AuditStoreFailure/unavailable(_:)``.
public protocol AuditStore: Sendable {
    /// Appends one record durably.
    ///
    /// Appending a record with the id of one that is already there returns that one: a caller that lost the answer may ask again.
    ///
    /// - Parameters:
    ///   - record: What to record.
    ///   - terms: What must hold for it, and what changes with it; when something does not hold, nothing is kept.
    /// - Returns: The record in its chain.
    /// - Throws: ``AuditStoreFailure``; after `unavailable` the record may be there or not.
    func append(_ record: AuditRecord, terms: AppendTerms) async throws -> ChainedRecord

    /// Finds records, newest first.
    ///
    /// - Parameter query: What to look for.
    /// - Returns: One page.
    /// - Throws: ``AuditStoreFailure/unavailable(_:)``.
    func records(matching query: AuditQuery) async throws -> AuditPage

    /// All records of one session, oldest first: its intent, outcome, renewals and end.
    ///
    /// - Throws: ``AuditStoreFailure/unavailable(_:)``.
    func records(ofSession session: RecordID) async throws -> [AuditRecord]

    /// One session as it stands; nil when there is no intent of that id.
    ///
    /// - Throws: ``AuditStoreFailure/unavailable(_:)``.
    func session(_ id: RecordID) async throws -> SessionHistory?

    /// Finds sessions, newest first by the time of their intents.
    ///
    /// - Parameter query: What to look for.
    /// - Returns: One page.
    /// - Throws: ``AuditStoreFailure/unavailable(_:)``.
    func sessions(matching query: SessionQuery) async throws -> SessionPage

    /// Makes the state of one session anew from its records, with what counts for limits.
    ///
    /// - Parameter session: The session; of one without an intent there is no state.
    /// - Returns: Whether the state was another than its records come to.
    /// - Throws: ``AuditStoreFailure/unavailable(_:)``.
    func rebuild(_ session: RecordID) async throws -> Bool

    /// A stretch of one chain, in order.
    ///
    /// - Parameters:
    ///   - chain: Which chain.
    ///   - from: The first place wanted.
    ///   - limit: How many at most.
    /// - Returns: Records from there on; none when the chain ends before.
    /// - Throws: ``AuditStoreFailure/unavailable(_:)``.
    func chain(_ chain: Int, from: Int64, limit: Int) async throws -> [ChainedRecord]

    /// Where each chain ends, by chain.
    ///
    /// - Throws: ``AuditStoreFailure/unavailable(_:)``.
    func heads() async throws -> [ChainHead]
}

extension AuditStore {
    /// One session as its records tell it; a store that keeps the state beside them answers without reading them.
    public func session(_ id: RecordID) async throws -> SessionHistory? {
        SessionHistory(records: try await records(ofSession: id))
    }
}

/// Why a store did not do what was asked.
public enum AuditStoreFailure: Error, Sendable, Hashable {
    /// The caller has used this request id before.
    case requestAlreadyUsed
    /// The intent has its outcome already; whoever comes second has lost.
    case outcomeAlreadyRecorded
    /// The owner has as many sessions that are pending or live as the limit allows: this many.
    case tooManySessions(Int)
    /// One of the keys that the terms name is blocked.
    case blocked(Block)
    /// Another version of the role map than the one before the published one is current: this number, or 0 for none.
    case mapChanged(current: Int64)
    /// The store cannot be reached, is full, locked, damaged or too slow; the text is for the log.
    case unavailable(String)
}
