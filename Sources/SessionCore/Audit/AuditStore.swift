/// Where records are kept, for good.
///
/// A store links each record into a chain with ``AuditChain`` and keeps three promises in the same transaction:
/// a record is durable when ``append(_:)`` returns; an intent has one outcome (``AuditRecord/outcomeOf``); a caller's request id is used
/// once (``AuditRecord/claim``). Every call ends within two seconds or so, with an answer or with ``AuditStoreFailure/unavailable(_:)``.
public protocol AuditStore: Sendable {
    /// Appends one record durably.
    ///
    /// Appending a record with the id of one that is already there returns that one: a caller that lost the answer may ask again.
    ///
    /// - Parameter record: What to record.
    /// - Returns: The record in its chain.
    /// - Throws: ``AuditStoreFailure``; after `unavailable` the record may be there or not.
    func append(_ record: AuditRecord) async throws -> ChainedRecord

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

/// Why a store did not do what was asked.
public enum AuditStoreFailure: Error, Sendable, Hashable {
    /// The caller has used this request id before.
    case requestAlreadyUsed
    /// The intent has its outcome already; whoever comes second has lost.
    case outcomeAlreadyRecorded
    /// The store cannot be reached, is full, locked, damaged or too slow; the text is for the log.
    case unavailable(String)
}

/// What to look for in the log.
public struct AuditQuery: Sendable, Hashable {
    /// The user name, exactly.
    public var user: String?
    /// The permission set, exactly.
    public var permissionSet: String?
    /// The node.
    public var node: NodeID?
    /// The earliest time wanted.
    public var since: Timestamp?
    /// The first time no longer wanted.
    public var until: Timestamp?
    /// How many records at most; 1 to ``maximumLimit``.
    public var limit: Int
    /// Where the page before ended; nil for the first page.
    public var cursor: AuditCursor?

    /// The largest page.
    public static let maximumLimit = 500

    /// Makes a query; without arguments it finds everything.
    public init(
        user: String? = nil,
        permissionSet: String? = nil,
        node: NodeID? = nil,
        since: Timestamp? = nil,
        until: Timestamp? = nil,
        limit: Int = 100,
        cursor: AuditCursor? = nil
    ) {
        self.user = user
        self.permissionSet = permissionSet
        self.node = node
        self.since = since
        self.until = until
        self.limit = limit
        self.cursor = cursor
    }
}

/// A place between two records in the order newest first: after the record with this time and id.
///
/// Shape as text: `1795248000000.6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11`.
public struct AuditCursor: Sendable, Hashable {
    /// The last record's time.
    public let time: Timestamp
    /// The last record's id.
    public let id: RecordID

    /// Makes a place.
    public init(time: Timestamp, id: RecordID) {
        self.time = time
        self.id = id
    }

    /// Reads a place; nil when the text is not exactly what ``text`` writes.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let id = try? RecordID(parts[1]) else { return nil }
        self.init(time: Timestamp(milliseconds: milliseconds), id: id)
        guard self.text == text else { return nil }
    }

    /// The place as text.
    public var text: String { "\(time.milliseconds).\(id)" }
}

/// Some records, newest first.
public struct AuditPage: Sendable, Hashable {
    /// The records.
    public var records: [ChainedRecord]
    /// Where the next page begins; nil when this is the last.
    public var next: AuditCursor?

    /// Makes a page.
    public init(records: [ChainedRecord], next: AuditCursor?) {
        self.records = records
        self.next = next
    }
}
