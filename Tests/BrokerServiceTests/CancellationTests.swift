import BrokerService
import SessionCore
import Synchronization
import Testing

@Suite("A request whose task is cancelled", .timeLimit(.minutes(1)))
struct CancellationTests {
    /// Cancels the request under way, from within one of its own calls.
    @Sendable
    private static func cancel() { withUnsafeCurrentTask { $0?.cancel() } }

    @Test("while its session starts: the outcome is unknown, recorded so, and the session can be ended later")
    func whileStarting() async throws {
        let stage = try Stage()
        stage.aws.during("StartSession") { Self.cancel() }
        let reply = await Task { await stage.open() }.value
        #expect(reply.code == "START_UNKNOWN")
        #expect(reply.body["session"] == nil)
        #expect(stage.events == [.intent, .unknown])
        #expect(stage.records.last?.details["listed"] == "false")
        stage.expectOneOutcomePerIntent()
        let id = try #require(stage.records.first?.session?.text)
        #expect(await stage.end(id).status == 200)
        #expect(stage.aws.sessions.count == 1)
        #expect(stage.aws.activeSessions.isEmpty)
    }

    @Test("while the outcome is written: the session is not handed out unrecorded")
    func whileRecording() async throws {
        let stage = try Stage()
        stage.store.before(.started) { _ in Self.cancel() }
        let reply = await Task { await stage.open() }.value
        // The store took the record, so the session is known, and the answer is the caller's.
        #expect(reply.status == 200)
        #expect(stage.events == [.intent, .started])
    }

    @Test("before its session starts: nothing starts, and the intent has its outcome")
    func beforeStart() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        stage.aws.change { $0.sessions = [] }
        let reply = await Task {
            Self.cancel()
            return await stage.open()
        }.value
        #expect(reply.status != 200)
        #expect(stage.aws.sessions.isEmpty)
        stage.expectOneOutcomePerIntent()
    }
}
