import SessionCore
import Testing

/// Queries, cursors, pages and heads as they travel.
@Suite struct AuditWireTests {
    static let id = "6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11"
    static let known =
        "Known parameters: user, permissionSet, node, account, region, linuxUser, event, code, session, kind, reason, ticket, sessionId, requestId, sourceIp, accessKeyId, client, document, mapVersion, since, until, limit, cursor."
    static let members =
        "accessKeyId, account, client, code, cursor, document, event, kind, limit, linuxUser, mapVersion, node, permissionSet, "
        + "reason, region, requestId, session, sessionId, since, sourceIp, ticket, until, user"

    struct Refusal: Sendable, CustomTestStringConvertible {
        let why: String
        let parameters: [(name: String, value: String)]
        let detail: String
        var testDescription: String { why }
    }

    static let refusals = [
        Refusal(
            why: "an unknown name",
            parameters: [("users", "alice")],
            detail: "users: Unknown member; user is meant? Known here: \(members)."
        ),
        Refusal(why: "a name twice", parameters: [("user", "alice"), ("user", "bob")], detail: "user: Given 2 times."),
        Refusal(
            why: "the same value twice",
            parameters: [("user", "alice"), ("user", "alice")],
            detail: "user: Given 2 times."
        ),
        Refusal(
            why: "a node that is none",
            parameters: [("node", "db-1")],
            detail: "node: Expected a node id as i-0123456789abcdef0."
        ),
        Refusal(
            why: "a time that is none",
            parameters: [("since", "yesterday")],
            detail: "since: Expected a time as RFC 3339."
        ),
        Refusal(
            why: "a time without an offset",
            parameters: [("until", "2026-11-21T08:00:00")],
            detail: "until: Expected a time as RFC 3339."
        ),
        Refusal(
            why: "an account that is none",
            parameters: [("account", "1")],
            detail: "account: Expected an account number of twelve digits."
        ),
        Refusal(
            why: "a Region that is none",
            parameters: [("region", "Ireland")],
            detail: "region: Expected a Region as eu-west-1."
        ),
        Refusal(
            why: "a code that is none",
            parameters: [("code", "granted")],
            detail: "code: Expected GRANTED or a problem's code."
        ),
        Refusal(
            why: "a session's id at Systems Manager",
            parameters: [("session", "alice.0000-1")],
            detail: "session: Expected the broker's id of a session."
        ),
        Refusal(why: "no records", parameters: [("limit", "0")], detail: "limit: Expected a number from 1 to 500."),
        Refusal(why: "too many", parameters: [("limit", "501")], detail: "limit: Expected a number from 1 to 500."),
        Refusal(
            why: "a number that fits nowhere",
            parameters: [("limit", "99999999999999999999")],
            detail: "limit: Expected a number from 1 to 500."
        ),
        Refusal(
            why: "a cursor that is none",
            parameters: [("cursor", "1")],
            detail: "cursor: Expected the next of the page before."
        ),
        Refusal(
            why: "several at once",
            parameters: [("limit", "0"), ("cursor", "1")],
            detail: "cursor: Expected the next of the page before. limit: Expected a number from 1 to 500."
        ),
        Refusal(
            why: "a name that would move a terminal's cursor",
            parameters: [("\u{1B}[2J", "x")],
            detail: "\u{FFFD}[2J: Unknown member; known here: \(members)."
        ),
    ]

