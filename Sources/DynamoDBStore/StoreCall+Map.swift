internal import AWSClient
internal import SessionCore

extension StoreCall {
    /// Which version of the role map is the current one.
    func pointer() async throws -> RoleMapPointer? {
        try await dynamodb.item(Tables.key(only: Tables.map), in: tables.heads).map(RoleMapPointer.init(item:))
    }

    /// Stores one chunk of a map, unless it is there.
    func keep(_ chunk: RoleMapChunks.Chunk) async throws {
        let key = Tables.key(Tables.chunk(chunk.hash))
        do {
            try await dynamodb.transact(
                [.put(key.merging(["bytes": .bytes(chunk.bytes)]) { $1 }, in: tables.audit, if: Tables.isNew)],
                token: Self.token([chunk.hash])
            )
        } catch let failure as AWSFailure where !failure.cancellationReasons.isEmpty {
            // It is there, or another one is putting it there, which is not yet to have it there.
            guard let item = try await dynamodb.item(key, in: tables.audit) else { throw failure }
            guard item["bytes"]?.blob == chunk.bytes else {
                throw RoleMapDamage(nil, "a chunk of the same name is there with other bytes")
            }
        }
    }

    /// One version with its map.
    func map(_ number: Int64) async throws -> PublishedRoleMap? {
        let key = Tables.key(Tables.map, Tables.version(number))
        guard let item = try await dynamodb.item(key, in: tables.audit) else { return nil }
        let version = try RoleMapVersion(item: item)
        let keys = Set(version.chunks).map { Tables.key(Tables.chunk($0)) }
        // A version of ours has a dozen chunks; more than a hundred are somebody else's, and more than one request takes.
        guard keys.count <= 100 else { throw RoleMapDamage(number, "it names \(keys.count) chunks") }
        var chunks: [String: [UInt8]] = [:]
        for item in try await dynamodb.items([tables.audit: keys])[tables.audit, default: []] {
            guard let name = item["pk"]?.text?.split(separator: "#").last else { continue }
            chunks[String(name)] = item["bytes"]?.blob
        }
        return PublishedRoleMap(version: version, bytes: try RoleMapChunks.joined(version, from: chunks))
    }

    /// Versions without their maps, newest first.
    func versions(before: Int64?, limit: Int) async throws -> [RoleMapVersion] {
        guard limit > 0, before.map({ $0 > 1 }) != false else { return [] }
        var query = DynamoDB.Query(
            table: tables.audit,
            condition: DynamoDB.Expression(
                "#pk = :pk AND #sk BETWEEN :first AND :last",
                names: ["#pk": "pk", "#sk": "sk"],
                values: [
                    ":pk": .string(Tables.map), ":first": .string(Tables.version(0)),
                    ":last": .string(Tables.version(before.map { $0 - 1 } ?? 9_999_999_999)),
                ]
            )
        )
        query.isAscending = false
        query.isConsistent = true
        var versions: [RoleMapVersion] = []
        while versions.count < limit {
            query.limit = min(limit - versions.count, 1000)
            let page = try await dynamodb.page(query)
            versions += try page.items.map(RoleMapVersion.init(item:))
            guard let next = page.next else { break }
            query.start = next
        }
        return versions
    }
}
