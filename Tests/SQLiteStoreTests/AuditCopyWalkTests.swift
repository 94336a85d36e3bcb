import SessionCore
import TestSupport
import Testing

@testable import SQLiteStore

/// What verification reads of a file: records where they lie, their columns, and rows that no chain leads to.
@Suite struct AuditCopyWalkTests {
    private static let events: [AuditEvent] = [.intent, .started, .ended, .denied]

    /// A copy of two chains of five records each.
    private static func copy(_ folder: DatabaseFolder) async throws -> AuditCopy {
        let copy = try await AuditCopy.open(at: folder.path, addingFrom: "https://broker.example.com")
        for chain in 0..<2 {
            var last = ChainHead(chain: chain, sequence: -1, hash: AuditChain.beginning)
            for place in 0..<5 {
                let number = chain * 100 + place
                var record = try AuditSamples.record(number, events[place % 4], session: number)
                if place == 0 { record = AuditChain.genesis(chain: chain, of: 2, id: record.id, time: record.time) }
                let next = ChainedRecord(chain: chain, sequence: Int64(place), previous: last.hash, record: record)
                try await copy.keep([next])
                last = ChainHead(chain: chain, sequence: next.sequence, hash: next.hash)
            }
        }
        return copy
    }

    /// Changes the file as a person could, the triggers and the checks out of the way.
    private static func edit(_ folder: DatabaseFolder, _ sql: String) throws {
        let connection = try folder.connection()
        for trigger in try connection.rows(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger'",
            read: { try $0.text(0) }
        ) {
            try connection.execute("DROP TRIGGER \(trigger)")
        }
        try connection.execute("PRAGMA ignore_check_constraints = ON; \(sql)")
    }

    /// The places of the records whose columns do not agree.
    private static func disagreeing(_ copy: AuditCopy, chain: Int) async throws -> [Int64] {
        try await copy.walk(chain, 0...4, into: [Int64]()) { found, stored in
            guard let outline = AuditRecordOutline(stored.record.bytes) else { throw SQLiteFailure.corrupt }
            if !stored.columnsAgree(with: outline) { found.append(stored.record.sequence) }
            return true
        }
    }

    @Test("a walk gives the records of a stretch as they are, in order, until it is told to stop")
    func walk() async throws {
        let folder = try DatabaseFolder()
        let copy = try await Self.copy(folder)
        let all = try await copy.chain(1, from: 0, limit: 9)
        #expect(all.count == 5)
        for places: ClosedRange<Int64> in [0...4, 1...3, 2...2, 3...99] {
            let walked = try await copy.walk(1, places, into: [ChainedRecord]()) { found, stored in
                found.append(stored.record.copied)
                return true
            }
            #expect(walked == all.filter { places.contains($0.sequence) })
        }
        let first = try await copy.walk(1, 0...4, into: 0) { count, _ in
            count += 1
            return count < 2
        }
        #expect(first == 2)
        #expect(
            try await copy.walk(7, 0...4, into: 0) { count, _ in
                count += 1
                return true
            } == 0
        )
    }

    static let edits = [
        "time = time + 1", "time = 0", "account = '444455556666'", "account = NULL", "id = 'x'",
        "event = 'session.unknown'",
        "session = NULL", "session = hex(id)", "user = 'bob'", "user = 'alic'", "user = 'alice '", "user = ''",
        "user = NULL",
        "permission_set = 'X'", "node = 'i-0'", "region = 'eu-west-2'", "linux_user = 'root'", "linux_user = NULL",
        "code = 'X'",
    ]

    @Test("each column that says something else than the record is seen, and only its row", arguments: edits)
    func columns(_ edit: String) async throws {
        let folder = try DatabaseFolder()
        let copy = try await Self.copy(folder)
        #expect(try await Self.disagreeing(copy, chain: 1) == [])
        try Self.edit(folder, "UPDATE audit SET \(edit) WHERE chain = 1 AND seq = 3")
        #expect(try await Self.disagreeing(copy, chain: 1) == [3])
        #expect(try await Self.disagreeing(copy, chain: 0) == [])
    }

    static let forged = ["account = 'x'", "session = 'x'", "user = 'x'", "node = 'x'", "linux_user = ''", "code = 'x'"]

    @Test("a column that a record without that member has is seen", arguments: forged)
    func additions(_ edit: String) async throws {
        let folder = try DatabaseFolder()
        let copy = try await Self.copy(folder)
        try Self.edit(folder, "UPDATE audit SET \(edit) WHERE chain = 0 AND seq = 0")
        #expect(try await Self.disagreeing(copy, chain: 0) == [0])
    }

    @Test("a column made to hold another type is seen")
    func types() async throws {
        let folder = try DatabaseFolder()
        let copy = try await Self.copy(folder)
        try Self.edit(
            folder,
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE name = 'audit';
            PRAGMA writable_schema = RESET;
            UPDATE audit SET user = CAST(user AS BLOB) WHERE chain = 1 AND seq = 2;
            UPDATE audit SET time = CAST(time AS BLOB) WHERE chain = 1 AND seq = 4;
            """
        )
        #expect(try await Self.disagreeing(copy, chain: 1) == [2, 4])
    }

    static let strays: [(sql: String, row: StrayRow)] = [
        ("chain = -9223372036854775808", StrayRow(chain: .min, sequence: 4)),
        ("chain = -1", StrayRow(chain: -1, sequence: 4)), ("chain = 2", StrayRow(chain: 2, sequence: 4)),
        ("chain = 9223372036854775807", StrayRow(chain: .max, sequence: 4)),
        ("seq = -1", StrayRow(chain: 1, sequence: -1)), ("seq = 5", StrayRow(chain: 1, sequence: 5)),
        ("seq = 9223372036854775807", StrayRow(chain: 1, sequence: .max)),
    ]

    @Test("a row outside of what the heads say is found, wherever it claims to stand", arguments: strays)
    func stray(_ edit: (sql: String, row: StrayRow)) async throws {
        let folder = try DatabaseFolder()
        let copy = try await Self.copy(folder)
        #expect(try await copy.stray() == nil)
        try Self.edit(folder, "UPDATE audit SET \(edit.sql) WHERE chain = 1 AND seq = 4")
        #expect(try await copy.stray() == edit.row)
        try Self.edit(folder, "DELETE FROM head")
        #expect(try await copy.stray() == StrayRow(chain: min(edit.row.chain, 0), sequence: edit.row.chain < 0 ? 4 : 0))
    }
}
