public import SessionCore

/// The audit log, the published role maps and the live state in one SQLite file: the store of a single machine.
public final class SQLiteStore: AuditStore {
    /// What a store is made with.
    public struct Settings: Sendable {
        /// How many chains a new file gets, 1 to 1024; a file that has chains keeps its own number.
        public var chains: Int
        /// How long to wait for another process that writes, in milliseconds; less than ``limitMilliseconds``.
        public var busyMilliseconds: Int32
        /// How long any call may take, in milliseconds.
        public var limitMilliseconds: Int
        /// How long opening a file may take that is to be brought to the current schema, in milliseconds.
        public var migrationMilliseconds: Int

        /// Makes settings; four chains, one second for others, two in all, and ten minutes for a migration.
        public init(
            chains: Int = 4,
            busyMilliseconds: Int32 = 1000,
            limitMilliseconds: Int = 2000,
            migrationMilliseconds: Int = 600_000
        ) {
            self.chains = chains
            self.busyMilliseconds = busyMilliseconds
            self.limitMilliseconds = limitMilliseconds
            self.migrationMilliseconds = migrationMilliseconds
        }
    }

    let queue: DatabaseQueue
    private let chains: Int

    private init(queue: DatabaseQueue, chains: Int) {
        self.queue = queue
        self.chains = chains
    }

    /// Opens a file, or makes it, and brings it to the current schema.
    ///
    /// - Parameters:
    ///   - path: The file; its directory must be there.
    ///   - settings: Bounds, and the number of chains of a new file.
    ///   - now: Milliseconds since 1970-01-01T00:00:00Z, for the genesis records of a new file.
    ///   - makeID: Makes the ids of those records.
    /// - Returns: The store, ready.
    /// - Throws: ``SQLiteFailure`` saying what is wrong with the file; a file that is refused is not changed, but for its mode.
    public static func open(
        at path: String,
        settings: Settings = Settings(),
        now: @escaping @Sendable () -> Timestamp,
        makeID: @escaping @Sendable () -> RecordID
    ) async throws -> SQLiteStore {
        precondition((1...1024).contains(settings.chains), "a store has 1 to 1024 chains")
        try DatabaseFile.prepare(path)
        let queue = DatabaseQueue(
            try Connection(path: path, busyMilliseconds: settings.busyMilliseconds),
            limitMilliseconds: settings.limitMilliseconds
        )
        let isCurrent = try await queue.run { connection in
            try Schema.check(connection)
            return try Schema.isCurrent(connection)
        }
        let chains = try await queue.run(within: isCurrent ? nil : settings.migrationMilliseconds) { connection in
            // Another process may be making the same tables, which takes longer than any write.
            if !isCurrent { connection.wait(milliseconds: Self.tablesMilliseconds) }
            defer { connection.wait(milliseconds: settings.busyMilliseconds) }
            try Schema.configure(connection)
            let table = AuditTable(connection: connection)
            try connection.transaction {
                try Schema.migrate(connection)
                try table.begin(chains: settings.chains) { chain in
                    AuditChain.genesis(chain: chain, of: settings.chains, id: makeID(), time: now())
                }
            }
            return try table.chainCount()
        }
        return SQLiteStore(queue: queue, chains: chains)
    }

    /// How long to wait for another process that makes the tables of a new file.
    private static let tablesMilliseconds: Int32 = 15_000

    /// Appends one record; on disk when this returns.
    public func append(_ record: AuditRecord, terms: AppendTerms) async throws -> ChainedRecord {
        try await call { [chains] table in
            try table.connection.transaction { try table.append(record, terms: terms, chains: chains) }
        }
    }

    /// Finds records, newest first.
    public func records(matching query: AuditQuery) async throws -> AuditPage {
        try await call { try $0.page(query) }
    }

    /// All records of one session, oldest first.
    public func records(ofSession session: RecordID) async throws -> [AuditRecord] {
        try await call { try $0.session(session) }
    }

    /// One session as it stands; nil when there is no intent of that id.
    public func session(_ id: RecordID) async throws -> SessionHistory? {
        try await call { try SessionTable(connection: $0.connection).session(id) }
    }

    /// Finds sessions, newest first.
    public func sessions(matching query: SessionQuery) async throws -> SessionPage {
        try await call { try SessionTable(connection: $0.connection).page(query) }
    }

    /// Makes the state of one session anew from its records.
    public func rebuild(_ session: RecordID) async throws -> Bool {
        try await call { table in
            try table.connection.transaction { try SessionTable(connection: table.connection).rebuild(session) }
        }
    }

    /// A stretch of one chain, in order.
    public func chain(_ chain: Int, from: Int64, limit: Int) async throws -> [ChainedRecord] {
        try await call { try $0.chain(chain, from: from, limit: limit) }
    }

    /// Where each chain ends.
    public func heads() async throws -> [ChainHead] {
        try await call { try $0.heads() }
    }

    /// One call of a port: its own deadline, and only the port's failures.
    func call<Value: Sendable>(
        _ body: @escaping @Sendable (AuditTable) throws -> Value
    ) async throws -> Value {
        do {
            return try await queue.run { try body(AuditTable(connection: $0)) }
        } catch let failure as SQLiteFailure {
            throw AuditStoreFailure.unavailable(failure.description)
        }
    }
}
