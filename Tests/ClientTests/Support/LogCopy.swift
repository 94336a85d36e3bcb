import Foundation
import SessionCore

@testable import SQLiteStore
@testable import ssm_broker

/// A copy of a log in a folder of its own, and what a person with any SQL tool could do to it.
struct LogCopy: Sendable {
    let folder: TemporaryFolder
    var path: String { "\(folder.path)/audit.sqlite" }

    /// Makes a copy of a log as `audit pull` does.
    init(_ log: Log) async throws {
        folder = try TemporaryFolder()
        let copy = try await AuditCopy.open(at: path, addingFrom: World.broker["SSM_BROKER_URL"] ?? "")
        for chain in log.chains { try await copy.keep(chain) }
    }

    /// Changes the file behind the program's back, the triggers out of the way.
    func edit(_ sql: String) throws {
        let connection = try Connection(path: path, busyMilliseconds: 0)
        let triggers = try connection.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger'") { try $0.text(0) }
        for trigger in triggers { try connection.execute("DROP TRIGGER \(trigger)") }
        try connection.execute("PRAGMA ignore_check_constraints = ON; " + sql)
    }

    /// Writes the heads of a log as `audit heads` prints them.
    func anchors(of log: Log, at place: Int? = nil) throws -> String {
        let lines = log.chains.map { records in
            let record = records[place ?? records.count - 1]
            let head = ChainHead(chain: record.chain, sequence: record.sequence, hash: record.hash)
            return head.json.canonicalText + "\n"
        }
        let file = "\(folder.path)/heads.jsonl"
        try lines.joined().write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }
}

extension Log {
    /// The log as somebody would have liked it to be: changed from one record of a chain on, with every hash made to fit.
    func rewritten(chain: Int, from sequence: Int, as change: (inout AuditRecord) -> Void) -> Log {
        var log = self
        for index in sequence..<log.chains[chain].count {
            guard var record = chains[chain][index].record else { continue }
            if index == sequence { change(&record) }
            log.chains[chain][index] = ChainedRecord(
                chain: chain,
                sequence: Int64(index),
                previous: index == 0 ? AuditChain.beginning : log.chains[chain][index - 1].hash,
                record: record
            )
        }
        return log
    }

    /// The log with other bytes in one record, under the hash that they have there; a record behind it would not fit.
    func rewrittenBytes(chain: Int, sequence: Int, as change: (String) -> String) -> Log {
        var log = self
        let record = chains[chain][sequence]
        let bytes = Array(change(String(decoding: record.bytes, as: UTF8.self)).utf8)
        log.chains[chain][sequence] = ChainedRecord(
            chain: chain,
            sequence: record.sequence,
            previous: record.previous,
            hash: AuditChain.hash(chain: chain, sequence: record.sequence, previous: record.previous, bytes: bytes),
            bytes: bytes
        )
        return log
    }
}
