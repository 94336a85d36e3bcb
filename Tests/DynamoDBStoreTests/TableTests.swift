import Foundation
import SessionCore
import Testing

@testable import DynamoDBStore

@Suite("The tables")
struct TableTests {
    @Test("the description that deployments and tests create tables from is that of the code")
    func description() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = try Data(contentsOf: root.appending(path: "infra/broker/dynamodb-tables.json"))
        let written = String(decoding: Tables.description.canonicalBytes, as: UTF8.self)
        #expect(try JSON(parsing: Array(file)) == Tables.description, "the file should say \(written)")
    }

    @Test("keys sort as what they stand for")
    func order() throws {
        let times = [0, 1, 999, 1_795_248_000_000, 9_999_999_999_999].map { Timestamp(milliseconds: $0) }
        let ids = [
            try RecordID("00000000-0000-4000-8000-000000000000"), try RecordID("9fffffff-0000-4000-8000-00000000000a"),
        ]
        let keys = times.flatMap { time in ids.map { Tables.sort(time, $0) } }
        #expect(keys == keys.sorted())
        for (time, key) in zip(times.flatMap { [$0, $0] }, keys) { #expect(Tables.place(key)?.time == time) }
    }

    @Test("a stretch after a place leaves out that place and nothing older")
    func bounds() throws {
        let time = Timestamp(milliseconds: 1_795_248_000_000)
        let ids = try (0..<16).map { try RecordID("00000000-0000-4000-8000-00000000000\(String($0, radix: 16))") }
        for (place, id) in ids.enumerated() {
            var bounds = SortBounds()
            bounds.after(AuditCursor(time: time, id: id))
            let within = ids.filter { Tables.sort(time, $0) <= bounds.high && Tables.sort(time, $0) >= bounds.low }
            #expect(within == Array(ids[..<place]))
        }
    }

    @Test("a stretch up to a time leaves out that time, and one from a time has it")
    func times() throws {
        let id = try RecordID("00000000-0000-4000-8000-000000000000")
        let time = Timestamp(milliseconds: 1_795_248_000_000)
        var before = SortBounds()
        before.before(time)
        #expect(Tables.sort(time, id) > before.high)
        var from = SortBounds()
        from.from(time)
        #expect(Tables.sort(time, id) >= from.low)
        from.before(time.advanced(bySeconds: -1))
        #expect(!from.isPossible)
    }

    @Test("any text can be an index key, and no two have the same")
    func indexKeys() {
        let texts = ["", "#", "alice", "#alice", String(repeating: "x", count: 3000), "Žofie+ß@例え.example"]
        let keys = texts.map(Tables.indexKey)
        #expect(Set(keys).count == texts.count)
        #expect(keys.allSatisfy { (1...2048).contains($0.utf8.count) })
    }
}
