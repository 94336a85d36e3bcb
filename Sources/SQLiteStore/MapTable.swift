internal import SessionCore

/// The published role maps in their tables; each call runs on the database's thread.
struct MapTable {
    let connection: Connection

    /// The number of the current version; 0 before the first.
    func current() throws -> Int64 {
        try connection.rows("SELECT COALESCE(MAX(number), 0) FROM map_version") { try $0.integer(0) }.first ?? 0
    }

    /// What points to the current version, which is the one with the largest number.
    func pointer() throws -> RoleMapPointer? {
        do {
            return try versions(before: nil, limit: 1).first?.pointer
        } catch let damage as RoleMapDamage {
            throw RoleMapDamage(nil, damage.explanation)
        }
    }

    /// Stores what is not there yet; call within a transaction.
    func keep(_ chunks: RoleMapChunks) throws {
        for chunk in chunks.chunks {
            switch try bytes(of: chunk.hash) {
            case nil:
                try connection.run(
                    "INSERT INTO map_chunk (hash, bytes) VALUES (?, ?)",
                    [.text(chunk.hash), .blob(chunk.bytes)]
                )
            case chunk.bytes?: break
            case _?: throw RoleMapDamage(nil, "a chunk of the same name is there with other bytes")
            }
        }
    }

    /// Makes a version the current one; call within the transaction of its record.
    func publish(_ version: RoleMapVersion) throws {
        let current = try current()
        guard current == version.base else { throw AuditStoreFailure.mapChanged(current: current) }
        for chunk in version.chunks where try bytes(of: chunk) == nil {
            throw AuditStoreFailure.unavailable("a chunk of the map to be published is not there")
        }
        try connection.run(
            "INSERT INTO map_version (number, body) VALUES (?, ?)",
            [.integer(version.number), .blob(version.json.canonicalBytes)]
        )
    }

    /// One version with its map; nil when there is none of that number.
    func map(_ number: Int64) throws -> PublishedRoleMap? {
        let found = try connection.rows(
            "SELECT number, body FROM map_version WHERE number = ?",
            [.integer(number)],
            read: Self.version
        )
        guard let version = found.first else { return nil }
        var chunks: [String: [UInt8]] = [:]
        for name in version.chunks { chunks[name] = try bytes(of: name) }
        return PublishedRoleMap(version: version, bytes: try RoleMapChunks.joined(version, from: chunks))
    }

    /// Versions without their maps, newest first.
    func versions(before: Int64?, limit: Int) throws -> [RoleMapVersion] {
        try connection.rows(
            "SELECT number, body FROM map_version WHERE number < ? ORDER BY number DESC LIMIT ?",
            [.integer(before ?? .max), .integer(Int64(max(limit, 0)))],
            read: Self.version
        )
    }

    private func bytes(of chunk: String) throws -> [UInt8]? {
        try connection.rows("SELECT bytes FROM map_chunk WHERE hash = ?", [.text(chunk)]) { try $0.blob(0) }.first
    }

    private static func version(_ row: Row) throws -> RoleMapVersion {
        let number = try row.integer(0)
        guard let json = try? JSON(parsing: try row.blob(1)), let version = RoleMapVersion(json: json),
            version.number == number
        else { throw RoleMapDamage(number, "what is kept of it cannot be read") }
        return version
    }
}
