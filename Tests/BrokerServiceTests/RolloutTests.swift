import BrokerService
import SessionCore
import Testing

@Suite("The rollout", .timeLimit(.minutes(1)))
struct RolloutTests {
    private func ask(
        _ stage: Stage,
        _ query: [(name: String, value: String)] = [],
        as person: Person = .aliceAdministers
    ) async throws -> RolloutReply {
        let reply = await stage.send("GET", "/v1/rollout", as: person.caller, query: query)
        try #require(reply.status == 200, "\(reply.body.canonicalText)")
        return try #require(RolloutReply(json: reply.body))
    }

    /// Version 2 in force: one place has it, one waits, one failed, one is left out.
    private func stage() async throws -> Stage {
        let stage = try Stage(maps: .store)
        try await stage.publishVersion(Cast.map)
        try await stage.publishVersion(try Stage.mapWithAnotherUser())
        try await stage.rollOut(2, account: "100000000001")
        try await stage.rollOut(1, .failed, account: "100000000002", problem: "of the version before")
        try await stage.rollOut(2, .failed, account: "100000000003", problem: "no role")
        try await stage.rollOut(2, .skipped, account: "100000000004", problem: "suspended")
        return stage
    }

    @Test("every place is told with its standing, and the totals count them all")
    func all() async throws {
        let reply = try await ask(try await stage())
        #expect(reply.number == 2)
        #expect(reply.places.map(\.account.digits).map { $0.suffix(1) } == ["1", "2", "3", "4"])
        #expect(reply.places.map { $0.standing(under: 2) } == [.current, .pending, .failed, .skipped])
        #expect(RolloutStanding.allCases.map { reply.totals[$0] } == [1, 1, 1, 1])
        #expect(reply.places.first?.documents.first?.name == "SSMBroker-Shell-DatabaseAdmin")
        #expect(reply.next == nil)
    }

    @Test("a state, an account and a Region narrow the places; the state leaves the totals whole")
    func filters() async throws {
        let stage = try await stage()
        for (state, last) in [("current", "1"), ("pending", "2"), ("failed", "3"), ("skipped", "4")] {
            let reply = try await ask(stage, [("state", state)])
            #expect(reply.places.map { String($0.account.digits.suffix(1)) } == [last])
            #expect(reply.totals.all == 4)
        }
        #expect(try await ask(stage, [("account", "100000000003")]).totals[.failed] == 1)
        #expect(try await ask(stage, [("account", "100000000003")]).totals.all == 1)
        #expect(try await ask(stage, [("region", "eu-central-1")]).places.isEmpty)
    }

    @Test("pages follow one another and lose nothing")
    func pages() async throws {
        let stage = try await stage()
        var places: [String] = []
        var query: [(name: String, value: String)] = [("limit", "3")]
        let first = try await ask(stage, query)
        places += first.places.map(\.account.digits)
        query.append(("cursor", try #require(first.next).text))
        let second = try await ask(stage, query)
        places += second.places.map(\.account.digits)
        #expect(places == (1...4).map { "10000000000\($0)" })
        #expect(second.next == nil)
    }

    @Test("while no map is published there is none to be rolled out")
    func none() async throws {
        let reply = await (try Stage(maps: .store)).send("GET", "/v1/rollout", as: Person.root.caller)
        #expect(reply.code == "MAP_MISSING")
    }

    @Test("only proven administrators see it", arguments: [Person.alice, .sam, Person.root.lookAlike()])
    func others(_ person: Person) async throws {
        let reply = await (try await stage()).send("GET", "/v1/rollout", as: person.caller)
        #expect(["ADMINISTRATOR_REQUIRED", "ROLE_NOT_PROVEN"].contains(reply.code))
    }

    @Test(
        "a request that is not understood is refused",
        arguments: [
            ("state", "done"), ("account", "1"), ("region", "here"), ("limit", "0"), ("cursor", "x"), ("al", "1"),
        ]
    )
    func wrong(_ name: String, _ value: String) async throws {
        let stage = try await stage()
        let reply = await stage.send("GET", "/v1/rollout", as: Person.root.caller, query: [(name, value)])
        #expect(reply.code == "QUERY_INVALID")
    }
}
