import BrokerService
import SessionCore
import TestSupport
import Testing

/// Sessions that a publication was asked to end and missed: the list that it goes by may lag behind.
@Suite("The sweep after a publication", .timeLimit(.minutes(1)))
struct SweepMapTests {
    /// A stage with a live session that the last publication forbids, which its publisher asked to end or did not.
    private static func stage(endsSessions: Bool) async throws -> Stage {
        let stage = try Stage(maps: .store)
        try await stage.publishVersion(Cast.map)
        _ = try await stage.opened()
        stage.advance(seconds: 1)
        try await stage.publishVersion(try Stage.mapWithAnotherUser(), endsSessions: endsSessions)
        return stage
    }

    @Test("ends what the last publication was asked to end and has missed, once and with its own finding")
    func missed() async throws {
        let stage = try await Self.stage(endsSessions: true)
        #expect(try await stage.sweep()["findings"]?.elements?.count == 1)
        #expect(stage.kinds == ["map-forbids"])
        #expect(stage.aws.activeSessions.isEmpty)
        #expect(stage.events.count { $0 == .ended } == 1)
        #expect(try await stage.sweep()["findings"]?.elements?.count == 0)
        #expect(stage.kinds == ["map-forbids"])
    }

    @Test("leaves alone what nobody asked to end, and says nothing of it")
    func notAsked() async throws {
        let stage = try await Self.stage(endsSessions: false)
        try await stage.sweep()
        #expect(stage.kinds.isEmpty)
        #expect(stage.aws.activeSessions.count == 1)
    }

    @Test("goes by the last publication alone: one that grants the session again has the last word")
    func granted() async throws {
        let stage = try await Self.stage(endsSessions: true)
        try await stage.publishVersion(Cast.map, endsSessions: true)
        try await stage.sweep()
        #expect(stage.kinds.isEmpty)
        #expect(stage.aws.activeSessions.count == 1)
    }

    @Test("leaves sessions alone that began well after the publication, whatever is rendered otherwise since")
    func later() async throws {
        let stage = try Stage(maps: .store)
        try await stage.publishVersion(Cast.map)
        _ = try await stage.opened()
        let before = stage.clock.now.advanced(bySeconds: -61)
        try await stage.publishVersion(try Stage.mapWithAnotherUser(), endsSessions: true, published: before)
        try await stage.sweep()
        #expect(stage.kinds.isEmpty)
        #expect(stage.aws.activeSessions.count == 1)
    }

    @Test("a publication says in its record and in its version that sessions are to end")
    func recorded() async throws {
        let stage = try Stage(maps: .store)
        var members = try #require(Cast.map.members)
        var sets = try #require(members["permissionSets"]?.members)
        sets["Forbidden"] = nil
        members["permissionSets"] = .object(sets)
        let request = PublishMapRequest(base: 0, map: .object(members), note: nil, endsSessions: true)
        let body = request.json.canonicalBytes
        #expect(await stage.send("PUT", "/v1/role-map", as: Person.root.caller, body: body).status == 200)
        #expect(stage.records.first { $0.event == .mapPublished }?.details["endSessions"] == "true")
        let version = try #require(try await stage.store.memory.versions(before: nil, limit: 1).first)
        #expect(version.endsSessions)
        #expect(RoleMapVersion(json: version.json) == version)
    }
}
