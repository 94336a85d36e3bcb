import BrokerService
import SessionCore
import TestSupport
import Testing

@Suite("Making the state of sessions anew", .timeLimit(.minutes(1)))
struct RebuildTests {
    private func ask(_ stage: Stage, _ body: String, as person: Person = .sam) async -> BrokerReply {
        await stage.send("POST", "/v1/audit/sweep", as: person.caller, body: Array(body.utf8))
    }

    @Test("every session stands again as its records say, in as many steps as it takes, and one record tells of it")
    func steps() async throws {
        let stage = try Stage()
        for _ in 0..<5 {
            _ = try await stage.opened()
            stage.clock.advance(milliseconds: 1000)
        }
        let before = try await stage.store.memory.sessions(matching: SessionQuery())
        stage.store.memory.loseSessions()
        // Each request has time for two sessions: its deadline is 27 s after it came, less the reserve.
        stage.store.duringRebuild { [clock = stage.clock] in clock.advance(milliseconds: 12_000) }
        var body = #"{"rebuildSessions":true}"#
        var reports: [JSON] = []
        while reports.count < 9 {
            let reply = await ask(stage, body)
            #expect(reply.status == 200)
            reports.append(reply.body)
            guard let next = reply.body["next"]?.text else { break }
            body = #"{"cursor":"\#(next)","rebuildSessions":true}"#
        }
        #expect(reports.map { $0["rebuilt"]?.number ?? -1 } == [2, 2, 1])
        #expect(reports.map { $0["isComplete"] } == [false, false, true])
        #expect(try await stage.store.memory.sessions(matching: SessionQuery()) == before)
        let reads = stage.records.filter { $0.event == .read }
        #expect(reads.map(\.details) == [["filter": "rebuild of sessions"]])
        #expect(stage.aws.calls("DescribeSessions").isEmpty)
    }

    @Test("a store that cannot be read is said, and nothing else is done")
    func unavailable() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        stage.store.failReads(gone)
        #expect(await ask(stage, #"{"rebuildSessions":true}"#).code == "AUDIT_UNAVAILABLE")
    }

    @Test(
        "a body that is none is refused",
        arguments: [
            #"{"rebuildSessions":1}"#, #"{"cursor":"1795248000000.6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11"}"#,
            #"{"cursor":"x","rebuildSessions":true}"#, #"{"rebuildSessions":true,"until":"now"}"#, "[]", "sweep",
        ]
    )
    func wrong(_ body: String) async throws {
        let stage = try Stage()
        #expect(await ask(stage, body).code == "BODY_INVALID")
        #expect(stage.events == [.refused])
    }
}
