import DocumentEnforcer
import SessionCore
import Testing

@testable import enforcer_lambda

@Suite("The map that the enforcer goes by")
struct CurrentMapTests {
    @Test("a version whose hash is another than the pointer's is not gone by, and the log says why")
    func twoItemsDisagree() async throws {
        let told = RoleMapPointer(number: 3, hash: "00", published: Timestamp(milliseconds: 0), by: "the test")
        let current = CurrentMap(store: Published(pointer: told, bytes: Self.map), file: nil, ceiling: try Self.ceiling)
        await #expect(throws: NoMap.unreadable(3, "the pointer names another hash")) { try await current.current() }
    }

    @Test("a version that the pointer names by number and hash is the map")
    func agreed() async throws {
        let version = Published.version(3, Self.map)
        let current = CurrentMap(
            store: Published(pointer: version.pointer, bytes: Self.map),
            file: nil,
            ceiling: try Self.ceiling
        )
        #expect(try await current.current().number == 3)
    }

    private static let map = [UInt8](
        #"{"administrators":[{"account":"111122223333","permissionSet":"BrokerAdmin"}],"permissionSets":{},"version":1}"#
            .utf8
    )
    private static var ceiling: EnforcerCeiling {
        get throws { try Configuration(environment: ConfigurationTests.complete).ceiling }
    }
}

/// A store with one published map, and a pointer that the test sets.
private struct Published: RoleMapStore {
    struct NotAsked: Error {}

    let pointed: RoleMapPointer
    let bytes: [UInt8]

    init(pointer: RoleMapPointer, bytes: [UInt8]) {
        pointed = pointer
        self.bytes = bytes
    }

    static func version(_ number: Int64, _ bytes: [UInt8]) -> RoleMapVersion {
        let chunks = RoleMapChunks(bytes)
        return RoleMapVersion(
            number: number,
            hash: chunks.hash,
            chunks: chunks.chunks.map(\.hash),
            published: Timestamp(milliseconds: 0),
            by: "the test",
            note: nil,
            summary: [:]
        )
    }

    func pointer() async throws -> RoleMapPointer? { pointed }

    func map(_ number: Int64) async throws -> PublishedRoleMap? {
        PublishedRoleMap(version: Self.version(number, bytes), bytes: bytes)
    }

    func keep(_ chunks: RoleMapChunks) async throws { throw NotAsked() }

    func versions(before: Int64?, limit: Int) async throws -> [RoleMapVersion] { throw NotAsked() }
}
