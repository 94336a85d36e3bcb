import BrokerService
import SessionCore
import Testing

@Suite("Listing sessions", .timeLimit(.minutes(1)))
struct ListSessionsTests {
    private func list(
        _ stage: Stage,
        _ query: [(name: String, value: String)] = [],
        as person: Person = .alice
    ) async throws -> [SessionHistory] {
        let reply = await stage.send("GET", "/v1/sessions", as: person.caller, query: query)
        try #require(reply.status == 200, "\(reply.body.canonicalText)")
        return try #require(SessionPage(json: reply.body)).sessions
    }

    /// Four sessions of three owners, a second apart; the first has ended.
    private func fill(_ stage: Stage) async throws -> [String] {
        var ids: [String] = []
        for (person, node) in [
            (Person.alice, Cast.dbNode), (.carol, Cast.dbNode), (.aliceOnWeb, Cast.webNode), (.alice, Cast.dbNode),
        ] {
            ids.append(try await stage.opened(as: person, node: node))
            stage.clock.advance(milliseconds: 1000)
        }
        #expect(await stage.end(ids[0]).status == 200)
        return ids
    }

    @Test("everybody sees their own sessions, newest first, and nobody else's; that is not recorded")
    func own() async throws {
        let stage = try Stage()
        let ids = try await fill(stage)
        let records = stage.records.count
        let mine = try await list(stage)
        #expect(mine.map(\.id.text) == [ids[3], ids[0]])
        #expect(mine.map(\.state) == [.live, .ended])
        #expect(mine.first?.access.linuxUser == "dbadmin")
        #expect(mine.first?.sessionID == stage.aws.sessions.last?.id)
        #expect(try await list(stage, as: .aliceOnWeb).map(\.id.text) == [ids[2]])
        #expect(try await list(stage, as: .carol).map(\.id.text) == [ids[1]])
        // The same names in another account, under another role, and in a role that only looks alike.
        for stranger in [Person.aliceElsewhere, .bob, Person.alice.lookAlike(), .sam, .aliceAdministers] {
            #expect(try await list(stage, as: stranger).isEmpty)
        }
        #expect(try await list(stage, [("user", "carol")]).isEmpty)
        #expect(stage.records.count == records)
    }

    @Test(
        "auditors and administrators see everybody's, after that is recorded",
        arguments: [
            Person.sam, .aliceAdministers, .root,
        ]
    )
    func everybodys(_ person: Person) async throws {
        let stage = try Stage()
        let ids = try await fill(stage)
        let all = try await list(stage, [("all", "true")], as: person)
        #expect(all.map(\.id.text) == ids.reversed())
        let recorded = try #require(stage.journal.place(of: "recorded audit.read"))
        #expect(recorded < (try #require(stage.journal.place(of: "read sessions"))))
        #expect(stage.records.last?.details == ["filter": "sessions all=true"])
        #expect(stage.records.last?.caller?.owner.user == person.user)
        #expect(stage.records.last?.caller?.proof == "verified")
    }

    @Test("filters and pages hold")
    func filters() async throws {
        let stage = try Stage()
        let ids = try await fill(stage)
        let cases: [([(name: String, value: String)], [String])] = [
            ([("user", "alice")], [ids[3], ids[2], ids[0]]),
            ([("permissionSet", "WebOperator")], [ids[2]]),
            ([("node", Cast.dbNode), ("state", "live")], [ids[3], ids[1]]),
            ([("state", "ended,failed")], [ids[0]]),
            ([("user", "carol"), ("state", "ended")], []),
        ]
        for (query, expected) in cases {
            let found = try await list(stage, [("all", "true")] + query, as: .sam)
            #expect(found.map(\.id.text) == expected, "\(query)")
        }
        var query: [(name: String, value: String)] = [("all", "true"), ("limit", "3")]
        let first = await stage.send("GET", "/v1/sessions", as: Person.sam.caller, query: query)
        let next = try #require(first.body["next"]?.text)
        query.append(("cursor", next))
        #expect(try await list(stage, query, as: .sam).map(\.id.text) == [ids[0]])
    }

    @Test("nobody else sees everybody's", arguments: [Person.alice, .bob, Person.sam.lookAlike()])
    func others(_ person: Person) async throws {
        let stage = try Stage()
        _ = try await fill(stage)
        let reply = await stage.send("GET", "/v1/sessions", as: person.caller, query: [("all", "true")])
        #expect(["AUDIT_NOT_ALLOWED", "ROLE_NOT_PROVEN"].contains(reply.code))
        #expect(stage.journal.count(of: "read sessions") == 0)
        #expect(stage.events.last == .refused)
    }

    @Test("nothing of others is shown that is not recorded")
    func unrecorded() async throws {
        let stage = try Stage()
        stage.store.script(.read, .fail(gone), .fail(gone))
        let reply = await stage.send("GET", "/v1/sessions", as: Person.sam.caller, query: [("all", "true")])
        #expect(reply.code == "AUDIT_UNAVAILABLE")
        #expect(stage.journal.count(of: "read sessions") == 0)
    }

    @Test("a request that is not understood is refused, not widened")
    func wrong() async throws {
        let stage = try Stage()
        for query in [[("all", "1")], [("owner", "x")], [("state", "gone")], [("limit", "0")], [("cursor", "1")]] {
            let named = query.map { (name: $0.0, value: $0.1) }
            let reply = await stage.send("GET", "/v1/sessions", as: Person.sam.caller, query: named)
            #expect(reply.code == "QUERY_INVALID")
        }
        #expect(stage.journal.count(of: "read sessions") == 0)
    }

    @Test("a list that cannot be read is said to be so")
    func unreadable() async throws {
        let stage = try Stage()
        stage.store.failReads(gone)
        let reply = await stage.send("GET", "/v1/sessions", as: Person.alice.caller)
        #expect(reply.code == "AUDIT_UNAVAILABLE")
    }
}
