import Testing

@testable import SessionCore

/// Sessions, and the requests for them, as they travel.
@Suite struct SessionWireTests {
    static func session(_ events: [AuditEvent]) throws -> SessionHistory {
        let records = try events.enumerated().map { try AuditCast.record($1, id: UInt8($0)) }
        return try #require(SessionHistory(records: records))
    }

    @Test(
        "a session survives its JSON, wherever it stands",
        arguments: [[AuditEvent.intent], [.intent, .started], [.intent, .unknown, .ended], [.intent, .failed]]
    )
    func sessions(_ events: [AuditEvent]) throws {
        let session = try Self.session(events)
        #expect(SessionHistory(json: try JSON(parsing: session.json.canonicalBytes)) == session)
    }

    @Test("a session has the documented shape")
    func shape() throws {
        let session = try Self.session([.intent, .started, .ended])
        var members = try #require(session.json.members)
        #expect(members.removeValue(forKey: "access") == (try AuditCast.access()).json)
        #expect(
            JSON.object(members).canonicalText == """
                {"ended":"2026-11-21T08:00:00.001Z","id":"6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11",\
                "opened":"2026-11-21T08:00:00.001Z","owner":{"account":"111122223333","roleId":"AROAEXAMPLEDATABASEA",\
                "user":"alice"},"permissionSet":"DatabaseAdmin","roleSessionName":"alice.9f86d081884c7d65",\
                "sessionId":"alice.9f86d081884c7d65-07a16060613c408b5","state":"ended"}
                """
        )
    }

    @Test("a session of which a member is missing or wrong is none, rather than another one")
    func incomplete() throws {
        let members = try #require(Self.session([.intent, .started, .ended]).json.members)
        for name in members.keys {
            var wrong = members
            wrong[name] = name == "sessionId" ? nil : 1
            #expect((SessionHistory(json: .object(wrong)) == nil) == (name != "sessionId"), "\(name)")
            var missing = members
            missing[name] = nil
            let isNeeded = !["ended", "sessionId"].contains(name)
            #expect((SessionHistory(json: .object(missing)) == nil) == isNeeded, "\(name)")
        }
    }

    @Test("a page survives its JSON, and is none when a part of it is not")
    func pages() throws {
        let session = try Self.session([.intent])
        let next = AuditCursor(time: session.opened, id: session.id)
        for page in [
            SessionPage(sessions: [], next: nil), SessionPage(sessions: [session, session], next: next),
        ] {
            #expect(SessionPage(json: try JSON(parsing: page.json.canonicalBytes)) == page)
        }
        for bad in [
            [:], ["sessions": "none"], ["sessions": [["id": "x"]]], ["next": "7", "sessions": []],
            ["next": 7, "sessions": []],
        ] as [JSON] {
            #expect(SessionPage(json: bad) == nil)
        }
    }

    @Test("a request survives its parameters, and without any asks for a hundred of the caller's own")
    func requests() throws {
        let whole = SessionListRequest(
            isOfEverybody: true,
            query: SessionQuery(
                user: "alice+x@example.com",
                permissionSet: "Data_Base",
                node: try NodeID("i-0bbbbbbbbbbbbbbb2"),
                states: [.pending, .live],
                limit: 500,
                cursor: AuditCursor(time: Cast.now, id: try RecordID(AuditCast.session))
            )
        )
        #expect(try SessionListRequest(parameters: whole.parameters) == whole)
        #expect(
            Set(whole.parameters.map(\.name)) == Set(SessionListRequest.Parameter.allCases.map(\.rawValue))
        )
        #expect(try SessionListRequest(parameters: []) == SessionListRequest())
        #expect(try SessionListRequest(parameters: [("all", "false")]) == SessionListRequest())
        #expect(SessionListRequest().parameters.map { "\($0.name)=\($0.value)" } == ["limit=100"])
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let parameters: [(name: String, value: String)]
        let detail: String
        var testDescription: String { detail }
    }

    static let refusals = [
        Refusal(
            parameters: [("owner", "alice")],
            detail: "owner: Unknown member; known here: all, cursor, limit, node, permissionSet, state, user."
        ),
        Refusal(parameters: [("all", "yes")], detail: "all: Expected true or false."),
        Refusal(parameters: [("all", "true"), ("all", "true")], detail: "all: Given 2 times."),
        Refusal(
            parameters: [("state", "live,")],
            detail: "state: Expected states parted by commas, of pending, failed, unknown, live, ended."
        ),
        Refusal(parameters: [("limit", "501")], detail: "limit: Expected a number from 1 to 500."),
    ]

    @Test("a request that is unknown, repeated or wrong is refused", arguments: refusals)
    func refuses(_ refusal: Refusal) {
        let next = "Known parameters: all, user, permissionSet, node, state, limit, cursor."
        #expect(throws: Problem(.queryInvalid, detail: refusal.detail, next: next)) {
            try SessionListRequest(parameters: refusal.parameters)
        }
    }
}
