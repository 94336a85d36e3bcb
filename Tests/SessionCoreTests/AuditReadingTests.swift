import SessionCore
import Testing

/// Which readings of the log go on without a record of their own.
@Suite struct AuditReadingTests {
    static let narrow = "user=alice permissionSet=DatabaseAdmin since=2026-11-20T00:00:00.000Z"
    static let texts = [
        "everything", "heads", "chain=3 from=1200", "user=alice", narrow, "event=session.denied,session.failed",
        "account=111122223333 region=eu-west-1 linuxUser=dbadmin code=GRANTED until=2026-11-21T00:00:00.000Z",
        "sessions all=true user=alice state=live", "user=alice kind=command reason=disk%20full:%20100%25",
        "reason=%2520 client=ssm-broker/0.2.0%20(linux)",
    ]

    @Test("a reading is what its text says, and nothing else is", arguments: texts)
    func text(_ text: String) throws {
        let reading = try #require(AuditReading(text: text))
        #expect(reading.text == text)
        #expect(reading.covers(reading))
    }

    static let others = [
        "", "sweep", "user", "user=alice limit=1", "limit=100", "cursor=1", "users=alice", "user=alice user=bob",
        "user=alice\u{1B}", " user=alice", "chain=0", "chain=0 from=1 limit=2", "chain=00 from=1", "sessions",
        "sessions all=yes", "everything ", "since=yesterday",
        "user=" + String(repeating: "a", count: 200) + " " + String(repeating: "x", count: 900),
    ]

    @Test("what no reading writes covers nothing", arguments: others)
    func noReading(_ text: String) {
        #expect(AuditReading(text: text) == nil)
    }

    struct Pair: Sendable, CustomTestStringConvertible {
        let own: String
        let other: String
        var testDescription: String { "\(own) / \(other)" }
    }

    static let covered = [
        Pair(own: "everything", other: "heads"), Pair(own: "everything", other: "chain=7 from=0"),
        Pair(own: "everything", other: narrow), Pair(own: "user=alice", other: narrow),
        Pair(own: "chain=3 from=10", other: "chain=3 from=11"), Pair(own: "kind=port", other: "user=alice kind=port"),
        Pair(own: "since=2026-11-20T00:00:00.000Z", other: "since=2026-11-20T00:00:00.001Z"),
        Pair(own: "until=2026-11-20T00:00:00.000Z", other: "until=2026-11-19T00:00:00.000Z"),
        Pair(own: "event=session.denied,session.failed", other: "user=alice event=session.failed"),
    ]

    @Test("a narrower reading goes on with a wider one, never the other way round", arguments: covered)
    func covers(_ pair: Pair) throws {
        let own = try #require(AuditReading(text: pair.own))
        let other = try #require(AuditReading(text: pair.other))
        #expect(own.covers(other))
        #expect(!other.covers(own))
    }

    static let apart = [
        Pair(own: "user=alice", other: "user=bob"), Pair(own: "kind=port", other: "kind=ssh"),
        Pair(own: "user=alice", other: "permissionSet=DatabaseAdmin"),
        Pair(own: "heads", other: "chain=0 from=0"), Pair(own: "chain=0 from=0", other: "chain=1 from=0"),
        Pair(own: "chain=0 from=0", other: "heads"), Pair(own: "chain=0 from=0", other: "user=alice"),
        Pair(own: "event=session.denied", other: "event=session.failed"),
        Pair(own: "since=2026-11-20T00:00:00.000Z", other: "until=2026-11-20T00:00:00.000Z"),
        Pair(own: "everything", other: "sessions all=true"),
        Pair(own: "sessions all=true", other: "sessions all=true user=alice"),
        Pair(own: "account=111122223333", other: "account=444455556666"),
        Pair(own: "region=eu-west-1", other: "region=eu-central-1"),
        Pair(own: "node=i-0aaaaaaaaaaaaaaa1", other: "node=i-0bbbbbbbbbbbbbbb2"),
        Pair(own: "linuxUser=dbadmin", other: "linuxUser=webops"), Pair(own: "code=GRANTED", other: "user=alice"),
        Pair(
            own: "session=6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11",
            other: "session=6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d12"
        ),
    ]

    @Test("readings apart from each other each have their record", arguments: apart)
    func keepsApart(_ pair: Pair) throws {
        let own = try #require(AuditReading(text: pair.own))
        let other = try #require(AuditReading(text: pair.other))
        #expect(!own.covers(other))
        #expect(!other.covers(own))
    }

    @Test("a page is of the same reading whatever its size and place")
    func pages() throws {
        let cursor = AuditCursor(
            time: Timestamp(milliseconds: 1),
            id: try RecordID("6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11")
        )
        #expect(AuditReading(AuditQuery(user: "alice", limit: 7, cursor: cursor)).text == "user=alice")
        #expect(AuditReading(AuditQuery(limit: 500, cursor: cursor)) == .everything)
    }

    @Test("a reference is a chain and a place, in one way of writing")
    func reference() throws {
        #expect(try #require(ReadReference("3-1047")).text == "3-1047")
        for wrong in ["", "3", "3-", "-3-1", "3--1", "03-1", "3-01", "+3-1", "3-1-1", "4294967296-1", "all"] {
            #expect(ReadReference(wrong) == nil, "\(wrong)")
        }
    }
}
