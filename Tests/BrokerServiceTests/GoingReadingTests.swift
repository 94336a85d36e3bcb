import BrokerService
import SessionCore
import TestSupport
import Testing

@Suite("Reading the audit log on and on", .timeLimit(.minutes(1)))
struct GoingReadingTests {
    private static let records = "/v1/audit/records"
    private static let heads = "/v1/audit/heads"

    private func ask(
        _ stage: Stage,
        _ query: KeyValuePairs<String, String>,
        path: String = records,
        as person: Person = .sam
    ) async -> BrokerReply {
        await stage.send("GET", path, as: person.caller, query: query.map { (name: $0.key, value: $0.value) })
    }

    private func reads(_ stage: Stage) -> [String] {
        stage.records.filter { $0.event == .read }.compactMap { $0.details["filter"] }
    }

    /// A stage with a session in its log, and the reference of a reading of one user's records.
    private func begun() async throws -> (stage: Stage, read: String) {
        let stage = try Stage()
        _ = try await stage.opened()
        let first = await ask(stage, ["user": "alice", "limit": "1"])
        return (stage, try #require(first.body["read"]?.text))
    }

    @Test("the pages of a reading have one record, the narrower ones too")
    func pages() async throws {
        let (stage, read) = try await begun()
        let first = await ask(stage, ["user": "alice", "limit": "1", "read": read])
        let next = try #require(first.body["next"]?.text)
        let second = await ask(stage, ["user": "alice", "limit": "1", "cursor": next, "read": read])
        #expect(second.body["records"]?.elements?.count == 1)
        #expect(second.body["read"]?.text == read)
        let narrower = await ask(stage, ["user": "alice", "event": "session.started", "read": read])
        #expect(narrower.body["records"]?.elements?.count == 1)
        #expect(reads(stage) == ["user=alice"])
    }

    @Test("what a record does not cover has one of its own, which goes on from there")
    func wider() async throws {
        let (stage, read) = try await begun()
        let wider = await ask(stage, ["read": read])
        #expect(reads(stage) == ["user=alice", "everything"])
        let everything = try #require(wider.body["read"]?.text)
        #expect(everything != read)
        _ = await ask(stage, ["chain": "0", "read": everything])
        _ = await ask(stage, ["user": "alice", "read": everything])
        _ = await ask(stage, ["read": everything], path: Self.heads)
        #expect(reads(stage).count == 2)
    }

    @Test("everything is recorded with the first question of a command that reads the whole log")
    func whole() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        let heads = await ask(stage, ["read": "all"], path: Self.heads)
        let read = try #require(heads.body["read"]?.text)
        for chain in 0..<4 { _ = await ask(stage, ["chain": String(chain), "read": read]) }
        _ = await ask(stage, ["read": read], path: Self.heads)
        #expect(reads(stage) == ["everything"])
    }

    @Test("a record speaks for an hour, so that following the log leaves one an hour")
    func hour() async throws {
        let (stage, read) = try await begun()
        stage.clock.advance(milliseconds: 3_599_999)
        _ = await ask(stage, ["user": "alice", "since": "2026-11-21T08:00:00Z", "read": read])
        #expect(reads(stage).count == 1)
        stage.clock.advance(milliseconds: 1)
        let later = await ask(stage, ["user": "alice", "since": "2026-11-21T08:00:00Z", "read": read])
        #expect(reads(stage) == ["user=alice", "user=alice since=2026-11-21T08:00:00.000Z"])
        let fresh = try #require(later.body["read"]?.text)
        _ = await ask(stage, ["user": "alice", "since": "2026-11-21T08:30:00Z", "read": fresh])
        #expect(reads(stage).count == 2)
    }

    @Test("a record of another person, another event or no record at all speaks for nothing")
    func foreign() async throws {
        let (stage, read) = try await begun()
        // The same person under another role session name is somebody else, as everywhere.
        var other = Person.sam
        other.user = "eve"
        #expect(await ask(stage, ["user": "alice", "read": read], as: other).status == 200)
        #expect(reads(stage).count == 2)
        #expect(stage.records.last?.caller?.owner.user == "eve")
        var places = ["0-9999999", "77-0"]
        for chain in 0..<4 {
            let others = try await stage.store.memory.chain(chain, from: 0, limit: 9).filter {
                $0.record?.event != .read
            }
            places += others.map { "\(chain)-\($0.sequence)" }
        }
        try #require(places.count > 4)
        for place in places {
            let before = reads(stage).count
            #expect(await ask(stage, ["user": "alice", "read": place]).status == 200)
            #expect(reads(stage).count == before + 1, "\(place)")
        }
    }

    @Test("who is no auditor any more reads nothing with the record of then")
    func withdrawn() async throws {
        let (stage, read) = try await begun()
        let reply = await ask(stage, ["user": "alice", "read": read], as: .alice)
        #expect(reply.code == "AUDIT_NOT_ALLOWED")
    }

    @Test("nothing is shown when the record that is named cannot be looked up")
    func unreadable() async throws {
        let (stage, read) = try await begun()
        stage.store.failReads(gone)
        #expect(await ask(stage, ["user": "alice", "read": read]).code == "AUDIT_UNAVAILABLE")
    }

    @Test("a reference that is none is refused", arguments: ["", "x", "1", "all ", "0-1-2"])
    func wrong(_ text: String) async throws {
        let stage = try Stage()
        for path in [Self.records, Self.heads] {
            #expect(await ask(stage, ["read": text], path: path).code == "QUERY_INVALID")
        }
        #expect(await ask(stage, ["all": "true", "read": "all"], path: "/v1/sessions").code == "QUERY_INVALID")
        #expect(await ask(stage, ["read": "0-1", "read": "0-1"]).code == "QUERY_INVALID")
        #expect(reads(stage).isEmpty)
    }

    @Test("the pages of everybody's sessions have one record")
    func sessions() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        let first = await ask(stage, ["all": "true", "limit": "1"], path: "/v1/sessions")
        let read = try #require(first.body["read"]?.text)
        _ = await ask(stage, ["all": "true", "limit": "1", "read": read], path: "/v1/sessions")
        #expect(reads(stage) == ["sessions all=true"])
        _ = await ask(stage, ["all": "true", "user": "alice", "read": read], path: "/v1/sessions")
        #expect(reads(stage).count == 2)
    }
}