    @Test("a query that is unknown, repeated or wrong is refused, with all that is wrong", arguments: refusals)
    func refuses(_ refusal: Refusal) {
        #expect(throws: Problem(.queryInvalid, detail: refusal.detail, next: Self.known)) {
            try AuditQuery(parameters: refusal.parameters)
        }
    }

    @Test("a query survives its parameters, and without any finds a hundred of everything")
    func queries() throws {
        let whole = AuditQuery(
            user: "alice+x@example.com",
            permissionSet: "Data_Base",
            node: try NodeID("i-0bbbbbbbbbbbbbbb2"),
            account: try AccountID("111122223333"),
            region: try Region("eu-west-1"),
            linuxUser: "dbadmin",
            events: [.denied, .started],
            code: ProblemCode.nodeNotFound.rawValue,
            session: try RecordID(Self.id),
            fields: Dictionary(
                uniqueKeysWithValues: AuditField.allCases.map { ($0, $0 == .kind ? "port" : "50 % of \($0.rawValue)") }
            ),
            since: Timestamp(milliseconds: 1_795_248_000_001),
            until: Timestamp(milliseconds: 1_795_248_000_999),
            limit: 500,
            cursor: AuditCursor(time: Timestamp(milliseconds: 7), id: try RecordID(Self.id))
        )
        #expect(try AuditQuery(parameters: whole.parameters) == whole)
        #expect(Set(whole.parameters.map(\.name)) == Set(AuditQuery.Parameter.allCases.map(\.rawValue)))
        #expect(try AuditQuery(parameters: []) == AuditQuery(limit: 100))
        #expect(AuditQuery().parameters.map { "\($0.name)=\($0.value)" } == ["limit=100"])
    }

    @Test("a cursor survives its text")
    func cursor() throws {
        for milliseconds in [0, 1_795_248_000_001, -1] as [Int64] {
            let cursor = AuditCursor(time: Timestamp(milliseconds: milliseconds), id: try RecordID(Self.id))
            #expect(cursor.text == "\(milliseconds).\(Self.id)")
            #expect(AuditCursor(cursor.text) == cursor)
        }
    }

    @Test(
        "only the text that a cursor writes is a cursor",
        arguments: [
            "", ".", "7", "7.", ".\(id)", ".7.\(id)", "+7.\(id)", "07.\(id)", "7..\(id)", "7.\(id).", " 7.\(id)",
            "7.6F1C0E8A-3B52-4E0B-9A64-0D6B0A3C9D11", "9223372036854775808.\(id)", "x.\(id)",
        ]
    )
    func noCursor(_ text: String) {
        #expect(AuditCursor(text) == nil)
    }

    private static func chained() throws -> ChainedRecord {
        let record = AuditChain.genesis(chain: 0, of: 4, id: try RecordID(id), time: Cast.now)
        return ChainedRecord(chain: 0, sequence: 0, previous: AuditChain.beginning, record: record)
    }

    @Test("a page survives its JSON, with and without a next one")
    func pages() throws {
        let next = AuditCursor(time: Cast.now, id: try RecordID(Self.id))
        for page in [
            AuditPage(records: [], next: nil), AuditPage(records: [try Self.chained()], next: nil),
            AuditPage(records: [try Self.chained(), try Self.chained()], next: next),
        ] {
            #expect(AuditPage(json: try JSON(parsing: page.json.canonicalBytes)) == page)
        }
    }

    struct BadPage: Sendable, CustomTestStringConvertible {
        let why: String
        let page: JSON
        var testDescription: String { why }
    }

    static let badPages = [
        BadPage(why: "no records", page: [:]),
        BadPage(why: "something else for records", page: ["records": "none"]),
        BadPage(why: "a record that is none", page: ["records": [["chain": 0]]]),
        BadPage(why: "a next that is no cursor", page: ["records": [], "next": "7"]),
        BadPage(why: "a next that is no text", page: ["records": [], "next": 7]),
    ]

    @Test("a page of which a part cannot be read is no page, rather than a shorter one", arguments: badPages)
    func noPage(_ bad: BadPage) {
        #expect(AuditPage(json: bad.page) == nil)
    }

    @Test("a record and a head survive their JSON, and are none when a member is missing or wrong")
    func recordsAndHeads() throws {
        let record = try Self.chained()
        #expect(ChainedRecord(json: record.json) == record)
        let head = ChainHead(chain: 3, sequence: 12, hash: record.hash)
        #expect(ChainHead(json: head.json) == head)
        for (json, read) in [
            (record.json, { ChainedRecord(json: $0) == nil }), (head.json, { ChainHead(json: $0) == nil }),
        ] as [(JSON, (JSON) -> Bool)] {
            let members = try #require(json.members)
            for name in members.keys {
                var missing = members
                missing[name] = nil
                #expect(read(.object(missing)))
                var wrong = members
                wrong[name] = true
                #expect(read(.object(wrong)))
            }
        }
    }
}
