import Testing

@testable import SessionCore

/// A session as its records tell it.
@Suite struct SessionHistoryTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let why: String
        let events: [AuditEvent]
        let state: SessionHistory.State?
        var testDescription: String { why }
    }

    static let cases = [
        Case(why: "no records", events: [], state: nil),
        Case(why: "no intent", events: [.denied], state: nil),
        Case(why: "an outcome without intent", events: [.started], state: nil),
        Case(why: "an intent alone", events: [.intent], state: .pending),
        Case(why: "a start", events: [.intent, .started], state: .live),
        Case(why: "a start with renewals", events: [.intent, .started, .credentials, .credentials], state: .live),
        Case(why: "a start and an end", events: [.intent, .started, .ended], state: .ended),
        Case(why: "a renewal after the end", events: [.intent, .started, .ended, .credentials], state: .ended),
        Case(why: "a failure", events: [.intent, .failed], state: .failed),
        Case(why: "an unknown outcome", events: [.intent, .unknown], state: .unknown),
        Case(why: "an end of what may have been started", events: [.intent, .unknown, .ended], state: .ended),
        Case(why: "a refused request about a live session", events: [.intent, .started, .refused], state: .live),
    ]

    @Test("the records of a session tell where it stands", arguments: cases)
    func state(_ example: Case) throws {
        let records = try example.events.enumerated().map { try AuditCast.record($1, id: UInt8($0)) }
        #expect(SessionHistory(records: records)?.state == example.state)
    }

    @Test("in whatever order the records of a session are applied, it comes to the same")
    func order() throws {
        let events: [AuditEvent] = [.started, .credentials, .ended, .refused, .ended]
        var records = try events.enumerated().map { index, event in
            var record = try AuditCast.record(event, id: UInt8(index + 1))
            record.time = record.time.advanced(bySeconds: Int64(index))
            return record
        }
        let intent = try AuditCast.record(.intent)
        let expected = try #require(SessionHistory(records: [intent] + records))
        #expect(expected.opened == intent.time)
        #expect(expected.ended == records[2].time)
        for _ in 0..<20 {
            records.shuffle()
            var history = try #require(SessionHistory(intent: intent))
            for record in records { history.apply(record) }
            #expect(history == expected)
        }
    }

    @Test("a record of another session, and a second intent, change nothing")
    func others() throws {
        var history = try #require(SessionHistory(intent: try AuditCast.record(.intent)))
        let before = history
        var other = try AuditCast.record(.ended, id: 2)
        other.session = other.id
        history.apply(other)
        var second = try AuditCast.record(.intent, id: 3)
        second.caller?.owner.user = "mallory"
        history.apply(second)
        #expect(history == before)
        #expect(SessionHistory(intent: try AuditCast.record(.started)) == nil)
    }

    @Test("what a session is stands in its intent, and its id in whichever record has it")
    func facts() throws {
        var intent = try AuditCast.record(.intent)
        intent.aws = nil
        var started = try AuditCast.record(.started, id: 2)
        started.caller?.owner.user = "sweep"
        started.access?.roleSessionName = "other.0000000000000000"
        let history = try #require(SessionHistory(records: [intent, started]))
        #expect(history.id.text == AuditCast.session)
        #expect(history.owner == AuditCast.owner)
        #expect(history.permissionSet == "DatabaseAdmin")
        #expect(history.access == intent.access)
        #expect(history.roleSessionName.text == "alice.9f86d081884c7d65")
        #expect(history.sessionID == "alice.9f86d081884c7d65-07a16060613c408b5")
        #expect(try #require(SessionHistory(records: [intent])).sessionID == nil)
    }

    @Test("an intent without what identifies the session tells no session")
    func incomplete() throws {
        let changes: [(inout AuditRecord) -> Void] = [
            { $0.session = nil }, { $0.caller = nil }, { $0.access = nil }, { $0.access?.roleSessionName = nil },
        ]
        for change in changes {
            var intent = try AuditCast.record(.intent)
            change(&intent)
            #expect(SessionHistory(records: [intent]) == nil)
        }
    }

    @Test("owners are the same only when account, role and user are")
    func owners() {
        let owner = AuditCast.owner
        #expect(owner.text == "111122223333/AROAEXAMPLEDATABASEA/alice")
        #expect(owner != SessionOwner(account: "444455556666", roleID: owner.roleID, user: owner.user))
        #expect(owner != SessionOwner(account: owner.account, roleID: "AROAEXAMPLEANOTHERAA", user: owner.user))
        #expect(owner != SessionOwner(account: owner.account, roleID: owner.roleID, user: "alicia"))
    }
}
