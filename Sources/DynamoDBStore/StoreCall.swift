internal import AWSClient
internal import HTTPTransport
internal import SessionCore

/// One call of the store: DynamoDB with credentials and a deadline of its own.
struct StoreCall: Sendable {
    let store: DynamoDBStore
    let client: AWSClient
    let dynamodb: DynamoDB
    /// When the call must be over.
    let deadline: Timestamp

    var tables: Tables { store.tables }

    /// Begins a call.
    init(_ store: DynamoDBStore) async throws {
        let milliseconds = store.settings.limitMilliseconds
        var client = store.place.client
        deadline = Timestamp(milliseconds: client.now().milliseconds + Int64(milliseconds))
        client.deadline = deadline
        // An attempt that hangs leaves time for another one.
        client.limits.totalMilliseconds = max(milliseconds * 2 / 5, 1)
        client.limits.connectMilliseconds = max(milliseconds * 2 / 5, 1)
        // A page of items takes up to 1 MB as DynamoDB counts, a batch 16 MB; both are longer in base64.
        client.limits.maximumBodyBytes = 33_554_432
        client.retries = Retries(
            attempts: 4,
            firstMilliseconds: 25,
            firstThrottledMilliseconds: 50,
            maximumMilliseconds: 400
        )
        self.client = client
        self.store = store
        dynamodb = DynamoDB(
            client: client,
            region: store.place.region,
            credentials: try await store.place.credentials.credentials()
        )
    }

    /// Whether a search should end with what it has, so that its answer still arrives.
    var isLate: Bool {
        client.now().milliseconds >= deadline.milliseconds - Int64(store.settings.limitMilliseconds / 4)
    }

    /// Where each chain ends.
    func heads() async throws -> [ChainHead] {
        let keys = (0..<store.chains).map { Tables.key(only: Tables.chain($0)) }
        let heads = try await dynamodb.items([tables.heads: keys])[tables.heads, default: []].map(ChainHead.init(item:))
            .sorted { $0.chain < $1.chain }
        guard heads.map(\.chain) == Array(0..<store.chains) else {
            throw Inconsistent(description: "the heads are not those of the chains that the first record names")
        }
        return heads
    }

    /// A stretch of one chain.
    func chain(_ chain: Int, from: Int64, limit: Int) async throws -> [ChainedRecord] {
        var records: [ChainedRecord] = []
        var query = DynamoDB.Query(
            table: tables.audit,
            condition: DynamoDB.Expression(
                "#pk = :pk AND #sk >= :from",
                names: ["#pk": "pk", "#sk": "sk"],
                values: [":pk": .string(Tables.chain(chain)), ":from": .string(Tables.padded(from))]
            )
        )
        query.isConsistent = true
        while records.count < limit {
            // Any limit at all keeps DynamoDB from reading 1 MB for a few records; it takes no larger number than this.
            query.limit = min(limit - records.count, 1000)
            let page = try await dynamodb.page(query)
            records += try page.items.map(ChainedRecord.init(item:))
            guard let next = page.next else { break }
            query.start = next
        }
        return records
    }

    /// The state of one session.
    func sessionItem(_ id: RecordID) async throws -> SessionItem {
        let key = Tables.key(only: Tables.session(id))
        return try await dynamodb.item(key, in: tables.sessions).map(SessionItem.init(item:)) ?? .none
    }

    /// All records of one session, oldest first; of the same moment, in the order in which they came.
    func sessionRecords(_ id: RecordID) async throws -> [ChainedRecord] {
        var query = DynamoDB.Query(
            table: tables.audit,
            condition: DynamoDB.Expression(
                "#pk = :pk",
                names: ["#pk": "pk"],
                values: [":pk": .string(Tables.session(id))]
            )
        )
        query.isConsistent = true
        var places: [Attributes] = []
        while true {
            let page = try await dynamodb.page(query)
            places += try page.items.map(Self.place)
            guard let next = page.next else { break }
            query.start = next
        }
        var found: [Attributes: ChainedRecord] = [:]
        for start in stride(from: 0, to: places.count, by: 100) {
            let batch = Array(places[start..<min(start + 100, places.count)])
            for item in try await dynamodb.items([tables.audit: batch])[tables.audit, default: []] {
                found[item.filter { $0.key == "pk" || $0.key == "sk" }] = try ChainedRecord(item: item)
            }
        }
        return try places.map { place in
            guard let record = found[place] else {
                throw Inconsistent(description: "a session names a record that is not there")
            }
            return record
        }
    }

    /// The record of that id; nil when there is none.
    func record(_ id: RecordID) async throws -> ChainedRecord? {
        guard let marker = try await dynamodb.item(Tables.key(Tables.record(id)), in: tables.audit) else { return nil }
        return try await record(at: marker)
    }

    /// The record that an item names by chain and sequence.
    func record(at marker: Attributes) async throws -> ChainedRecord {
        guard let item = try await dynamodb.item(try Self.place(marker), in: tables.audit) else {
            throw Inconsistent(description: "an item names a record that is not there")
        }
        return try ChainedRecord(item: item)
    }

    private static func place(_ item: Attributes) throws -> Attributes {
        guard let chain = item["chain"]?.integer, let sequence = item["seq"]?.integer else {
            throw Inconsistent(description: "an item of the audit table names no record")
        }
        return Tables.key(Tables.chain(Int(chain)), Tables.padded(sequence))
    }
}
