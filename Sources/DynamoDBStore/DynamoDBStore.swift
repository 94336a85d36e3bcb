public import AWSClient
public import SessionCore

/// The audit log, the published role maps and the live state in DynamoDB: the store of the broker in AWS.
///
/// The tables are made by whoever deploys, and named after one prefix; ``Tables`` says what is in them.
public final class DynamoDBStore: AuditStore {
    /// What a store is made with.
    public struct Settings: Sendable {
        /// How many chains new tables get, 1 to 32; tables that have chains keep their own number.
        public var chains: Int
        /// How long any call may take, in milliseconds.
        public var limitMilliseconds: Int

        /// Makes settings; four chains and two seconds unless told.
        public init(chains: Int = 4, limitMilliseconds: Int = 2000) {
            self.chains = chains
            self.limitMilliseconds = limitMilliseconds
        }
    }

    /// Where the tables are, and who asks.
    public struct Place: Sendable {
        /// What the tables' names begin with.
        public var name: String
        /// Their Region.
        public var region: Region
        /// The way to AWS.
        public var client: AWSClient
        /// Whose credentials to use; asked before each call.
        public var credentials: any CredentialSource

        /// Names a place.
        public init(name: String, region: Region, client: AWSClient, credentials: any CredentialSource) {
            self.name = name
            self.region = region
            self.client = client
            self.credentials = credentials
        }
    }

    let place: Place
    let tables: Tables
    let settings: Settings
    let chains: Int
    let turns = Turns()
    let knownDays = KnownDays()

    init(place: Place, settings: Settings, chains: Int) {
        self.place = place
        tables = Tables(name: place.name)
        self.settings = settings
        self.chains = chains
    }

    /// Opens the tables, which must be there, and begins the chains where there are none.
    ///
    /// - Parameters:
    ///   - place: Where the tables are.
    ///   - settings: Bounds, and the number of chains of new tables.
    ///   - now: The present moment, for the genesis records.
    ///   - makeID: Makes the ids of those records.
    /// - Returns: The store, ready.
    /// - Throws: ``AuditStoreFailure/unavailable(_:)`` saying what is wrong.
    public static func open(
        _ place: Place,
        settings: Settings = Settings(),
        now: @escaping @Sendable () -> Timestamp,
        makeID: @escaping @Sendable () -> RecordID
    ) async throws -> DynamoDBStore {
        precondition((1...32).contains(settings.chains), "a store has 1 to 32 chains")
        let new = DynamoDBStore(place: place, settings: settings, chains: settings.chains)
        let chains = try await new.call { try await $0.begin(now: now(), makeID: makeID) }
        let store = DynamoDBStore(place: place, settings: settings, chains: chains)
        try await store.call { try await $0.checkHeads() }
        return store
    }

    /// Appends one record; durable when this returns.
    public func append(_ record: AuditRecord, terms: AppendTerms) async throws -> ChainedRecord {
        let chain = AuditChain.chain(for: record.id, of: chains)
        let turn = { @Sendable [self] in
            try await turns.run(chain: chain) { [self] in
                try await call { try await $0.append(record, to: chain, terms: terms) }
            }
        }
        // Bounded again, as others may be before us.
        return try await Bounds.within(settings.limitMilliseconds, turn)
    }

    /// Finds records, newest first.
    ///
    /// The newest may be missing for a moment: indexes follow the table. A search that has much to read past gives what it has found in
    /// its time, even nothing, with the cursor to go on from.
    public func records(matching query: AuditQuery) async throws -> AuditPage {
        try await call { try await $0.page(query) }
    }

    /// All records of one session, oldest first, with every acknowledged one among them.
    public func records(ofSession session: RecordID) async throws -> [AuditRecord] {
        try await call { try await $0.sessionRecords(session).map { try $0.readRecord() } }
    }

    /// One session as it stands after every acknowledged record; nil when there is no intent of that id.
    public func session(_ id: RecordID) async throws -> SessionHistory? {
        try await call { try await $0.sessionItem(id).session }
    }

    /// Finds sessions, newest first; as with records, the newest change may take a moment to show.
    public func sessions(matching query: SessionQuery) async throws -> SessionPage {
        try await call { try await $0.page(query) }
    }

    /// Makes the state of one session anew from its records, and moves its owner's count by the difference.
    ///
    /// The counts are right again when items and counts were lost together: empty the sessions table before all of it is made anew.
    public func rebuild(_ session: RecordID) async throws -> Bool {
        try await call { try await $0.rebuild(session) }
    }

    /// A stretch of one chain, in order, with every acknowledged record.
    public func chain(_ chain: Int, from: Int64, limit: Int) async throws -> [ChainedRecord] {
        try await call { try await $0.chain(chain, from: from, limit: limit) }
    }

    /// Where each chain ends, after every acknowledged record.
    public func heads() async throws -> [ChainHead] {
        try await call { try await $0.heads() }
    }

    /// One call of the port: its own deadline, and only the port's failures.
    func call<Value: Sendable>(
        _ body: @escaping @Sendable (StoreCall) async throws -> Value
    ) async throws -> Value {
        do {
            return try await Bounds.within(settings.limitMilliseconds) { [self] in
                try await body(try await StoreCall(self))
            }
        } catch let failure as AuditStoreFailure {
            throw failure
        } catch let damage as RoleMapDamage {
            throw damage
        } catch {
            throw AuditStoreFailure.unavailable("DynamoDB: \(error)")
        }
    }
}
