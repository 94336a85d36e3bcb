import BrokerService
import SessionCore
import Testing

@Suite("A sweep that somebody asks for", .timeLimit(.minutes(1)))
struct SweepRequestTests {
    private func ask(_ stage: Stage, as person: Person) async -> BrokerReply {
        await stage.send("POST", "/v1/audit/sweep", as: person.caller, body: Array("{}".utf8))
    }

    @Test(
        "auditors and administrators may, in their own name; the asking is recorded first",
        arguments: [Person.sam, .aliceAdministers, .root]
    )
    func admitted(_ person: Person) async throws {
        let stage = try Stage()
        try await stage.dieAfterStart()
        stage.advance(seconds: 89)
        let reply = await ask(stage, as: person)
        #expect(reply.status == 200)
        #expect(reply.body.kinds == ["intent-resolved"])
        #expect(stage.events == [.intent, .read, .unknown, .swept, .ended])
        #expect(stage.records[1].details == ["filter": "sweep"])
        for record in stage.records.dropFirst() {
            #expect(record.caller?.arn == person.arn && record.caller?.proof == "verified")
            #expect(record.request?.route == "POST /v1/audit/sweep")
        }
        try stage.expectDiscretion(reply)
    }

    @Test("nobody else may, and their asking is recorded", arguments: [Person.alice, .bob, .dave])
    func refused(_ person: Person) async throws {
        let stage = try Stage()
        try await stage.dieAfterStart()
        stage.advance(seconds: 89)
        #expect(await ask(stage, as: person).code == "AUDIT_NOT_ALLOWED")
        #expect(stage.events == [.intent, .refused])
        #expect(stage.aws.activeSessions.count == 1)
    }

    @Test("a look-alike of the auditor's role is refused")
    func lookAlike() async throws {
        let stage = try Stage()
        #expect(await ask(stage, as: Person.sam.lookAlike()).code == "ROLE_NOT_PROVEN")
    }

    @Test("an asking that cannot be recorded is refused, and nothing is done")
    func unrecorded() async throws {
        let stage = try Stage()
        try await stage.dieAfterStart()
        stage.advance(seconds: 89)
        stage.store.script(.read, .fail(gone), .fail(gone))
        #expect(await ask(stage, as: .sam).code == "AUDIT_UNAVAILABLE")
        #expect(stage.aws.activeSessions.count == 1)
    }
}
