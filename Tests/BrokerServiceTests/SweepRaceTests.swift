import BrokerService
import SessionCore
import Testing

/// A sweep whose clock is ahead meets a broker that is still at work: exactly one outcome, and no token for the loser.
@Suite("The sweep against a slow broker", .timeLimit(.minutes(1)))
struct SweepRaceTests {
    @Test("the sweep is first while the session starts: the broker hands nothing out, and nothing runs")
    func duringStart() async throws {
        let stage = try Stage()
        stage.aws.during("StartSession") { [stage] in
            await #expect(throws: Never.self) { try await stage.sweepAhead() }
        }
        let reply = await stage.open()
        #expect(reply.code == "AUDIT_UNAVAILABLE")
        #expect(reply.body["session"] == nil && reply.body["credentials"] == nil)
        #expect(stage.aws.sessions.count == 1 && stage.aws.activeSessions.isEmpty)
        #expect(stage.events.filter(\.isOutcome) == [.unknown])
        stage.expectOneOutcomePerIntent()
        try stage.expectDiscretion(reply)
    }

    @Test("the sweep is first and sees no session yet: the broker ends the one that it starts then")
    func beforeStart() async throws {
        let stage = try Stage()
        stage.aws.during("AssumeRole start") { [stage] in
            await stage.journal.wait(for: "recorded session.intent")
            await #expect(throws: Never.self) { try await stage.sweepAhead() }
        }
        let reply = await stage.open()
        #expect(reply.code == "AUDIT_UNAVAILABLE")
        #expect(stage.aws.sessions.count == 1 && stage.aws.activeSessions.isEmpty)
        #expect(stage.events.filter(\.isOutcome) == [.unknown])
        stage.expectOneOutcomePerIntent()
        try stage.expectDiscretion(reply)
    }

    @Test("the sweep is first while the broker writes its outcome")
    func duringOutcome() async throws {
        let stage = try Stage()
        stage.store.before(.started) { [stage] _ in
            await #expect(throws: Never.self) { try await stage.sweepAhead() }
        }
        let reply = await stage.open()
        #expect(reply.code == "AUDIT_UNAVAILABLE")
        #expect(stage.aws.activeSessions.isEmpty)
        #expect(stage.events.filter(\.isOutcome) == [.unknown])
        stage.expectOneOutcomePerIntent()
        try stage.expectDiscretion(reply)
    }

    @Test("the broker is first: the sweep does nothing more, and the session is the engineer's")
    func brokerFirst() async throws {
        let stage = try Stage()
        stage.store.before(.unknown) { [stage] _ in await stage.journal.wait(for: "recorded session.started") }
        let reply = await withTaskGroup(of: Void.self) { group in
            stage.aws.during("StartSession") { [stage] in
                // The sweep has read the intent as open and is about to take its outcome when the broker goes on.
                await stage.journal.wait(for: "append session.unknown")
            }
            group.addTask { [stage] in
                await stage.journal.wait(for: "begin StartSession")
                await #expect(throws: Never.self) { try await stage.sweepAhead() }
            }
            return await stage.open()
        }
        #expect(reply.status == 200)
        #expect(reply.body["session"] != nil)
        #expect(stage.aws.activeSessions.count == 1)
        #expect(stage.events == [.intent, .started])
        stage.expectOneOutcomePerIntent()
    }

    @Test("two sweeps at once take one outcome and record each thing once")
    func twoSweeps() async throws {
        let stage = try Stage()
        try await stage.dieAfterStart()
        stage.advance(seconds: 89)
        async let one = stage.sweep()
        async let two = stage.sweep()
        _ = try await (one, two)
        #expect(stage.aws.activeSessions.isEmpty)
        #expect(
            stage.events.filter { $0 != .swept }.sorted { $0.rawValue < $1.rawValue } == [.ended, .intent, .unknown]
        )
        // One of them may find what the other has not ended yet, which is another finding.
        #expect(stage.kinds.contains("intent-resolved") && Set(stage.kinds).count == stage.kinds.count)
        stage.expectOneOutcomePerIntent()
    }
}
