import BrokerService
import SessionCore
import Synchronization
import TestSupport
import Testing

@Suite("When a step fails", .timeLimit(.minutes(1)))
struct FailureHoleTests {
    @Test("nothing starts when the intent cannot be written, and the caller hears only that")
    func noIntent() async throws {
        let stage = try Stage()
        stage.store.script(.intent, .fail(gone), .fail(gone))
        stage.store.script(.denied, .fail(gone), .fail(gone))
        let reply = await stage.open()
        #expect(reply.code == "AUDIT_UNAVAILABLE")
        #expect(reply.status == 503)
        #expect(stage.aws.calls("StartSession").isEmpty)
        #expect(stage.records.isEmpty)
        try stage.expectDiscretion(reply)
    }

    @Test("a store that comes back in time gets the refusal of the request whose intent it lost")
    func intentLostRefusalKept() async throws {
        let stage = try Stage()
        stage.store.script(.intent, .fail(gone), .fail(gone))
        #expect(await stage.open().code == "AUDIT_UNAVAILABLE")
        #expect(stage.aws.calls("StartSession").isEmpty)
        #expect(stage.events == [.denied])
        let record = try #require(stage.records.first)
        #expect(record.decision?.code == "AUDIT_UNAVAILABLE")
        #expect(record.session == nil)
        stage.expectOneOutcomePerIntent()
    }

    @Test("an intent whose answer was lost once is written once, and the session starts")
    func intentAnswerLostOnce() async throws {
        let stage = try Stage()
        stage.store.script(.intent, .loseAnswer)
        #expect(await stage.open().status == 200)
        #expect(stage.events == [.intent, .started])
    }

    @Test("an intent that was written though the store never said so gets its one outcome")
    func intentWrittenUnsaid() async throws {
        let stage = try Stage()
        stage.store.script(.intent, .loseAnswer, .fail(gone))
        let reply = await stage.open()
        #expect(reply.code == "AUDIT_UNAVAILABLE")
        #expect(stage.aws.calls("StartSession").isEmpty)
        #expect(stage.events == [.intent, .failed])
        #expect(stage.records.last?.decision?.code == "AUDIT_UNAVAILABLE")
        stage.expectOneOutcomePerIntent()
    }

    @Test("an intent that comes back too late starts nothing")
    func slowIntent() async throws {
        let stage = try Stage()
        stage.store.before(.intent) { [clock = stage.clock] _ in clock.advance(milliseconds: 15_001) }
        #expect(await stage.open().code == "DEADLINE_TOO_CLOSE")
        #expect(stage.aws.calls("StartSession").isEmpty)
        #expect(stage.events == [.intent, .failed])
        stage.expectOneOutcomePerIntent()
    }

    @Test("a session whose outcome cannot be written is ended and not handed out")
    func noOutcome() async throws {
        let stage = try Stage()
        stage.store.script(.started, .fail(gone), .fail(gone))
        let reply = await stage.open()
        #expect(reply.code == "AUDIT_UNAVAILABLE")
        #expect(stage.aws.sessions.count == 1)
        #expect(stage.aws.activeSessions.isEmpty)
        // The store came back for the outcome that says so.
        #expect(stage.events == [.intent, .unknown])
        let outcome = try #require(stage.records.last)
        #expect(outcome.decision?.code == "AUDIT_UNAVAILABLE")
        #expect(outcome.aws?.sessionID == stage.aws.sessions.first?.id)
        #expect(outcome.details["ended"] == stage.aws.sessions.first?.id)
        stage.expectOneOutcomePerIntent()
        try stage.expectDiscretion(reply)
    }

    @Test("a store that stays away leaves the intent to the sweep, and the session is ended all the same")
    func storeStaysAway() async throws {
        let stage = try Stage()
        stage.store.script(.started, .fail(gone), .fail(gone))
        stage.store.script(.unknown, .fail(gone), .fail(gone))
        #expect(await stage.open().code == "AUDIT_UNAVAILABLE")
        #expect(stage.aws.activeSessions.isEmpty)
        #expect(stage.events == [.intent])
    }

    @Test("an outcome whose answer was lost once is written once, and the session is handed out")
    func outcomeAnswerLost() async throws {
        let stage = try Stage()
        stage.store.script(.started, .loseAnswer)
        #expect(await stage.open().status == 200)
        #expect(stage.events == [.intent, .started])
        #expect(stage.aws.activeSessions.count == 1)
    }

    @Test("an outcome that was written though the store never said so is followed by the session's end")
    func outcomeWrittenUnsaid() async throws {
        let stage = try Stage()
        stage.store.script(.started, .loseAnswer, .fail(gone))
        #expect(await stage.open().code == "AUDIT_UNAVAILABLE")
        #expect(stage.aws.activeSessions.isEmpty)
        #expect(stage.events == [.intent, .started, .ended])
        #expect(stage.records.last?.details["by"] == "broker")
        stage.expectOneOutcomePerIntent()
    }

