import BrokerService
import SessionCore
import Testing

@Suite("A request id is used once", .timeLimit(.minutes(1)))
struct ReplayTests {
    struct First: Sendable, CustomTestStringConvertible {
        let why: String
        let event: AuditEvent
        var node = Cast.dbNode
        var changes: [String: JSON] = [:]
        var testDescription: String { why }
    }

    static let firsts = [
        First(why: "a session", event: .intent),
        First(why: "a dry run", event: .checked, changes: ["dryRun": true]),
        First(why: "a denial", event: .denied, node: Cast.windowsNode),
    ]

    @Test("a second use is refused and recorded, and starts nothing, whatever the first use came to", arguments: firsts)
    func replayed(_ first: First) async throws {
        let stage = try Stage()
        let id = stage.makeRequestID()
        _ = await stage.open(node: first.node, requestID: id, changes: first.changes)
        let sessions = stage.aws.sessions.count
        let records = stage.records.count
        #expect(stage.events.first == first.event)
        let again = await stage.open(requestID: id)
        #expect(again.code == "REQUEST_REPLAYED")
        #expect(again.status == 409)
        #expect(stage.aws.sessions.count == sessions)
        #expect(stage.events.dropFirst(records) == [.denied])
        let record = try #require(stage.records.last)
        #expect(record.decision?.code == "REQUEST_REPLAYED")
        #expect(record.request?.clientRequestID == id)
        #expect(record.session == nil)
        stage.expectOneOutcomePerIntent()
    }

    @Test("a second use that would be denied anyway is recorded too, and every further one")
    func denials() async throws {
        let stage = try Stage()
        let id = stage.makeRequestID()
        _ = await stage.open(node: Cast.windowsNode, requestID: id)
        for _ in 0..<2 {
            #expect(await stage.open(node: Cast.windowsNode, requestID: id).code == "REQUEST_REPLAYED")
        }
        #expect(
            stage.records.compactMap(\.decision?.code) == ["NODE_NOT_LINUX", "REQUEST_REPLAYED", "REQUEST_REPLAYED"]
        )
    }

    @Test("capital and small letters are one request id")
    func letters() async throws {
        let stage = try Stage()
        let id = "6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11"
        #expect(await stage.open(requestID: id).status == 200)
        #expect(await stage.open(requestID: id.uppercased()).code == "REQUEST_REPLAYED")
        #expect(stage.aws.sessions.count == 1)
    }

    @Test("another caller's use of the id is their own: other person, other permission set, other account")
    func others() async throws {
        let stage = try Stage()
        let id = stage.makeRequestID()
        #expect(await stage.open(requestID: id).status == 200)
        #expect(await stage.open(as: .carol, requestID: id).status == 200)
        #expect(await stage.open(as: .aliceOnWeb, node: Cast.webNode, requestID: id).status == 200)
        #expect(await stage.open(as: .aliceElsewhere, node: Cast.batchNode, requestID: id).status == 200)
        #expect(stage.aws.activeSessions.count == 4)
    }

    @Test("a replay whose refusal cannot be recorded is told only that")
    func unrecorded() async throws {
        let stage = try Stage()
        let id = stage.makeRequestID()
        _ = await stage.open(requestID: id)
        stage.store.script(.denied, .fail(gone), .fail(gone))
        #expect(await stage.open(requestID: id).code == "AUDIT_UNAVAILABLE")
        #expect(stage.aws.sessions.count == 1)
    }

    @Test("two at once start one session")
    func atOnce() async throws {
        let stage = try Stage()
        let body = stage.body()
        async let one = stage.send("POST", "/v1/sessions", as: Person.alice.caller, body: body)
        async let two = stage.send("POST", "/v1/sessions", as: Person.alice.caller, body: body)
        let codes = await [one, two].map { $0.code ?? "granted" }.sorted()
        #expect(codes == ["REQUEST_REPLAYED", "granted"])
        #expect(stage.aws.sessions.count == 1)
        stage.expectOneOutcomePerIntent()
    }
}
