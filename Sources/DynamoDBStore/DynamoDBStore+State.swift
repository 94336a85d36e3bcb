public import SessionCore

extension DynamoDBStore: RoleMapStore {
    /// Which version of the role map is the current one, after every acknowledged publication; nil before the first.
    public func pointer() async throws -> RoleMapPointer? {
        try await call { try await $0.pointer() }
    }

    /// Stores a map's chunks side by side; each has the time of a call.
    public func keep(_ chunks: RoleMapChunks) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for chunk in chunks.chunks {
                group.addTask { try await self.call { try await $0.keep(chunk) } }
            }
            try await group.waitForAll()
        }
    }

    /// One version with its map, every hash of which has been checked.
    public func map(_ number: Int64) async throws -> PublishedRoleMap? {
        try await call { try await $0.map(number) }
    }

    /// Versions without their maps, newest first.
    public func versions(before: Int64?, limit: Int) async throws -> [RoleMapVersion] {
        try await call { try await $0.versions(before: before, limit: limit) }
    }
}

extension DynamoDBStore: BlockStore {
    /// Every block in force, by key; the newest change may take a moment to show here.
    public func blocks() async throws -> [Block] {
        try await call { try await $0.blocks() }
    }

    /// The block of the first key that has one, after every acknowledged change.
    public func block(matching keys: [BlockKey]) async throws -> Block? {
        try await call { try await $0.block(matching: keys) }
    }
}

extension DynamoDBStore: RolloutStore {
    /// How many places go into one transaction: 25 with four hundred documents each stay below its 4 MB.
    private static var placesAtOnce: Int { 25 }

    /// Keeps what was seen in some places; each few of them have the time of a call.
    public func record(_ places: [RolloutPlace]) async throws {
        for start in stride(from: 0, to: places.count, by: Self.placesAtOnce) {
            let some = Array(places[start..<min(start + Self.placesAtOnce, places.count)])
            try await call { try await $0.record(some) }
        }
    }

    /// Finds places, by account and Region; the newest change may take a moment to show.
    public func places(matching query: RolloutQuery) async throws -> RolloutPage {
        try await call { try await $0.places(matching: query) }
    }
}
