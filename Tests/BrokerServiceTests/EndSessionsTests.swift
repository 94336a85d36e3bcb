import BrokerService
import SessionCore
import Testing

@Suite("Ending many sessions", .timeLimit(.minutes(1)))
struct EndSessionsTests {
    private func end(
        _ stage: Stage,
        _ query: [(name: String, value: String)],
        as person: Person = .aliceAdministers,
        deadlineSeconds: Int64 = 30
    ) async -> BrokerReply {
        await stage.send(
            "DELETE",
            "/v1/sessions",
            as: person.caller,
            query: query,
            deadlineSeconds: deadlineSeconds
        )
    }

    @Test("all sessions that fit are ended in the administrator's name, each with a record of its own")
    func user() async throws {
        let stage = try Stage()
        var alices: [String] = []
        for person in [Person.alice, .aliceElsewhere, .alice] {
            let node = person.account == Cast.second ? Cast.batchNode : Cast.dbNode
            alices.append(try await stage.opened(as: person, node: node))
        }
        let carols = try await stage.opened(as: .carol)
        let reply = try #require(
            EndSessionsReply(json: await end(stage, [("user", "alice"), ("reason", "left the company")]).body)
        )
        #expect(reply.ended.map(\.text) == alices.sorted())
        #expect(reply.left.isEmpty)
        #expect(reply.isComplete)
        #expect(stage.aws.activeSessions.count == 1)
        let ends = stage.records.filter { $0.event == .ended }
        #expect(ends.compactMap(\.session?.text).sorted() == alices.sorted())
        for record in ends {
            #expect(record.caller?.arn == Person.aliceAdministers.arn)
            #expect(record.details["by"] == "administrator")
            #expect(record.details["cause"] == "named together")
            #expect(record.details["filter"] == "user=alice")
            #expect(record.details["reason"] == "left the company")
            #expect(record.access?.linuxUser == "dbadmin")
        }
        #expect(stage.aws.calls("AssumeRole end").allSatisfy { $0.parameters["SourceIdentity"] == "alice" })
        #expect(try await stage.store.session(RecordID(carols))?.state == .live)
        try stage.expectDiscretion()
    }

    @Test("a permission set and a node narrow it down, and what has ended is left alone")
    func filters() async throws {
        let stage = try Stage()
        let web = try await stage.opened(as: .aliceOnWeb, node: Cast.webNode)
        _ = try await stage.opened()
        let ended = try await stage.opened(as: .aliceOnWeb, node: Cast.webNode)
        #expect(await stage.end(ended, as: .aliceOnWeb).status == 200)
        let query = [(name: "permissionSet", value: "WebOperator"), (name: "node", value: Cast.webNode)]
        #expect(await end(stage, query).body["ended"] == [.string(web)])
        #expect(await end(stage, query).body["ended"] == [])
        #expect(stage.aws.activeSessions.count == 1)
    }

    @Test("a session that is being started meanwhile ends too, and its token goes nowhere")
    func pending() async throws {
        let stage = try Stage()
        stage.aws.during("StartSession") { [stage] in
            #expect(await end(stage, [("user", "alice")]).body["isComplete"] == true)
        }
        #expect(await stage.open().body["session"] == nil)
        #expect(stage.aws.sessions.count == 1)
        #expect(stage.aws.activeSessions.isEmpty)
        stage.expectOneOutcomePerIntent()
    }

    @Test("what cannot be ended is told with its reason, leaves the others alone, and ends when asked again")
    func partly() async throws {
        let stage = try Stage()
        for _ in 0..<12 { _ = try await stage.opened() }
        stage.aws.fault("TerminateSession", .refusal("AccessDeniedException"), nil, .refusal("AccessDeniedException"))
        let first = try #require(EndSessionsReply(json: await end(stage, [("node", Cast.dbNode)]).body))
        #expect(first.ended.count == 10)
        #expect(first.left.map(\.code) == ["TARGET_ROLE_REFUSED", "TARGET_ROLE_REFUSED"])
        #expect(!first.isComplete)
        #expect(stage.aws.activeSessions.count == 2)
        let second = try #require(EndSessionsReply(json: await end(stage, [("node", Cast.dbNode)]).body))
        #expect(second.ended == first.left.map(\.id))
        #expect(second.isComplete)
        #expect(stage.records.count { $0.event == .ended } == 12)
    }

    @Test("an end that is not recorded does not count as one")
    func unrecorded() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        stage.store.script(.ended, .fail(gone), .fail(gone))
        let reply = try #require(EndSessionsReply(json: await end(stage, [("user", "alice")]).body))
        #expect(reply.left.map(\.code) == ["AUDIT_UNAVAILABLE"])
        #expect(await end(stage, [("user", "alice")]).body["isComplete"] == true)
    }

    @Test("near the deadline no end is begun, and the answer says what is left")
    func deadline() async throws {
        let stage = try Stage()
        for _ in 0..<20 { _ = try await stage.opened() }
        stage.aws.latency("TerminateSession", milliseconds: 3_000)
        let reply = try #require(EndSessionsReply(json: await end(stage, [("user", "alice")]).body))
        #expect(!reply.ended.isEmpty)
        #expect(reply.left.contains { $0.code == "DEADLINE_TOO_CLOSE" })
        #expect(reply.ended.count + reply.left.count == 20)
        #expect(!reply.isComplete)
    }

    @Test(
        "nobody else ends the sessions of many",
        arguments: [Person.alice, .sam, Person.aliceAdministers.lookAlike()]
    )
    func others(_ person: Person) async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        let reply = await end(stage, [("user", "alice")], as: person)
        #expect(["ADMINISTRATOR_REQUIRED", "ROLE_NOT_PROVEN"].contains(reply.code))
        #expect(stage.aws.activeSessions.count == 1)
        #expect(stage.events.last == .refused)
    }

    @Test(
        "a request that leaves out which sessions, or is not understood, ends none",
        arguments: [[], [("reason", "all of them")], [("usr", "alice")], [("user", "alice"), ("user", "bob")]]
    )
    func wrong(_ query: [(String, String)]) async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        #expect(await end(stage, query.map { (name: $0.0, value: $0.1) }).code == "QUERY_INVALID")
        #expect(stage.aws.activeSessions.count == 1)
    }

    @Test("what a new map says of a live session is what its renewal would be told", arguments: RenewalTests.changes)
    func objections(_ change: RenewalTests.Change) async throws {
        let stage = try Stage()
        let id = try RecordID(try await stage.opened())
        let session = try #require(try await stage.store.session(id))
        let ceiling = try Cast.ceiling()
        #expect(session.objection(under: try stage.map.read(), ceiling: ceiling) == nil)
        var members = try #require(Cast.map.members)
        var sets = try #require(members["permissionSets"]?.members)
        sets["DatabaseAdmin"] = change.entry
        members["permissionSets"] = .object(sets)
        let map = try RoleMap(json: .object(members))
        #expect(session.objection(under: map, ceiling: ceiling)?.code.rawValue == change.code)
        try stage.publish(.object(members))
        #expect(await stage.renew(id.text).code == change.code)
    }
}
