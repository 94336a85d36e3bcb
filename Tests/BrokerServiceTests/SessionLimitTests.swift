import BrokerService
import SessionCore
import Testing

@Suite("How many sessions at a time", .timeLimit(.minutes(1)))
struct SessionLimitTests {
    /// A stage whose map lets each permission set have so many sessions at a time.
    private static func stage(limit: Int64) throws -> Stage {
        let stage = try Stage()
        var map = Cast.map.members ?? [:]
        var sets = map["permissionSets"]?.members ?? [:]
        for name in sets.keys {
            var entry = sets[name]?.members ?? [:]
            entry["limits"] = ["concurrentSessions": .integer(limit)]
            sets[name] = .object(entry)
        }
        map["permissionSets"] = .object(sets)
        try stage.publish(.object(map))
        return stage
    }

    @Test("one session more than the map allows is refused with its own code, recorded, and never asked of AWS")
    func refused() async throws {
        let stage = try Self.stage(limit: 2)
        for _ in 0..<2 { _ = try await stage.opened() }
        let starts = stage.aws.calls("StartSession").count
        let requestID = stage.makeRequestID()
        let reply = await stage.open(requestID: requestID)
        #expect(reply.status == 409)
        #expect(reply.code == "TOO_MANY_SESSIONS")
        #expect(reply.body["detail"]?.text?.hasPrefix("You have 2 sessions already") == true)
        #expect(stage.aws.calls("StartSession").count == starts)
        #expect(stage.aws.activeSessions.count == 2)
        let record = try #require(stage.records.last)
        #expect(record.event == .denied)
        #expect(record.decision?.code == "TOO_MANY_SESSIONS")
        #expect(record.session == nil)
        #expect(record.access?.node.text == Cast.dbNode)
        stage.expectOneOutcomePerIntent()
        // The refusal used the request up.
        #expect(await stage.open(requestID: requestID).code == "REQUEST_REPLAYED")
        try stage.expectDiscretion(reply)
    }

    @Test("an end, by the owner or by an administrator, and a start that failed each make room")
    func room() async throws {
        let stage = try Self.stage(limit: 1)
        let first = try await stage.opened()
        #expect(await stage.open().code == "TOO_MANY_SESSIONS")
        #expect(await stage.end(first).status == 200)
        let second = try await stage.opened()
        #expect(await stage.end(second, as: .aliceAdministers).status == 200)
        stage.aws.fault("StartSession", .refusal("TargetNotConnected"))
        #expect(await stage.open().code == "NODE_NOT_CONNECTED")
        _ = try await stage.opened()
        #expect(await stage.open().code == "TOO_MANY_SESSIONS")
    }

    @Test("the limit is each owner's own")
    func owners() async throws {
        let stage = try Self.stage(limit: 1)
        for (person, node) in [
            (Person.alice, Cast.dbNode), (.carol, Cast.dbNode), (.aliceOnWeb, Cast.webNode),
            (.aliceElsewhere, Cast.batchNode),
        ] {
            _ = try await stage.opened(as: person, node: node)
            #expect(await stage.open(as: person, node: node).code == "TOO_MANY_SESSIONS")
        }
    }

    @Test("a session that is being started counts, so that requests side by side cannot exceed the limit")
    func sideBySide() async throws {
        let stage = try Self.stage(limit: 3)
        let codes = await withTaskGroup(of: String?.self, returning: [String?].self) { group in
            for _ in 0..<8 { group.addTask { await stage.open().code } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.filter { $0 == nil }.count == 3)
        #expect(codes.compactMap(\.self) == [String](repeating: "TOO_MANY_SESSIONS", count: 5))
        #expect(stage.aws.activeSessions.count == 3)
        stage.expectOneOutcomePerIntent()
    }

    @Test("a dry run says of the limit what a session would meet")
    func dryRun() async throws {
        let stage = try Self.stage(limit: 1)
        #expect(await stage.open(changes: ["dryRun": true]).status == 200)
        _ = try await stage.opened()
        #expect(await stage.open(changes: ["dryRun": true]).code == "TOO_MANY_SESSIONS")
        #expect(stage.events.last == .denied)
    }

    @Test("an intent of which the store lost the answer is not counted against itself")
    func lostAnswer() async throws {
        let stage = try Self.stage(limit: 1)
        stage.store.script(.intent, .loseAnswer)
        _ = try await stage.opened()
        #expect(stage.events == [.intent, .started])
    }

    @Test("whoami says how many, and nothing where there is no limit")
    func identity() async throws {
        let stage = try Self.stage(limit: 4)
        let limited = await stage.send("GET", "/v1/identity", as: Person.alice.caller)
        #expect(limited.body["concurrentSessions"] == 4)
        try stage.publish(Cast.map)
        let unlimited = await stage.send("GET", "/v1/identity", as: Person.alice.caller)
        #expect(unlimited.status == 200)
        #expect(unlimited.body["concurrentSessions"] == nil)
    }
}
