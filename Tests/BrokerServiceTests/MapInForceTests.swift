import BrokerService
import SessionCore
import TestSupport
import Testing

/// Publishes to the store as another broker would, whatever this one knows.
private func publish(_ json: JSON, number: Int64, to store: MemoryAuditStore) async throws {
    let chunks = RoleMapChunks(json.canonicalBytes)
    let version = MapSamples.version(number, of: chunks)
    try await store.keep(chunks)
    _ = try await store.append(
        try MapSamples.record(Int(9000 + number), of: version),
        terms: AppendTerms(publishing: version)
    )
}

@Suite("The role map in force")
struct MapInForceTests {
    /// The cast's map without the permission set that Alice holds.
    private static func withoutAlice() throws -> JSON {
        var members = try #require(Cast.map.members)
        var sets = try #require(members["permissionSets"]?.members)
        sets["DatabaseAdmin"] = nil
        members["permissionSets"] = .object(sets)
        return .object(members)
    }

    @Test("without a map nobody is mapped, and the deployment's administrators are told that there is none")
    func none() async throws {
        let stage = try Stage(maps: .store)
        #expect(await stage.open().code == "MAP_MISSING")
        #expect(stage.events == [.denied])
    }

    @Test("the deployment's map holds until one is published, and never again after that")
    func file() async throws {
        let stage = try Stage(maps: .file)
        #expect(await stage.open().status == 200)
        try await publish(try Self.withoutAlice(), number: 1, to: stage.store.memory)
        #expect(await stage.open().code == "PERMISSION_SET_NOT_MAPPED")
    }

    @Test("what was taken away is refused in the very next request, and what was given is granted in it")
    func atOnce() async throws {
        let stage = try Stage(maps: .store)
        try await publish(Cast.map, number: 1, to: stage.store.memory)
        #expect(await stage.open().status == 200)
        try await publish(try Self.withoutAlice(), number: 2, to: stage.store.memory)
        // The broker holds version 1 still, and grants by it; the map in force is asked beside the intent.
        let refused = await stage.open()
        #expect(refused.code == "PERMISSION_SET_NOT_MAPPED")
        #expect(stage.events.filter { $0 != .mapPublished }.suffix(2) == [.intent, .failed])
        try await publish(Cast.map, number: 3, to: stage.store.memory)
        #expect(await stage.open().status == 200)
    }

    @Test("a session that the new map grants otherwise is not started as it was granted")
    func changed() async throws {
        let stage = try Stage(maps: .store)
        try await publish(Cast.map, number: 1, to: stage.store.memory)
        #expect(await stage.open().status == 200)
        var members = try #require(Cast.map.members)
        var sets = try #require(members["permissionSets"]?.members)
        var entry = try #require(sets["DatabaseAdmin"]?.members)
        entry["linuxUser"] = "postgres"
        sets["DatabaseAdmin"] = .object(entry)
        members["permissionSets"] = .object(sets)
        try await publish(.object(members), number: 2, to: stage.store.memory)
        // It is decided once more on the new map, whose document is not there yet.
        #expect(await stage.open().code == "DOCUMENT_PENDING")
        #expect(stage.events.suffix(3) == [.intent, .failed, .denied])
        let failed = try #require(stage.records.last { $0.event == .failed })
        #expect(failed.decision?.code == "MAP_CHANGED")
        #expect(failed.access?.mapVersion == RoleMapChunks(JSON.object(members).canonicalBytes).hash)
    }

    @Test("a document that is the new map's already is not refused by the old one")
    func document() async throws {
        let stage = try Stage(maps: .store)
        try await publish(Cast.map, number: 1, to: stage.store.memory)
        // Held by this broker, without a look at the document.
        #expect(await stage.open(as: .aliceOnWeb, node: Cast.webNode).status == 200)
        var members = try #require(Cast.map.members)
        var sets = try #require(members["permissionSets"]?.members)
        var entry = try #require(sets["DatabaseAdmin"]?.members)
        entry["linuxUser"] = "postgres"
        sets["DatabaseAdmin"] = .object(entry)
        members["permissionSets"] = .object(sets)
        let new = try RoleMap(json: .object(members))
        try await publish(.object(members), number: 2, to: stage.store.memory)
        let world = try Stage.world(map: new)
        let document = try #require(world.documents[Stage.documentKey]?.content)
        stage.tamper { _ in document }
        let reply = await stage.open()
        #expect(reply.status == 200)
        #expect(reply.body["linuxUser"] == "postgres")
        #expect(stage.records.last?.access?.mapVersion == new.version)
    }

    @Test("the second attempt's intent gets its outcome too, though the store never said that it took it")
    func doubtful() async throws {
        let stage = try Stage(maps: .store)
        try await publish(Cast.map, number: 1, to: stage.store.memory)
        #expect(await stage.open().status == 200)
        let json = try Stage.mapWithAnotherUser("postgres")
        try await publish(json, number: 2, to: stage.store.memory)
        let document = try #require(
            try Stage.world(map: try RoleMap(json: json)).documents[Stage.documentKey]?.content
        )
        stage.tamper { _ in document }
        stage.store.script(.intent, .pass, .loseAnswer, .fail(gone))
        #expect(await stage.open().code == "AUDIT_UNAVAILABLE")
        #expect(stage.events.suffix(4) == [.intent, .failed, .intent, .failed])
        #expect(stage.records.last?.decision?.code == "AUDIT_UNAVAILABLE")
        stage.expectOneOutcomePerIntent()
    }

    @Test("a version that is no map never takes the place of a good one, and is counted once a minute")
    func invalid() async throws {
        let stage = try Stage(maps: .store)
        try await publish(Cast.map, number: 1, to: stage.store.memory)
        #expect(await stage.open().status == 200)
        try await publish(["version": 99], number: 2, to: stage.store.memory)
        for _ in 1...3 { #expect(await stage.open().status == 200) }
        #expect(stage.metrics.counted == [.roleMapNotTaken])
        #expect(stage.metrics.facts.first?["in.force"] == "version 1")
        #expect(stage.metrics.facts.first?["problem"]?.hasPrefix("version 2 of the role map is none") == true)
        stage.clock.advance(milliseconds: 61_000)
        #expect(await stage.open().status == 200)
        #expect(stage.metrics.counted == [.roleMapNotTaken, .roleMapNotTaken])
        // The next good one is taken.
        try await publish(try Self.withoutAlice(), number: 3, to: stage.store.memory)
        #expect(await stage.open().code == "PERMISSION_SET_NOT_MAPPED")
    }

    @Test("a broker that has no good map refuses instead of falling back to the deployment's")
    func cold() async throws {
        let stage = try Stage(maps: .file)
        try await publish(["version": 99], number: 1, to: stage.store.memory)
        let reply = await stage.open()
        #expect(reply.code == "MAP_MISSING")
        #expect(stage.metrics.counted == [.roleMapNotTaken])
        // Who could publish another one is told that there is one, and what is wrong with it.
        let shown = await stage.send("GET", "/v1/role-map", as: Person.root.caller)
        #expect(shown.code == "MAP_MISSING")
        #expect(shown.body["detail"]?.text?.contains("version 1 of the role map is none for this broker") == true)
    }
}
