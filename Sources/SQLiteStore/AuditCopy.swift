public import SessionCore

/// A copy of an audit log in one SQLite file, as auditors keep it; a broker's own file can be read the same way.
///
/// Nothing is believed because of where it stands: a copy that was changed by hand opens, and verification finds the change.
public final class AuditCopy: Sendable {
    private let queue: DatabaseQueue

    private init(queue: DatabaseQueue) {
        self.queue = queue
    }

    /// Reading a large file from a slow disk may take long; nobody but the person at the terminal waits.
    private static let limitMilliseconds = 3_600_000
    private static let busyMilliseconds: Int32 = 5000

    /// Opens a file to read it.
    ///
    /// - Throws: ``SQLiteFailure`` when it is no such file.
    public static func open(at path: String) async throws -> AuditCopy {
        let connection = try Connection(path: path, busyMilliseconds: busyMilliseconds, mayWrite: false)
        let queue = DatabaseQueue(connection, limitMilliseconds: limitMilliseconds)
        try await queue.run { try CopySchema.checkReadable($0) }
        return AuditCopy(queue: queue)
    }

    /// Opens a copy to add to it, or makes an empty one.
    ///
    /// - Parameters:
    ///   - path: The file; its directory must be there.
    ///   - source: The broker's address, kept in a new copy.
    /// - Returns: The copy.
    /// - Throws: ``SQLiteFailure``; a file that is no copy of that source is not changed.
    public static func open(at path: String, addingFrom source: String) async throws -> AuditCopy {
        try DatabaseFile.prepare(path)
        let connection = try Connection(path: path, busyMilliseconds: busyMilliseconds)
        let queue = DatabaseQueue(connection, limitMilliseconds: limitMilliseconds)
        try await queue.run { try CopySchema.prepare($0, source: source) }
        return AuditCopy(queue: queue)
    }

    /// Adds records of one chain, all or none; on disk when this returns.
    ///
    /// - Parameter records: The next ones after what the copy has, in order.
    /// - Throws: ``SQLiteFailure``: `newerRecord` for a record of a newer kind, another when they do not follow.
    public func keep(_ records: [ChainedRecord]) async throws {
        try await queue.run { connection in
            try connection.transaction { try AuditTable(connection: connection).keep(records) }
        }
    }

    /// Finds records, newest first.
    public func records(matching query: AuditQuery) async throws -> AuditPage {
        try await queue.run { try AuditTable(connection: $0).page(query) }
    }

    /// A stretch of one chain, in order.
    public func chain(_ chain: Int, from: Int64, limit: Int) async throws -> [ChainedRecord] {
        try await queue.run { try AuditTable(connection: $0).chain(chain, from: from, limit: limit) }
    }

    /// Where each chain ends.
    public func heads() async throws -> [ChainHead] {
        try await queue.run { try AuditTable(connection: $0).heads() }
    }

    /// The record with an id of its own.
    public func record(_ id: RecordID) async throws -> ChainedRecord? {
        try await queue.run { try AuditTable(connection: $0).record(id) }
    }

    /// The broker's id of the session that Systems Manager knows under another.
    public func session(ofSessionID sessionID: String) async throws -> RecordID? {
        try await queue.run { try AuditTable(connection: $0).session(ofSessionID: sessionID) }
    }

    /// Takes the records of a stretch of one chain, in order, where they lie in the file.
    ///
    /// - Parameters:
    ///   - chain: Which chain.
    ///   - places: The first and the last place wanted.
    ///   - state: What is known before the first record.
    ///   - take: Takes each record into the state, and says whether to go on; it must not keep what it gets.
    /// - Returns: The state behind the last record taken.
    /// - Throws: ``SQLiteFailure``, and what `take` throws.
    public func walk<State: Sendable>(
        _ chain: Int,
        _ places: ClosedRange<Int64>,
        into state: State,
        take: @escaping @Sendable (inout State, StoredRecord) throws -> Bool
    ) async throws -> State {
        try await queue.run { connection in
            var state = state
            try AuditTable(connection: connection).walk(chain, places) { try take(&state, $0) }
            return state
        }
    }

    /// The first row that no chain leads to; nil when there is none.
    public func stray() async throws -> StrayRow? {
        // One snapshot: what a broker appends meanwhile comes with its head.
        try await queue.run { connection in
            try connection.snapshot { try AuditTable(connection: connection).stray() }
        }
    }

    /// What SQLite finds wrong with the file's pages and indexes, the first few things; empty when nothing is.
    ///
    /// Reads every page, and looks each row up in every index.
    public func damage() async throws -> [String] {
        try await queue.run { connection in
            let found = try connection.rows("PRAGMA integrity_check(5)") { try $0.text(0) }
            return found == ["ok"] ? [] : found
        }
    }
}
