public import SessionCore

extension SQLiteStore: RoleMapStore {
    /// Which version of the role map is the current one; nil before the first.
    public func pointer() async throws -> RoleMapPointer? {
        try await call { try MapTable(connection: $0.connection).pointer() }
    }

    /// Stores a map's chunks, which nobody sees before the version that names them.
    public func keep(_ chunks: RoleMapChunks) async throws {
        try await call { table in
            try table.connection.transaction { try MapTable(connection: table.connection).keep(chunks) }
        }
    }

    /// One version with its map, every hash of which has been checked.
    public func map(_ number: Int64) async throws -> PublishedRoleMap? {
        try await call { try MapTable(connection: $0.connection).map(number) }
    }

    /// Versions without their maps, newest first.
    public func versions(before: Int64?, limit: Int) async throws -> [RoleMapVersion] {
        try await call { try MapTable(connection: $0.connection).versions(before: before, limit: limit) }
    }
}

extension SQLiteStore: BlockStore {
    /// Every block in force, by key.
    public func blocks() async throws -> [Block] {
        try await call { try BlockTable(connection: $0.connection).blocks() }
    }

    /// The block of the first key that has one.
    public func block(matching keys: [BlockKey]) async throws -> Block? {
        try await call { try BlockTable(connection: $0.connection).block(matching: keys) }
    }
}

extension SQLiteStore: RolloutStore {
    /// Keeps what was seen in some places.
    public func record(_ places: [RolloutPlace]) async throws {
        try await call { table in
            try table.connection.transaction { try RolloutTable(connection: table.connection).keep(places) }
        }
    }

    /// Finds places, by account and Region.
    public func places(matching query: RolloutQuery) async throws -> RolloutPage {
        try await call { try RolloutTable(connection: $0.connection).page(query) }
    }
}
