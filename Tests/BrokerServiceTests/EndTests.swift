import BrokerService
import SessionCore
import Synchronization
import TestSupport
import Testing

@Suite("Ending a session", .timeLimit(.minutes(1)))
struct EndTests {
    @Test("the owner ends their session under its own name, and it is recorded")
    func owner() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        let reply = await stage.end(id)
        #expect(reply.body == ["by": "owner", "ended": true, "id": .string(id)])
        #expect(stage.aws.activeSessions.isEmpty)
        let role = try #require(stage.aws.calls("AssumeRole end").first)
        let session = try #require(stage.aws.sessions.first)
        #expect(session.id.hasPrefix("\(role.parameters["RoleSessionName"] ?? "?")-"))
        #expect(role.parameters["SourceIdentity"] == "alice")
        #expect(stage.events == [.intent, .started, .ended])
        let record = try #require(stage.records.last)
        #expect(record.details["by"] == "owner")
        #expect(record.aws?.sessionID == session.id)
        #expect(record.aws?.requestIDs["TerminateSession"]?.hasPrefix("aws-TerminateSession-") == true)
    }

    @Test("an ended session may be ended again, and nothing more is done or recorded")
    func twice() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        _ = await stage.end(id)
        let calls = stage.aws.calls.count
        #expect(await stage.end(id).status == 200)
        #expect(stage.aws.calls.count == calls)
        #expect(stage.events == [.intent, .started, .ended])
    }

    @Test(
        "an administrator ends it in their own name, by the map or by the deployment",
        arguments: [
            Person.aliceAdministers, .root,
        ]
    )
    func administrator(_ person: Person) async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        #expect(await stage.end(id, as: person).status == 200)
        #expect(stage.aws.calls("AssumeRole end").first?.parameters["SourceIdentity"] == person.user)
        #expect(stage.records.last?.details["by"] == "administrator")
        #expect(stage.records.last?.caller?.arn == person.arn)
    }

    @Test("why it was ended stands in the record")
    func reason() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        #expect(await stage.end(id, as: .aliceAdministers, query: [("reason", "left open")]).status == 200)
        #expect(stage.records.last?.details == ["by": "administrator", "reason": "left open"])
    }

    @Test(
        "a reason that cannot be recorded ends nothing",
        arguments: [
            [("reason", "")], [("reason", "two\nlines")], [("reason", "once"), ("reason", "twice")],
            [("why", "left open")],
        ]
    )
    func reasonIsWrong(_ query: [(name: String, value: String)]) async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        #expect(await stage.end(id, query: query).code == "QUERY_INVALID")
        #expect(stage.aws.activeSessions.count == 1)
        #expect(!stage.events.contains(.ended))
    }

    @Test("the owner hears from their own end, which comes second, who was first")
    func second() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        #expect(await stage.end(id, as: .aliceAdministers).body["by"] == "administrator")
        let reply = await stage.end(id)
        #expect(reply.body == ["by": "administrator", "ended": true, "id": .string(id)])
        #expect(stage.events == [.intent, .started, .ended])
    }

    @Test("nobody else does, and they are not told that it is there")
    func strangers() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        for person in [Person.carol, .aliceOnWeb, .aliceElsewhere, .sam, .bob] {
            #expect(await stage.end(id, as: person).code == "SESSION_NOT_FOUND")
        }
        #expect(stage.aws.activeSessions.count == 1)
        #expect(stage.aws.calls("AssumeRole end").isEmpty)
    }

    @Test("an administrator whose proof cannot be had is told so, not that there is no session")
    func proofUnavailable() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        let throttled = AWSDouble.Fault.refusal("Throttling")
        stage.aws.fault("GetRole", throttled, throttled, throttled, throttled)
        #expect(await stage.end(id, as: .aliceAdministers).code == "AWS_THROTTLED")
    }

    @Test("a session that is being started when it is ended is ended, and its token goes nowhere")
    func pending() async throws {
        let stage = try Stage()
        stage.aws.during("StartSession") { [stage] in
            let id = stage.records.last?.session?.text ?? "?"
            #expect(await stage.end(id, as: .aliceAdministers).status == 200)
        }
        let reply = await stage.open()
        #expect(reply.code == "AUDIT_UNAVAILABLE")
        #expect(reply.body["session"] == nil)
        #expect(stage.aws.sessions.count == 1)
        #expect(stage.aws.activeSessions.isEmpty)
        #expect(stage.events == [.intent, .unknown, .ended, .ended])
        stage.expectOneOutcomePerIntent()
    }

    @Test("a session that is ended before it is started never reaches the engineer")
    func beforeStart() async throws {
        let stage = try Stage()
        stage.aws.during("AssumeRole start") { [stage] in
            await stage.journal.wait(for: "recorded session.intent")
            let id = stage.records.last?.session?.text ?? "?"
            #expect(await stage.end(id).status == 200)
        }
        #expect(await stage.open().code == "AUDIT_UNAVAILABLE")
        #expect(stage.aws.activeSessions.isEmpty)
        stage.expectOneOutcomePerIntent()
    }

    @Test("the session of a broker that died before the outcome is found by its owner and ended")
    func orphan() async throws {
        let stage = try Stage()
        // A broker that dies writes nothing more.
        stage.store.script(.started, .fail(gone), .fail(gone))
        stage.store.script(.unknown, .fail(gone), .fail(gone))
        let refusal = AWSDouble.Fault.refusal("AccessDeniedException")
        stage.aws.fault("TerminateSession", refusal)
        _ = await stage.open()
        #expect(stage.events == [.intent])
        #expect(stage.aws.activeSessions.count == 1)
        let id = try #require(stage.records.first?.session?.text)
        #expect(await stage.end(id).status == 200)
        #expect(stage.aws.activeSessions.isEmpty)
        #expect(stage.events == [.intent, .unknown, .ended])
        stage.expectOneOutcomePerIntent()
    }

    @Test("an end that cannot be recorded is not said to be done, and may be asked for again")
    func unrecorded() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        stage.store.script(.ended, .fail(gone), .fail(gone))
        #expect(await stage.end(id).code == "AUDIT_UNAVAILABLE")
        #expect(await stage.end(id).status == 200)
        #expect(stage.events.last == .ended)
    }

    @Test("a session that AWS does not end is not said to be ended")
    func refused() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        stage.aws.fault("TerminateSession", .refusal("AccessDeniedException"))
        #expect(await stage.end(id).code == "TARGET_ROLE_REFUSED")
        #expect(stage.events == [.intent, .started, .refused])
        #expect(await stage.renew(id).status == 200)
    }

    @Test("nothing is said about sessions when the log cannot be read")
    func unreadable() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        stage.store.failReads(gone)
        #expect(await stage.end(id).code == "AUDIT_UNAVAILABLE")
        #expect(await stage.renew(id).code == "AUDIT_UNAVAILABLE")
        #expect(stage.aws.activeSessions.count == 1)
    }
}
