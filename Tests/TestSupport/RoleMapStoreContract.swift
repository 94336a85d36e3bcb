package import SessionCore

/// What every store of published role maps must do, as rules that each run on a new, empty store.
package struct RoleMapStoreContract: Sendable, CustomStringConvertible {
    /// The rule in one clause.
    package let description: String
    private let body: @Sendable (any AuditStore & RoleMapStore) async throws -> Void

    private init(
        _ description: String,
        _ body: @escaping @Sendable (any AuditStore & RoleMapStore) async throws -> Void
    ) {
        self.description = description
        self.body = body
    }

    /// Holds a new store to the rule.
    package func check(_ store: any AuditStore & RoleMapStore) async throws {
        try await body(store)
        try await AuditStoreContract.checkChains(of: store)
    }

    private static func require(_ isTrue: Bool, _ claim: String) throws {
        try AuditStoreContract.require(isTrue, claim)
    }

    /// Publishes bytes as the version of that number.
    @discardableResult
    private static func publish(
        _ number: Int64,
        _ bytes: [UInt8],
        to store: any AuditStore & RoleMapStore
    ) async throws -> RoleMapVersion {
        let chunks = RoleMapChunks(bytes)
        let version = MapSamples.version(number, of: chunks)
        try await store.keep(chunks)
        _ = try await store.append(
            try MapSamples.record(Int(number), of: version),
            terms: AppendTerms(publishing: version)
        )
        return version
    }

    /// Every rule.
    package static let rules = [
        RoleMapStoreContract("a new store has no map") { store in
            try require(try await store.pointer() == nil, "no pointer")
            try require(try await store.map(1) == nil, "no version")
            try require(try await store.versions(before: nil, limit: 9).isEmpty, "no history")
        },
        RoleMapStoreContract("a published map is the current one, byte for byte, with the record of its publication") {
            store in
            let bytes = MapSamples.bytes(1000)
            let version = try await publish(1, bytes, to: store)
            try require(try await store.pointer() == version.pointer, "the pointer is the version's")
            try require(
                try await store.map(1) == PublishedRoleMap(version: version, bytes: bytes),
                "the map is what was published"
            )
            let found = try await store.records(matching: AuditQuery(events: [.mapPublished]))
            try require(found.records.first?.record?.details["hash"] == version.hash, "the record is there")
        },
        RoleMapStoreContract("a map larger than any item comes back whole") { store in
            let bytes = MapSamples.bytes(1_048_576 + 7)
            let version = try await publish(1, bytes, to: store)
            try require(version.chunks.count == 4, "it takes four chunks")
            try require(try await store.map(1)?.bytes == bytes, "the bytes are the same")
        },
        RoleMapStoreContract("every version stays, and the history names them newest first, page by page") { store in
            var versions: [RoleMapVersion] = []
            for number in 1...5 {
                versions.append(
                    try await publish(Int64(number), MapSamples.bytes(100, seed: UInt8(number)), to: store)
                )
            }
            let newest = Array(versions.reversed())
            try require(try await store.versions(before: nil, limit: 9) == newest, "all five")
            try require(try await store.versions(before: nil, limit: 2) == Array(newest[..<2]), "the first page")
            try require(try await store.versions(before: 4, limit: 2) == Array(newest[2..<4]), "the second page")
            try require(try await store.versions(before: 1, limit: 2).isEmpty, "nothing before the first")
            try require(try await store.versions(before: nil, limit: 0).isEmpty, "a limit of 0 gives nothing")
            for number in 1...5 {
                let map = try await store.map(Int64(number))
                try require(map?.bytes == MapSamples.bytes(100, seed: UInt8(number)), "version \(number) is unchanged")
            }
            try require(try await store.map(6) == nil, "no version that was not published")
        },
        RoleMapStoreContract("chunks that no publication names are seen by nobody") { store in
            let chunks = RoleMapChunks(MapSamples.bytes(700_000))
            try await store.keep(chunks)
            try await store.keep(chunks)
            try require(try await store.pointer() == nil, "no pointer")
            try require(try await store.versions(before: nil, limit: 9).isEmpty, "no history")
        },
        RoleMapStoreContract("a publication behind another version than the current one is refused and leaves no trace")
        {
            store in
            try await publish(1, MapSamples.bytes(10), to: store)
            try await publish(2, MapSamples.bytes(20), to: store)
            let chunks = RoleMapChunks(MapSamples.bytes(30))
            try await store.keep(chunks)
            for number in [Int64(1), 2, 4] {
                let version = MapSamples.version(number, of: chunks)
                try await AuditStoreContract.require(
                    .mapChanged(current: 2),
                    appending: try MapSamples.record(50, of: version),
                    terms: AppendTerms(publishing: version),
                    to: store
                )
            }
            try require(try await store.pointer()?.number == 2, "the pointer stays")
            try require(try await store.versions(before: nil, limit: 9).map(\.number) == [2, 1], "and the history")
        },
        RoleMapStoreContract("of publications that race, one wins, and only its record is kept") { store in
            let wins = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 10..<22 {
                    group.addTask {
                        let chunks = RoleMapChunks(MapSamples.bytes(50, seed: UInt8(number)))
                        let version = MapSamples.version(1, of: chunks)
                        try await store.keep(chunks)
                        do {
                            _ = try await store.append(
                                try MapSamples.record(number, of: version),
                                terms: AppendTerms(publishing: version)
                            )
                            return 1
                        } catch AuditStoreFailure.mapChanged(current: 1) {
                            return 0
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            try require(wins == 1, "\(wins) of 12 won")
            let records = try await store.records(matching: AuditQuery(events: [.mapPublished])).records
            try require(records.count == 1, "one record")
            try require(
                try await store.pointer()?.hash == records.first?.record?.details["hash"],
                "the pointer is the winner's"
            )
        },
        RoleMapStoreContract("a publication that is asked for again after a lost answer is the one that is there") {
            store in
            let version = try await publish(1, MapSamples.bytes(10), to: store)
            _ = try await store.append(
                try MapSamples.record(1, of: version),
                terms: AppendTerms(publishing: version)
            )
            try require(try await store.pointer() == version.pointer, "published once")
        },
    ]
}
