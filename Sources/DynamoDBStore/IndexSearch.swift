internal import AWSClient
internal import SessionCore

/// A search through one index, newest first: over one partition, or several that are put together.
struct IndexSearch: Sendable {
    /// The table.
    let table: String
    /// The index.
    let index: String
    /// The index's partition key.
    let key: String
    /// The partitions.
    let partitions: [String]
    /// The items wanted lie between these sort keys.
    let bounds: SortBounds

    /// What a search found.
    struct Found<Value: Sendable>: Sendable {
        /// What fits, newest first, with its sort key.
        var hits: [(sort: String, value: Value)] = []
        /// Down to where everything was read; nil when that is the end.
        var end: String?
    }

    /// Reads until there are enough hits, nothing is left, or it is late.
    ///
    /// - Parameters:
    ///   - count: How many hits are enough.
    ///   - isSelective: Whether most items may be no hits.
    ///   - call: The way to DynamoDB.
    ///   - hit: Makes a hit of an item; nil when it does not fit.
    /// - Returns: At least `count` hits, unless the search ended.
    /// - Throws: What DynamoDB or `hit` throws.
    func run<Value: Sendable>(
        count: Int,
        isSelective: Bool,
        _ call: StoreCall,
        hit: @escaping @Sendable (Attributes) throws -> Value?
    ) async throws -> Found<Value> {
        guard bounds.isPossible else { return Found() }
        let parts = try await withThrowingTaskGroup(of: Found<Value>.self) { group in
            for partition in partitions {
                group.addTask {
                    try await read(partition, count: count, isSelective: isSelective, call, hit: hit)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        // A partition that was not read to its end says nothing about what is older.
        let end = parts.compactMap(\.end).max()
        let hits = parts.flatMap(\.hits).filter { hit in end.map { hit.sort >= $0 } ?? true }
        return Found(hits: hits.sorted { $0.sort > $1.sort }, end: end)
    }

    private func read<Value: Sendable>(
        _ partition: String,
        count: Int,
        isSelective: Bool,
        _ call: StoreCall,
        hit: @Sendable (Attributes) throws -> Value?
    ) async throws -> Found<Value> {
        var query = DynamoDB.Query(
            table: table,
            index: index,
            condition: DynamoDB.Expression(
                "#key = :key AND #sort BETWEEN :low AND :high",
                names: ["#key": key, "#sort": "sort"],
                values: [
                    ":key": .string(partition), ":low": .string(bounds.low), ":high": .string(bounds.high),
                ]
            )
        )
        query.isAscending = false
        query.limit = isSelective ? nil : count
        var found = Found<Value>()
        while true {
            let page = try await call.dynamodb.page(query)
            for item in page.items {
                guard let sort = item["sort"]?.text else {
                    throw Inconsistent(description: "an item of an index has no place in it")
                }
                if let value = try hit(item) { found.hits.append((sort, value)) }
                found.end = sort
            }
            guard let next = page.next else {
                found.end = nil
                return found
            }
            found.end = next["sort"]?.text ?? found.end
            if found.hits.count >= count || call.isLate { return found }
            query.start = next
        }
    }
}

/// A stretch of sort keys, both ends included.
struct SortBounds: Sendable, Hashable {
    private(set) var low = "0"
    // After every digit, so after every time.
    private(set) var high = ":"

    /// Whether anything can lie between them; DynamoDB refuses to look when not.
    var isPossible: Bool { low <= high }

    /// Nothing before that time.
    mutating func from(_ time: Timestamp?) {
        if let time { low = max(low, Tables.padded(time.milliseconds)) }
    }

    /// Nothing at that time or after it: a bare time comes before it with an id.
    mutating func before(_ time: Timestamp?) {
        if let time { high = min(high, Tables.padded(time.milliseconds)) }
    }

    /// Nothing newer than that place, nor that place itself.
    mutating func after(_ cursor: AuditCursor?) {
        guard let cursor else { return }
        // The greatest text before the key among those of its length: all keys have one length, and none has this last byte.
        var bytes = Array(Tables.sort(cursor.time, cursor.id).utf8)
        bytes[bytes.count - 1] -= 1
        high = min(high, String(decoding: bytes, as: UTF8.self))
    }
}
