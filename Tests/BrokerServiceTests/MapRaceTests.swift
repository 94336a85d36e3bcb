import BrokerService
import SessionCore
import Synchronization
import Testing

@Suite("A publication while a session starts", .timeLimit(.minutes(1)))
struct MapRaceTests {
    /// Makes Alice's document what the map in force says, as a fast enforcer does.
    private static func rollOut(_ stage: Stage, version: String) throws {
        let content = try stage.aliceDocument().content.canonicalText
        stage.aws.change { world in
            world.documents[Stage.documentKey] = AWSDouble.Document(
                content: content,
                version: version,
                defaultVersion: version
            )
        }
    }

    /// Nobody got the session that was started, it runs no more, and the log says so.
    private static func expectDisowned(_ stage: Stage, _ reply: BrokerReply, code: String) throws {
        #expect(reply.code == code)
        #expect(reply.body["session"] == nil && reply.body["credentials"] == nil)
        #expect(stage.aws.calls("StartSession").count == 1)
        #expect(stage.aws.activeSessions.isEmpty)
        #expect(stage.events == [.intent, .started, .ended])
        let ended = try #require(stage.records.last)
        #expect(ended.decision?.code == code)
        #expect(ended.aws?.sessionID == stage.aws.sessions.first?.id)
        stage.expectOneOutcomePerIntent()
        try stage.expectDiscretion(reply)
    }

    @Test("a session that may have started as another Linux user is ended, and its token goes nowhere")
    func overtaken() async throws {
        let stage = try Stage()
        stage.aws.during("StartSession") {
            try? stage.publish(Stage.mapWithAnotherUser())
            try? Self.rollOut(stage, version: "2")
        }
        try Self.expectDisowned(stage, await stage.open(), code: "MAP_CHANGED")
    }

    @Test("so is one whose map was changed there and back, for the document in between may have been used")
    func thereAndBack() async throws {
        let stage = try Stage()
        stage.aws.during("StartSession") {
            try? stage.publish(Stage.mapWithAnotherUser())
            try? stage.publish(Cast.map)
            try? Self.rollOut(stage, version: "3")
        }
        try Self.expectDisowned(stage, await stage.open(), code: "MAP_CHANGED")
    }

    @Test("so is one that the new map does not grant at all")
    func takenAway() async throws {
        let stage = try Stage()
        var members = try #require(Cast.map.members)
        var sets = try #require(members["permissionSets"]?.members)
        sets["DatabaseAdmin"] = nil
        members["permissionSets"] = .object(sets)
        let map = JSON.object(members)
        stage.aws.during("StartSession") { try? stage.publish(map) }
        try Self.expectDisowned(stage, await stage.open(), code: "PERMISSION_SET_NOT_MAPPED")
    }

    @Test("so is one for which nobody can say which map is in force")
    func unconfirmed() async throws {
        let stage = try Stage()
        stage.map.beforePointer { [journal = stage.journal] in
            if journal.place(of: "end StartSession") != nil { throw gone }
        }
        try Self.expectDisowned(stage, await stage.open(), code: "AUDIT_UNAVAILABLE")
    }

    @Test("a publication that leaves the session as it was granted costs nobody anything")
    func unconcerned() async throws {
        let stage = try Stage()
        var members = try #require(Cast.map.members)
        var sets = try #require(members["permissionSets"]?.members)
        sets["WebOperator"] = nil
        members["permissionSets"] = .object(sets)
        let map = JSON.object(members)
        stage.aws.during("StartSession") { try? stage.publish(map) }
        #expect(await stage.open().status == 200)
        #expect(stage.aws.calls("GetDocument").count == 2)
        #expect(stage.events == [.intent, .started])
        #expect(stage.aws.activeSessions.count == 1)
    }

    @Test("the map in force is asked beside the outcome: neither waits for the other, and nothing else is asked")
    func beside() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        let lines = stage.journal.lines.count
        let calls = stage.aws.calls("GetDocument").count
        stage.map.beforePointer { [journal = stage.journal] in
            guard journal.lines.dropFirst(lines).contains("end StartSession") else { return }
            journal.write("read pointer again")
            await journal.wait(for: "append session.started", after: lines)
        }
        stage.store.before(.started) { [journal = stage.journal] _ in
            await journal.wait(for: "read pointer again")
        }
        _ = try await stage.opened()
        #expect(stage.journal.count(of: "read pointer again") == 1)
        #expect(stage.aws.calls("GetDocument").count == calls + 1)
    }
}

@Suite("A store that does not say which map is in force", .timeLimit(.minutes(1)))
struct UnconfirmedMapTests {
    /// A broker that has held the map for a moment, and does not get the next answer about it.
    private static func stage() async throws -> (Stage, session: String) {
        let stage = try Stage()
        let id = try await stage.opened()
        let isLost = Mutex(true)
        stage.map.beforePointer {
            let fails = isLost.withLock { lost in
                defer { lost = false }
                return lost
            }
            if fails { throw gone }
        }
        return (stage, id)
    }

    @Test("nothing is started on the map that is held, though its intent was recorded")
    func open() async throws {
        let (stage, _) = try await Self.stage()
        #expect(await stage.open().code == "AUDIT_UNAVAILABLE")
        #expect(stage.aws.calls("StartSession").count == 1)
        #expect(stage.events == [.intent, .started, .intent, .failed])
        stage.expectOneOutcomePerIntent()
        // It passes with the fault.
        #expect(await stage.open().status == 200)
    }

    @Test("nothing is renewed on it")
    func renew() async throws {
        let (stage, id) = try await Self.stage()
        #expect(await stage.renew(id).code == "AUDIT_UNAVAILABLE")
        #expect(stage.aws.calls("AssumeRole channel").count == 1)
        #expect(stage.events == [.intent, .started, .refused])
        #expect(await stage.renew(id).status == 200)
    }

    @Test("nobody is let publish by it")
    func publish() async throws {
        let (stage, _) = try await Self.stage()
        let request = PublishMapRequest(base: 1, map: Cast.map, note: nil, isDryRun: true)
        let body = request.json.canonicalBytes
        let reply = await stage.send("PUT", "/v1/role-map", as: Person.aliceAdministers.caller, body: body)
        #expect(reply.code == "AUDIT_UNAVAILABLE")
        #expect(stage.events == [.intent, .started, .refused])
    }
}
