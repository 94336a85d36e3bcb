import BrokerService
import SessionCore
import Testing

@Suite("A sweep that meets trouble", .timeLimit(.minutes(1)))
struct SweepFaultTests {
    @Test("an account that cannot be entered leaves the others alone, and is named")
    func otherAccounts() async throws {
        let stage = try Stage()
        _ = try await stage.opened(as: .dave, node: Cast.batchNode)
        _ = try await stage.store.append(SweepSamples.intent(opened: stage.clock.now))
        stage.advance(seconds: 3700)
        let refusal = AWSDouble.Fault.refusal("AccessDenied", status: 403)
        stage.aws.fault("AssumeRole inspect", refusal)
        let report = try await stage.sweep()
        #expect(report["places"] == 2)
        #expect(report["failures"]?.elements?.map { $0["code"] } == ["TARGET_ROLE_REFUSED"])
        #expect(report["isComplete"] == false)
        let next = try await stage.sweep()
        #expect(next["failures"]?.elements?.isEmpty == true)
        #expect(stage.kinds.contains("intent-resolved"))
    }

    @Test("with too little time nothing is begun, and the report says so")
    func noTime() async throws {
        let stage = try Stage()
        try await stage.dieAfterStart()
        stage.advance(seconds: 89)
        let calls = stage.aws.calls.count
        let report = try await stage.sweep(deadlineSeconds: 5)
        #expect(report["isComplete"] == false && report["places"] == 0)
        #expect(stage.aws.calls.count == calls)
        #expect(stage.events == [.intent])
    }

    @Test("time that runs out on the way ends the run between two sessions, and the next run goes on")
    func timeRunsOut() async throws {
        let stage = try Stage()
        for number in 1...3 {
            _ = try await stage.store.append(SweepSamples.intent(opened: stage.clock.now, number: number))
        }
        stage.advance(seconds: 89)
        let intents = 3
        stage.store.before(.ended) { [stage] _ in stage.clock.advance(milliseconds: 13_000) }
        #expect(try await stage.sweep()["isComplete"] == false)
        let first = stage.events.count { $0 == .unknown }
        #expect((1..<intents).contains(first))
        #expect(try await stage.sweep()["isComplete"] == true)
        #expect(stage.events.count { $0 == .unknown } == intents)
        stage.expectOneOutcomePerIntent()
    }

    @Test("a log that cannot be read fails the run: whoever watches the schedule hears of it")
    func unreadable() async throws {
        let stage = try Stage()
        stage.store.failReads(gone)
        await #expect(throws: AuditStoreFailure.self) { try await stage.sweep() }
    }

    @Test("an outcome that cannot be written ends nothing", arguments: [AuditEvent.unknown, .swept])
    func unwritable(_ event: AuditEvent) async throws {
        let stage = try Stage()
        try await stage.dieAfterStart()
        stage.advance(seconds: 89)
        stage.store.script(event, .fail(gone), .fail(gone))
        #expect(try await stage.sweep()["failures"]?.elements?.first?["code"] == "AUDIT_UNAVAILABLE")
        #expect(stage.aws.activeSessions.count == 1)
        try await stage.sweep()
        #expect(stage.aws.activeSessions.isEmpty)
        stage.expectOneOutcomePerIntent()
    }

    @Test("an answer of the store that is lost is asked for again, and nothing is recorded twice")
    func answersLost() async throws {
        let stage = try Stage()
        try await stage.dieAfterStart()
        stage.advance(seconds: 89)
        for event in [AuditEvent.unknown, .swept, .ended] { stage.store.script(event, .loseAnswer) }
        #expect(try await stage.sweep()["isComplete"] == true)
        #expect(stage.events == [.intent, .unknown, .swept, .ended])
        #expect(stage.aws.activeSessions.isEmpty)
    }

    @Test("an end that cannot be recorded is recorded by the next run")
    func endUnrecorded() async throws {
        let stage = try Stage()
        try await stage.dieAfterStart()
        stage.advance(seconds: 89)
        stage.store.script(.ended, .fail(gone), .fail(gone))
        #expect(try await stage.sweep()["isComplete"] == false)
        #expect(stage.aws.activeSessions.isEmpty)
        #expect(stage.events == [.intent, .unknown, .swept])
        try await stage.sweep()
        #expect(stage.events == [.intent, .unknown, .swept, .ended])
    }
}
