import SessionCore
import TestSupport
import Testing

@testable import SQLiteStore

@Suite("Published role maps in a file")
struct PublishedMapTests {
    /// A store with two versions of 700,000 bytes each, in three chunks.
    private static func store(in folder: DatabaseFolder) async throws -> (SQLiteStore, RoleMapVersion) {
        let store = try await folder.store()
        var last: RoleMapVersion?
        for number in 1...2 {
            let chunks = RoleMapChunks(MapSamples.bytes(700_000, seed: UInt8(number)))
            let version = MapSamples.version(Int64(number), of: chunks)
            try await store.keep(chunks)
            _ = try await store.append(
                try MapSamples.record(number, of: version),
                terms: AppendTerms(publishing: version)
            )
            last = version
        }
        return (store, try #require(last))
    }

    @Test(
        "no other program can change, drop or replace what was published",
        arguments: [
            "UPDATE map_version SET body = x'00'", "DELETE FROM map_version",
            "INSERT OR REPLACE INTO map_version (number, body) VALUES (2, x'00')",
            "INSERT INTO map_version (number, body) VALUES (4, x'00')", "UPDATE map_chunk SET bytes = x'00'",
            "DELETE FROM map_chunk",
            "INSERT OR REPLACE INTO map_chunk (hash, bytes) SELECT hash, x'00' FROM map_chunk LIMIT 1",
        ]
    )
    func appendOnly(_ sql: String) async throws {
        let folder = try DatabaseFolder()
        let (store, version) = try await Self.store(in: folder)
        // 1811 is SQLITE_CONSTRAINT_TRIGGER.
        #expect(throws: SQLiteFailure.other(1811)) { try folder.connection().execute(sql) }
        #expect(try await store.map(2)?.version == version)
        #expect(try await store.map(2)?.bytes == MapSamples.bytes(700_000, seed: 2))
    }

    /// What whoever owns the file can do to it, and what a reader then says.
    struct Damage: Sendable {
        let why: String
        let trigger: String
        let sql: String
        let says: RoleMapDamage
    }

    static let damages = [
        Damage(
            why: "a chunk is changed",
            trigger: "map_chunk_keeps",
            sql: "UPDATE map_chunk SET bytes = x'00'",
            says: RoleMapDamage(2, "chunk 0 is not what was published")
        ),
        Damage(
            why: "a chunk is gone",
            trigger: "map_chunk_stays",
            sql: "DELETE FROM map_chunk WHERE length(bytes) < 300000",
            says: RoleMapDamage(2, "chunk 2 is not there")
        ),
        Damage(
            why: "a version says another hash",
            trigger: "map_version_keeps",
            sql:
                "UPDATE map_version SET body = CAST(replace(CAST(body AS TEXT), '\"hash\":\"', '\"hash\":\"0') AS BLOB)",
            says: RoleMapDamage(2, "the map has another hash than its version says")
        ),
        Damage(
            why: "a version is no version",
            trigger: "map_version_keeps",
            sql: "UPDATE map_version SET body = x'7b7d'",
            says: RoleMapDamage(2, "what is kept of it cannot be read")
        ),
    ]

    @Test("a version that is not what was published is not given out", arguments: damages)
    func damaged(_ damage: Damage) async throws {
        let folder = try DatabaseFolder()
        let (store, _) = try await Self.store(in: folder)
        try folder.connection().execute("DROP TRIGGER \(damage.trigger); \(damage.sql)")
        await #expect(throws: damage.says) { _ = try await store.map(2) }
    }
}
