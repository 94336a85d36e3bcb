internal import AWSClient
internal import SessionCore

extension StoreCall {
    /// Every block in force, by key; the newest change may take a moment to show.
    func blocks() async throws -> [Block] {
        var query = shard(Tables.blocks, after: "")
        var blocks: [Block] = []
        while true {
            let page = try await dynamodb.page(query)
            blocks += try page.items.compactMap(Block.read)
            guard let next = page.next else { return blocks.sorted { $0.key.text < $1.key.text } }
            query.start = next
        }
    }

    /// The block of the first key that has one, after every acknowledged change.
    func block(matching keys: [BlockKey]) async throws -> Block? {
        guard !keys.isEmpty else { return nil }
        let wanted = Array(Set(keys.map(Tables.block))).map { Tables.key(only: $0) }
        let found = try await dynamodb.items([tables.sessions: wanted])[tables.sessions, default: []]
            .compactMap(Block.read)
        return keys.lazy.compactMap { key in found.first { $0.key == key } }.first
    }

    /// Keeps what was seen in some places of the rollout; those drop out of which something newer is kept.
    func record(_ places: [RolloutPlace]) async throws {
        var left = places
        while !left.isEmpty {
            do {
                let token = Self.token(left.map(\.json.canonicalText))
                return try await dynamodb.transact(left.map { $0.write(to: tables.sessions) }, token: token)
            } catch let failure as AWSFailure where failure.cancellationReasons.count == left.count {
                let current = zip(left, failure.cancellationReasons).filter { $1.code != "ConditionalCheckFailed" }
                    .map(\.0)
                guard current.count < left.count else { throw failure }
                left = current
            }
        }
    }

    /// Places of the rollout, by account and Region.
    func places(matching search: RolloutQuery) async throws -> RolloutPage {
        let limit = min(max(search.limit, 1), RolloutQuery.maximumLimit)
        let first = search.account.map { "\($0.digits)/" } ?? ""
        var query = shard(Tables.places, after: max(search.cursor?.text ?? "", first))
        // With nothing to look past, a page is what is wanted, the cursor's own place and one to tell whether it is the last.
        if search.region == nil, search.states == nil, search.olderThan == nil, search.from == nil {
            query.limit = limit + 2
        }
        var found: [RolloutPlace] = []
        while found.count <= limit {
            let page = try await dynamodb.page(query)
            for place in try page.items.map(RolloutPlace.init(item:)) {
                // Both bounds of a range are in it, and the cursor's own place is not wanted.
                guard place.cursor != search.cursor, search.matches(place) else { continue }
                found.append(place)
            }
            let isPast = page.items.last?["sort"]?.text.map { !first.isEmpty && !$0.hasPrefix(first) && $0 > first }
            guard let next = page.next, isPast != true else { break }
            query.start = next
        }
        let kept = Array(found.prefix(limit))
        return RolloutPage(places: kept, next: found.count > limit ? kept.last?.cursor : nil)
    }

    /// What one shard of the index has from a sort key on.
    private func shard(_ name: String, after sort: String) -> DynamoDB.Query {
        DynamoDB.Query(
            table: tables.sessions,
            index: "byShard",
            condition: DynamoDB.Expression(
                "#key = :key AND #sort >= :from",
                names: ["#key": "shard", "#sort": "sort"],
                // A sort key is never empty, and neither may a value be that is compared with one.
                values: [":key": .string(name), ":from": .string(sort.isEmpty ? " " : sort)]
            )
        )
    }
}