    @Test("whoever writes the outcome second loses: the broker ends its session, records that and refuses")
    func outcomeTaken() async throws {
        let stage = try Stage()
        stage.aws.during("StartSession") { [store = stage.store] in
            guard var swept = store.records.last else { return }
            swept.id = RecordID(random: [UInt8](repeating: 7, count: 16))
            swept.event = .failed
            _ = try? await store.memory.append(swept)
        }
        let reply = await stage.open()
        #expect(reply.code == "AUDIT_UNAVAILABLE")
        #expect(stage.aws.activeSessions.isEmpty)
        #expect(stage.events == [.intent, .failed, .ended])
        #expect(stage.records.last?.aws?.sessionID == stage.aws.sessions.first?.id)
        #expect(stage.records.last?.decision?.code == "AUDIT_UNAVAILABLE")
        stage.expectOneOutcomePerIntent()
    }

    @Test("an outcome that is written too late for the answer ends the session, though the time for AWS calls is over")
    func lateOutcome() async throws {
        let stage = try Stage()
        stage.store.before(.started) { [clock = stage.clock] _ in clock.advance(milliseconds: 28_500) }
        let reply = await stage.open(deadlineSeconds: 40)
        #expect(reply.code == "DEADLINE_TOO_CLOSE")
        #expect(stage.aws.activeSessions.isEmpty)
        #expect(stage.events == [.intent, .started, .ended])
        stage.expectOneOutcomePerIntent()
    }

    @Test("an error of the store that the port does not know is a store that cannot record")
    func foreignStoreError() async throws {
        struct Odd: Error {}
        let stage = try Stage()
        stage.store.script(.denied, .fail(Odd()), .fail(Odd()))
        #expect(await stage.open(as: .bob).code == "AUDIT_UNAVAILABLE")
    }

    @Test("a role that cannot be assumed after the intent is its outcome", arguments: ["start", "channel"])
    func noRole(_ use: String) async throws {
        let stage = try Stage()
        let message = "User: arn:aws:sts::1:assumed-role/BrokerExecution/x is not authorized to set alice"
        stage.aws.fault("AssumeRole \(use)", .refusal("AccessDenied", status: 403, message: message))
        let reply = await stage.open()
        #expect(reply.code == "TARGET_ROLE_REFUSED")
        #expect(stage.aws.calls("StartSession").isEmpty)
        #expect(stage.events == [.intent, .failed])
        let outcome = try #require(stage.records.last)
        #expect(outcome.aws?.requestIDs["AssumeRole"] == "aws-AssumeRole-refused")
        #expect(outcome.details["cause"]?.contains("AccessDenied") == true)
        stage.expectOneOutcomePerIntent()
        try stage.expectDiscretion(reply)
    }

    @Test(
        "an AssumeRole that stays throttled or without an answer is the intent's outcome",
        arguments: ["start", "channel"]
    )
    func noAnswer(_ use: String) async throws {
        let throttled = AWSDouble.Fault.refusal("Throttling")
        for (fault, code) in [(throttled, "AWS_THROTTLED"), (.timeoutBefore, "AWS_UNAVAILABLE")] {
            let stage = try Stage()
            stage.aws.fault("AssumeRole \(use)", fault, fault, fault, fault)
            #expect(await stage.open().code == code)
            #expect(stage.aws.calls("StartSession").isEmpty)
            #expect(stage.events == [.intent, .failed])
            #expect(stage.records.last?.decision?.code == code)
        }
    }

    @Test("a document that was changed after it was remembered is found out beside the intent, and not used")
    func tampered() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        stage.tamper { $0.replacing("dbadmin", with: "daemon") }
        let reply = await stage.open()
        #expect(reply.code == "DOCUMENT_CHANGED")
        #expect(stage.aws.calls("StartSession").count == 1)
        #expect(stage.events == [.intent, .started, .intent, .failed])
        #expect(stage.records.last?.decision?.code == "DOCUMENT_CHANGED")
        stage.expectOneOutcomePerIntent()
        // What was remembered is forgotten: the next refusal comes before any intent.
        #expect(await stage.open().code == "DOCUMENT_CHANGED")
        #expect(stage.events.last == .denied)
    }

    @Test("a Linux user in the tags of the broker's role is found out beside the intent, and nothing is started")
    func tagged() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        stage.aws.change { $0.targetTags = ["SSMSessionRunAs": "root"] }
        #expect(await stage.open().code == "TARGET_ROLE_TAGGED")
        #expect(stage.aws.calls("StartSession").count == 1)
        #expect(stage.events == [.intent, .started, .intent, .failed])
        stage.expectOneOutcomePerIntent()
        // What was remembered is forgotten: the next refusal comes before any intent.
        #expect(await stage.open().code == "TARGET_ROLE_TAGGED")
        #expect(stage.events.last == .denied)
    }

    @Test("tags that were remembered with one document say nothing for another")
    func taggedElsewhere() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        stage.aws.change { $0.targetTags = ["SSMSessionRunAs": "root"] }
        #expect(await stage.open(as: .aliceOnWeb, node: Cast.webNode).code == "TARGET_ROLE_TAGGED")
        #expect(stage.aws.calls("StartSession").count == 1)
        #expect(stage.events == [.intent, .started, .denied])
    }

    @Test("a new version with the same content is what the records name")
    func documentVersion() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        stage.aws.change { world in
            world.documents[Stage.documentKey]?.version = "2"
            world.documents[Stage.documentKey]?.defaultVersion = "2"
        }
        _ = try await stage.opened()
        #expect(stage.records.last?.event == .started)
        #expect(stage.records.last?.access?.document?.version == "2")
    }
}
