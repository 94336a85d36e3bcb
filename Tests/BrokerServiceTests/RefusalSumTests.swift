import BrokerService
import SessionCore
import Testing

@Suite("Refusals by the dozen", .timeLimit(.minutes(1)))
struct RefusalSumTests {
    /// Asks for a node that is not there, so many times, a second apart.
    private func refuse(_ count: Int, _ stage: Stage, as person: Person = .alice) async {
        for _ in 0..<count {
            #expect(await stage.open(as: person, node: "i-0999999999999999a").code == "NODE_NOT_FOUND")
            stage.clock.advance(milliseconds: 1000)
        }
    }

    @Test("twenty in a minute are recorded one by one; the next announces the sum, which is one record")
    func sum() async throws {
        let stage = try Stage()
        await refuse(20, stage)
        #expect(stage.events == [AuditEvent](repeating: .denied, count: 20))
        #expect(stage.records.map(\.details) == [[String: String]](repeating: [:], count: stage.records.count))
        await refuse(20, stage)
        #expect(stage.events.count == 21)
        let announcement = try #require(stage.records.last)
        let begun = try #require(stage.records.first).time
        #expect(announcement.details == ["othersSummedUntil": begun.advanced(bySeconds: 60).description])
        #expect(await stage.open(node: Cast.windowsNode).code == "NODE_NOT_LINUX")
        #expect(stage.events.count == 21)

        // The minute is over, and anybody's request writes the sum before it is answered.
        stage.clock.advance(milliseconds: 60_000)
        #expect(await stage.send("GET", "/v1/identity", as: Person.dave.caller).status == 200)
        #expect(stage.events.count == 22)
        let sum = try #require(stage.records.last)
        #expect(sum.event == .denied)
        #expect(sum.caller?.owner == announcement.caller?.owner)
        #expect(sum.claim == nil)
        #expect(sum.decision?.code == "NODE_NOT_FOUND")
        #expect(sum.details["count"] == "20")
        #expect(sum.details["codes"] == "NODE_NOT_FOUND=19 NODE_NOT_LINUX=1")
        #expect(sum.details["nodes"] == "i-0999999999999999a i-0ddddddddddddddd4")
        #expect(sum.details["since"] == announcement.time.description)

        // A new minute begins with records again.
        await refuse(1, stage)
        #expect(stage.events.count == 23)
        #expect(stage.records.last?.details.isEmpty == true)
    }

    @Test("no more than twenty leave no sum")
    func few() async throws {
        let stage = try Stage()
        await refuse(20, stage)
        stage.clock.advance(milliseconds: 60_000)
        await refuse(20, stage)
        #expect(stage.events == [AuditEvent](repeating: .denied, count: 40))
        #expect(stage.records.map(\.details) == [[String: String]](repeating: [:], count: stage.records.count))
    }

    @Test("each caller is counted by themselves, and what is granted is recorded all the same")
    func callers() async throws {
        let stage = try Stage()
        await refuse(30, stage)
        let before = stage.events.count
        await refuse(2, stage, as: .carol)
        #expect(stage.events.count == before + 2)
        _ = try await stage.opened()
        #expect(stage.events.suffix(2) == [.intent, .started])
    }

    @Test("a sum that cannot be written is written with a later request, once")
    func later() async throws {
        let stage = try Stage()
        await refuse(25, stage)
        stage.clock.advance(milliseconds: 60_000)
        stage.store.script(.denied, .fail(gone), .fail(gone), .loseAnswer)
        for _ in 0..<3 { #expect(await stage.send("GET", "/v1/identity", as: Person.dave.caller).status == 200) }
        #expect(stage.records.filter { $0.details["count"] != nil }.map { $0.details["count"] } == ["4"])
        #expect(stage.events.count == 22)
    }

    @Test("while the announcement cannot be written, nothing is only counted")
    func unannounced() async throws {
        let stage = try Stage()
        await refuse(20, stage)
        stage.store.script(.denied, .fail(gone), .fail(gone), .fail(gone), .fail(gone))
        for _ in 0..<2 { #expect(await stage.open(node: Cast.windowsNode).code == "AUDIT_UNAVAILABLE") }
        await refuse(2, stage)
        #expect(stage.events.count == 21)
        #expect(stage.records.last?.details["othersSummedUntil"] != nil)
    }

    @Test("refusals of other requests are summed too")
    func others() async throws {
        let stage = try Stage()
        for _ in 0..<30 {
            #expect(await stage.send("GET", "/v1/audit/heads", as: Person.bob.caller).code == "AUDIT_NOT_ALLOWED")
        }
        #expect(stage.events == [AuditEvent](repeating: .refused, count: 21))
        stage.clock.advance(milliseconds: 60_000)
        _ = try await stage.opened()
        #expect(stage.events.suffix(3) == [.refused, .intent, .started])
        #expect(stage.records[21].details["count"] == "9")
    }

    @Test("an intent that may stand in the log gets its outcome, however often the caller was refused")
    func doubtful() async throws {
        let stage = try Stage()
        await refuse(30, stage)
        stage.store.script(.intent, .loseAnswer, .fail(gone))
        #expect(await stage.open().code == "AUDIT_UNAVAILABLE")
        #expect(stage.events.suffix(2) == [.intent, .failed])
        stage.expectOneOutcomePerIntent()
    }
}
