import BrokerService
import SessionCore
import Testing

@Suite("Reading the audit log", .timeLimit(.minutes(1)))
struct AuditReadTests {
    private func read(
        _ stage: Stage,
        _ query: [(name: String, value: String)] = [],
        path: String = "/v1/audit/records",
        as person: Person = .sam
    ) async -> BrokerReply {
        await stage.send("GET", path, as: person.caller, query: query)
    }

    @Test("a query is recorded before anything is shown, and shows the records word for word, newest first")
    func query() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        stage.clock.advance(milliseconds: 1000)
        let reply = await read(stage, [("user", "alice"), ("limit", "1")])
        #expect(reply.status == 200)
        let recorded = try #require(stage.journal.place(of: "recorded audit.read"))
        #expect(recorded < (try #require(stage.journal.place(of: "read records"))))
        #expect(stage.records.last?.details == ["filter": "user=alice"])
        #expect(stage.records.last?.caller?.owner.user == "sam")
        let shown = try #require(reply.body["records"]?.elements)
        #expect(shown.count == 1)
        let chained = try #require(ChainedRecord(json: shown[0]))
        #expect(chained.record?.event == .intent || chained.record?.event == .started)
        let next = try #require(reply.body["next"]?.text)
        let second = await read(stage, [("user", "alice"), ("limit", "1"), ("cursor", next)])
        #expect(second.body["records"]?.elements?.count == 1)
        #expect(second.body["records"] != reply.body["records"])
    }

    @Test("a chain is read in order, from where the verifier says, and its links hold")
    func chain() async throws {
        let stage = try Stage()
        for _ in 0..<6 { _ = try await stage.opened() }
        let longest = try #require(try await stage.store.heads().max { $0.sequence < $1.sequence }).chain
        var previous = AuditChain.beginning
        let reply = await read(stage, [("chain", String(longest))])
        let records = try #require(reply.body["records"]?.elements).compactMap(ChainedRecord.init(json:))
        try #require(records.count > 1)
        for (place, record) in records.enumerated() {
            #expect(record.sequence == Int64(place))
            #expect(record.previous == previous)
            #expect(
                record.hash
                    == AuditChain.hash(chain: longest, sequence: Int64(place), previous: previous, bytes: record.bytes)
            )
            previous = record.hash
        }
        let second = records[1].json
        let part = await read(stage, [("chain", String(longest)), ("from", "1"), ("limit", "1")])
        #expect(part.body["records"]?.elements == [second])
        #expect(stage.records.last?.details == ["filter": "chain=\(longest) from=1"])
    }

    @Test("the heads are shown after that is recorded")
    func heads() async throws {
        let stage = try Stage()
        let reply = await read(stage, path: "/v1/audit/heads")
        #expect(reply.body["heads"]?.elements?.count == 4)
        #expect(stage.records.first?.details == ["filter": "heads"])
        let recorded = try #require(stage.journal.place(of: "recorded audit.read"))
        #expect(recorded < (try #require(stage.journal.place(of: "read heads"))))
    }

    @Test("nothing is shown that is not recorded", arguments: ["/v1/audit/records", "/v1/audit/heads"])
    func unrecorded(_ path: String) async throws {
        let stage = try Stage()
        stage.store.script(.read, .fail(gone), .fail(gone))
        let reply = await read(stage, path: path)
        #expect(reply.code == "AUDIT_UNAVAILABLE")
        #expect(reply.body["records"] == nil && reply.body["heads"] == nil)
        #expect(stage.journal.count(of: "read ") == 0)
    }

    @Test(
        "nobody but an auditor reads, administrators neither",
        arguments: [
            Person.alice, .aliceAdministers, .root, .bob,
        ]
    )
    func others(_ person: Person) async throws {
        let stage = try Stage()
        for path in ["/v1/audit/records", "/v1/audit/heads"] {
            #expect(await read(stage, path: path, as: person).code == "AUDIT_NOT_ALLOWED")
        }
        #expect(stage.events == [.refused, .refused])
        #expect(stage.journal.count(of: "read ") == 0)
    }

    static let wrongQueries: [[(name: String, value: String)]] = [
        [("users", "alice")], [("limit", "0")], [("limit", "501")], [("limit", "x")], [("node", "i-1")],
        [("since", "yesterday")], [("cursor", "1")], [("user", "alice"), ("user", "bob")], [("user", "a\u{1B}[2Jb")],
        [("user", "")], [("user", String(repeating: "u", count: 300))], [("chain", "-1")], [("chain", "x")],
        [("chain", "0"), ("user", "alice")], [("chain", "4294967296")], [("chain", "0"), ("limit", "0")],
        [("chain", "0"), ("from", "9223372036854775808")], [("chain", "0"), ("chain", "1")],
    ]

    @Test("a query that is not understood is refused, not widened", arguments: wrongQueries.indices)
    func wrong(_ index: Int) async throws {
        let stage = try Stage()
        let reply = await read(stage, Self.wrongQueries[index])
        #expect(reply.code == "QUERY_INVALID", "\(Self.wrongQueries[index])")
        #expect(stage.events == [.refused])
        #expect(stage.journal.count(of: "read ") == 0)
    }

    @Test("what the store cannot read is said, and the reading stays recorded")
    func unreadable() async throws {
        let stage = try Stage()
        stage.store.failReads(gone)
        #expect(await read(stage).code == "AUDIT_UNAVAILABLE")
        #expect(stage.events == [.read, .refused])
    }
}
