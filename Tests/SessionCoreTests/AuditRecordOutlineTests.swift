import TestSupport
import Testing

@testable import SessionCore

/// What the pass over a record's bytes says, against the record.
@Suite struct AuditRecordOutlineTests {
    private static func outline<Value>(
        _ bytes: [UInt8],
        _ look: (AuditRecordOutline?) throws -> Value
    ) rethrows -> Value {
        try bytes.withUnsafeBufferPointer { try look(AuditRecordOutline($0)) }
    }

    private static func says(_ text: String?, in member: AuditRecordOutline.Member, of outline: AuditRecordOutline)
        -> Bool
    {
        guard let text else { return outline.says(nil, in: member) }
        return Array(text.utf8).withUnsafeBufferPointer { outline.says($0, in: member) }
    }

    private static func members(of record: AuditRecord) -> [AuditRecordOutline.Member: String?] {
        [
            .nodeAccount: record.access?.account.digits, .callerAccount: record.caller?.owner.account,
            .code: record.decision?.code, .event: record.event.rawValue, .id: record.id.text,
            .linuxUser: record.access?.linuxUser, .node: record.access?.node.text,
            .permissionSet: record.caller?.permissionSet, .region: record.access?.region.name,
            .session: record.session?.text, .time: record.time.description, .user: record.caller?.owner.user,
        ]
    }

    @Test("each member says what the record says, and nothing else", arguments: AuditEvent.allCases)
    func members(_ event: AuditEvent) throws {
        var plain = try AuditCast.record(event)
        var escaped = plain
        escaped.caller?.owner.user = "a\u{1B}\"b\\ü"
        plain.access?.linuxUser = nil
        let bare = AuditRecord(id: plain.id, time: plain.time, event: event)
        for record in [plain, escaped, bare] {
            try Self.outline(record.json.canonicalBytes) { outline in
                let outline = try #require(outline)
                let members = Self.members(of: record)
                #expect(members.count == AuditRecordOutline.Member.allCases.count)
                for (member, text) in members {
                    #expect(Self.says(text, in: member, of: outline), "\(member)")
                    #expect(outline.lacks(member) == (text == nil), "\(member)")
                    for other in ["", (text ?? "") + "x", String((text ?? "xx").dropLast()), nil] where other != text {
                        #expect(!Self.says(other, in: member, of: outline), "\(member): \(other ?? "nil")")
                    }
                }
                #expect(outline.moment == record.time)
            }
        }
    }

    @Test("a member of another type says nothing; null is as good as not there")
    func types() throws {
        try Self.outline(Array(#"{"access":{"node":7},"caller":"alice","id":null,"session":["a"],"time":1}"#.utf8)) {
            let outline = try #require($0)
            #expect(!outline.lacks(.node) && !Self.says("7", in: .node, of: outline))
            #expect(outline.lacks(.user) && outline.lacks(.id) && outline.lacks(.event))
            #expect(!outline.lacks(.session) && !Self.says("a", in: .session, of: outline))
            #expect(outline.moment == nil)
        }
        #expect(Self.outline(Array("7".utf8)) { $0?.lacks(.id) } == true)
    }

    @Test("members of the same name elsewhere are not taken for the record's")
    func places() throws {
        let text = #"{"aws":{"account":"x","user":"x"},"details":{"event":"x","id":"x","node":"x"},"id":"y"}"#
        try Self.outline(Array(text.utf8)) {
            let outline = try #require($0)
            for member in AuditRecordOutline.Member.allCases where member != .id { #expect(outline.lacks(member)) }
            #expect(Self.says("y", in: .id, of: outline))
        }
    }

    @Test("bytes that are not canonical have no outline")
    func notCanonical() {
        for text in [
            "", "{", #"{"id":"a" }"#, #"{"id":"a","event":"b"}"#, #"{"caller":{"user":"a","arn":"b"}}"#, "{}x",
        ] {
            #expect(Self.outline(Array(text.utf8)) { $0 == nil }, "\(text)")
        }
    }

    @Test("a moment is read only in the form in which it is written")
    func moments() {
        func read(_ text: String) -> Timestamp? {
            Array(text.utf8).withUnsafeBufferPointer { Timestamp(written: $0) }
        }
        for milliseconds: Int64 in [
            0, -1, 1_795_248_000_123, 951_782_400_000, -62_167_219_200_000, 253_402_300_799_999,
        ] {
            let time = Timestamp(milliseconds: milliseconds)
            #expect(read(time.description) == time)
        }
        let others = [
            "2026-11-21T08:00:00Z", "2026-11-21T08:00:00.0000Z", "2026-11-21t08:00:00.000Z", "2026-11-21T08:00:00.000z",
            "2026-02-29T08:00:00.000Z", "2026-11-21T24:00:00.000Z", "2026-11-21T08:60:00.000Z",
            "2026-11-21T08:00:60.000Z",
            "2026-11-21T08:00:00.00xZ", "2026-13-01T08:00:00.000Z", "2026-00-01T08:00:00.000Z",
            "+026-11-21T08:00:00.000Z", "",
        ]
        for text in others { #expect(read(text) == nil, "\(text)") }
    }
}
