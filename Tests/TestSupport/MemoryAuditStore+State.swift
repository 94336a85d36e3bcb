package import SessionCore
internal import Synchronization

extension MemoryAuditStore.State {
    /// Makes a version the current one.
    mutating func publish(_ version: RoleMapVersion) throws {
        let current = versions.last?.number ?? 0
        guard current == version.base else { throw AuditStoreFailure.mapChanged(current: current) }
        guard version.chunks.allSatisfy({ chunks[$0] != nil }) else {
            throw AuditStoreFailure.unavailable("a chunk of the map to be published is not there")
        }
        versions.append(version)
    }
}

extension MemoryAuditStore: RoleMapStore {
    package func pointer() async throws -> RoleMapPointer? { state.withLock { $0.versions.last?.pointer } }

    package func keep(_ chunks: RoleMapChunks) async throws {
        state.withLock { state in
            for chunk in chunks.chunks { state.chunks[chunk.hash] = chunk.bytes }
        }
    }

    package func map(_ number: Int64) async throws -> PublishedRoleMap? {
        try state.withLock { state in
            guard let version = state.versions.first(where: { $0.number == number }) else { return nil }
            return PublishedRoleMap(
                version: version,
                bytes: try RoleMapChunks.joined(version, from: state.chunks)
            )
        }
    }

    package func versions(before: Int64?, limit: Int) async throws -> [RoleMapVersion] {
        let found = state.withLock(\.versions).reversed().filter { version in before.map { version.number < $0 } ?? true
        }
        return Array(found.prefix(max(limit, 0)))
    }
}

extension MemoryAuditStore: BlockStore {
    package func blocks() async throws -> [Block] {
        state.withLock { $0.blocks.values.sorted { $0.key.text < $1.key.text } }
    }

    package func block(matching keys: [BlockKey]) async throws -> Block? {
        let blocks = state.withLock(\.blocks)
        return keys.lazy.compactMap { blocks[$0] }.first
    }
}

extension MemoryAuditStore: RolloutStore {
    package func record(_ places: [RolloutPlace]) async throws {
        state.withLock { state in
            for place in places where state.places[place.cursor]?.number ?? 0 <= place.number {
                state.places[place.cursor] = place
            }
        }
    }

    package func places(matching query: RolloutQuery) async throws -> RolloutPage {
        let found = state.withLock(\.places).values
            .filter { place in
                query.matches(place) && query.cursor.map { place.cursor.text > $0.text } != false
            }
            .sorted { $0.cursor.text < $1.cursor.text }
        let limit = min(max(query.limit, 1), RolloutQuery.maximumLimit)
        let kept = Array(found.prefix(limit))
        return RolloutPage(places: kept, next: found.count > limit ? kept.last?.cursor : nil)
    }
}
