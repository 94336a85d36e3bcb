internal import AWSClient
internal import SessionCore

extension StoreCall {
    /// One page of records, newest first.
    func page(_ query: AuditQuery) async throws -> AuditPage {
        let limit = min(max(query.limit, 1), AuditQuery.maximumLimit)
        var bounds = SortBounds()
        bounds.from(query.since)
        bounds.before(query.until)
        bounds.after(query.cursor)
        let hit = { @Sendable (item: Attributes) throws -> ChainedRecord? in
            let chained = try ChainedRecord(item: item)
            return query.matches(try chained.readRecord()) ? chained : nil
        }
        let found: IndexSearch.Found<ChainedRecord>
        if let session = query.session {
            found = try await records(of: session, within: bounds, matching: query)
        } else if let (index, key, value) = Self.index(for: query) {
            let search = IndexSearch(
                table: tables.audit,
                index: index,
                key: key,
                partitions: [Tables.indexKey(value)],
                bounds: bounds
            )
            found = try await search.run(count: limit + 1, isSelective: query.filters > 1, self, hit: hit)
        } else {
            found = try await days(within: bounds, count: limit + 1, isSelective: query.filters > 0, hit: hit)
        }
        let (records, next) = Self.cut(found, to: limit)
        return AuditPage(records: records, next: next)
    }

    /// One page of sessions, newest first.
    func page(_ query: SessionQuery) async throws -> SessionPage {
        let limit = min(max(query.limit, 1), SessionQuery.maximumLimit)
        var bounds = SortBounds()
        bounds.before(query.openedBefore)
        bounds.after(query.cursor)
        let place = Self.index(for: query)
        let search = IndexSearch(
            table: tables.sessions,
            index: place.index,
            key: place.key,
            partitions: place.partitions,
            bounds: bounds
        )
        let found = try await search.run(count: limit + 1, isSelective: true, self) { item in
            guard let session = try SessionItem(item: item).session else {
                throw Inconsistent(description: "a session without an intent is in an index")
            }
            return query.matches(session) ? session : nil
        }
        let (sessions, next) = Self.cut(found, to: limit)
        return SessionPage(sessions: sessions, next: next)
    }

    /// The index that is likely to leave the fewest records.
    private static func index(for query: AuditQuery) -> (index: String, key: String, value: String)? {
        if let node = query.node { return ("byNode", "node", node.text) }
        if let user = query.user { return ("byUser", "user", user) }
        if let permissionSet = query.permissionSet { return ("byPermissionSet", "permissionSet", permissionSet) }
        return nil
    }

    private static func index(for query: SessionQuery) -> (index: String, key: String, partitions: [String]) {
        // Few sessions are open at any time.
        if let states = query.states, states.isSubset(of: SessionHistory.State.mayRun) {
            return ("byOpen", "open", Tables.allShards)
        }
        if let user = query.owner?.user ?? query.user { return ("byUser", "user", [Tables.indexKey(user)]) }
        if let node = query.node { return ("byNode", "node", [node.text]) }
        if let permissionSet = query.permissionSet {
            return ("byPermissionSet", "permissionSet", [Tables.indexKey(permissionSet)])
        }
        return ("byShard", "shard", Tables.allShards)
    }

    /// Goes from day to day, over those that have records.
    private func days(
        within bounds: SortBounds,
        count: Int,
        isSelective: Bool,
        hit: @escaping @Sendable (Attributes) throws -> ChainedRecord?
    ) async throws -> IndexSearch.Found<ChainedRecord> {
        guard bounds.isPossible else { return IndexSearch.Found() }
        var found = IndexSearch.Found<ChainedRecord>()
        for day in try await listedDays(within: bounds) {
            let search = IndexSearch(
                table: tables.audit,
                index: "byDay",
                key: "day",
                partitions: Tables.allShards.map { "\(day)#\($0)" },
                bounds: bounds
            )
            if isLate {
                // Everything from the midnight at the end of this day on has been read; no id is less than this one.
                let least = RecordID(random: [UInt8](repeating: 0, count: 16))
                found.end = Timestamp("\(day)T23:59:59.999Z").map {
                    Tables.sort(Timestamp(milliseconds: $0.milliseconds + 1), least)
                }
                return found
            }
            let part = try await search.run(
                count: count - found.hits.count,
                isSelective: isSelective,
                self,
                hit: hit
            )
            found.hits += part.hits
            found.end = part.end
            if part.end != nil || found.hits.count >= count { return found }
        }
        return found
    }

    /// The days with records that the bounds touch, newest first.
    private func listedDays(within bounds: SortBounds) async throws -> [String] {
        func day(_ sort: String) -> String? { Int64(sort.prefix(20)).map { Tables.day(Timestamp(milliseconds: $0)) } }
        var query = DynamoDB.Query(
            table: tables.audit,
            condition: DynamoDB.Expression(
                "#pk = :days AND #sk BETWEEN :first AND :last",
                names: ["#pk": "pk", "#sk": "sk"],
                values: [
                    ":days": .string(Tables.days), ":first": .string(day(bounds.low) ?? "0"),
                    // After every digit, so after every day.
                    ":last": .string(day(bounds.high) ?? ":"),
                ]
            )
        )
        query.isAscending = false
        query.isConsistent = true
        var days: [String] = []
        while true {
            let page = try await dynamodb.page(query)
            days += page.items.compactMap { $0["sk"]?.text }
            guard let next = page.next else { return days }
            query.start = next
        }
    }

    /// A session's own records, which are few enough to be read all.
    private func records(
        of session: RecordID,
        within bounds: SortBounds,
        matching query: AuditQuery
    ) async throws -> IndexSearch.Found<ChainedRecord> {
        let hits: [(sort: String, value: ChainedRecord)] = try await sessionRecords(session).compactMap { chained in
            let record = try chained.readRecord()
            let sort = Tables.sort(record.time, record.id)
            return bounds.low <= sort && sort <= bounds.high && query.matches(record) ? (sort, chained) : nil
        }
        return IndexSearch.Found(hits: hits.sorted { $0.sort > $1.sort }, end: nil)
    }

    /// A page of what was found, and where the next one begins.
    private static func cut<Value>(_ found: IndexSearch.Found<Value>, to limit: Int) -> ([Value], AuditCursor?) {
        let kept = found.hits.prefix(limit)
        let end = found.hits.count > limit ? kept.last?.sort : found.end
        return (kept.map(\.value), end.flatMap(Tables.place))
    }
}

extension AuditQuery {
    /// How many conditions besides time there are.
    fileprivate var filters: Int {
        [
            user != nil, permissionSet != nil, node != nil, account != nil, region != nil, linuxUser != nil,
            events != nil, code != nil, session != nil,
        ]
        .count { $0 } + fields.count
    }
}
