import Foundation
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import SQLiteStore
@testable import ssm_broker

@Suite("audit pull")
struct AuditPullTests {
    /// Pulls a log, or what one asks for of it, to a file.
    private func pull(_ log: Log, of whole: Log? = nil, to path: String, answers: [ScriptedTransport.Answer])
        async throws -> (
            status: ExitStatus, world: World
        )
    {
        let world = try World([log.heads] + answers)
        let status = try await run("audit", "pull", "--to", path, "-o", "json", in: world.dependencies())
        return (status, world)
    }

    private func begun(_ records: Int) throws -> (log: Log, short: Log) {
        let log = try Log(records: 5)
        var short = log
        short.chains = log.chains.map { Array($0.prefix(records)) }
        return (log, short)
    }

    @Test("a copy begins empty, goes on where it ended, and is the log, byte for byte")
    func resumes() async throws {
        let (log, short) = try begun(2)
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/copy.sqlite"
        let first = try await pull(short, to: path, answers: short.chains.map { log.page($0) })
        #expect(first.status == .done, "\(first.world.notes)")
        #expect(try JSON(parsing: first.world.result.utf8)["new"] == 4)
        let second = try await pull(log, to: path, answers: log.chains.map { log.page(Array($0[2...])) })
        #expect(second.status == .done, "\(second.world.notes)")
        #expect(second.world.transport.requests[1].url.hasSuffix("chain=0&from=2&limit=3&read=1-9"))
        #expect(try JSON(parsing: second.world.result.utf8)["records"] == 10)
        let third = try await pull(log, to: path, answers: [])
        #expect(try JSON(parsing: third.world.result.utf8)["new"] == 0)
        let copy = try await AuditCopy.open(at: path)
        for chain in 0..<2 { #expect(try await copy.chain(chain, from: 0, limit: 9) == log.chains[chain]) }
    }

    @Test("a first pull that is interrupted leaves a copy short of records, never of chains, and the next goes on")
    func begins() async throws {
        let (log, short) = try begun(2)
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/copy.sqlite"
        let down = ScriptedTransport.Answer.failure(
            HTTPFailure(.unreachable, mayHaveReachedServer: false, explanation: "down")
        )
        let first = try await pull(log, to: path, answers: short.chains.map { log.page($0) } + [down])
        #expect(first.status != .done && first.world.transport.isExhausted)
        let verified = try World()
        #expect(try await run(["audit", "verify", "--local", path], in: verified.dependencies()) == .done)
        #expect(verified.result.hasSuffix("4 records in 2 chains: intact\n"), "\(verified.result)")
        let second = try await pull(log, to: path, answers: log.chains.map { log.page(Array($0[2...])) })
        #expect(second.status == .done, "\(second.world.notes)")
        #expect(try JSON(parsing: second.world.result.utf8)["new"] == 6)
    }

    @Test("a log that was changed since the last time is told, and the copy stays as it was")
    func changed() async throws {
        let (log, short) = try begun(3)
        let rewritten = log.rewritten(chain: 1, from: 1) { $0.decision?.detail = "Another." }
        var cut = log
        cut.chains[0].removeLast(3)
        var fewer = log
        fewer.chains.removeLast()
        let later: [(Log, [ScriptedTransport.Answer], String)] = [
            (
                rewritten, [log.page(Array(log.chains[0][3...])), log.page(Array(rewritten.chains[1][3...]))],
                "chain 1, record 3"
            ),
            (cut, [], "chain 0, record 2"), (fewer, [], "chain 1, record 0"),
        ]
        for (state, answers, place) in later {
            let kept = try await LogCopy(short)
            let before = try await AuditCopy.open(at: kept.path).chain(1, from: 0, limit: 9)
            let (status, world) = try await pull(state, to: kept.path, answers: answers)
            #expect(status == .failed && world.notes.contains(place), "\(place): \(world.notes)")
            #expect(try await AuditCopy.open(at: kept.path).chain(1, from: 0, limit: 9) == before)
        }
    }

    @Test("a file that is no copy of this log is refused and not touched")
    func foreign() async throws {
        let log = try Log()
        let folder = try TemporaryFolder()
        let text = "\(folder.path)/notes.txt"
        try "not a database, and longer than a header of one: \(String(repeating: "x", count: 200))"
            .write(toFile: text, atomically: true, encoding: .utf8)
        let store = "\(folder.path)/store.sqlite"
        let makeID: @Sendable () -> RecordID = { RecordID(random: (0..<16).map { _ in UInt8.random(in: 0...255) }) }
        _ = try await SQLiteStore.open(at: store, now: { World.now }, makeID: makeID)
        let other = "\(folder.path)/other.sqlite"
        _ = try await AuditCopy.open(at: other, addingFrom: "https://other.example.com")
        for (path, reason) in [(text, "not an SQLite"), (store, "another program's"), (other, "another log")] {
            let before = try Data(contentsOf: URL(filePath: path))
            let (status, world) = try await pull(log, to: path, answers: [])
            #expect(status == .failed && world.notes.contains(reason), "\(path): \(world.notes)")
            #expect(try Data(contentsOf: URL(filePath: path)) == before)
        }
    }

    @Test("a broker does not take a copy for its own log")
    func copyAsStore() async throws {
        let copy = try await LogCopy(try Log())
        await #expect(throws: SQLiteFailure.foreign) {
            _ = try await SQLiteStore.open(
                at: copy.path,
                now: { World.now },
                makeID: { RecordID(random: Array(0..<16)) }
            )
        }
    }

    @Test("any SQL tool reads the view: times as text, hashes as text, the record's own text")
    func view() async throws {
        let log = try Log()
        let copy = try await LogCopy(log)
        let connection = try Connection(path: copy.path, busyMilliseconds: 0, mayWrite: false)
        let rows = try connection.rows(
            "SELECT time, permission_set, account, region, code, hash, text FROM record WHERE chain = 1 AND seq = 2"
        ) { row in try (0..<7).map { try row.text($0) } }
        let record = log.chains[1][2]
        #expect(
            rows == [
                [
                    "2026-11-21T08:00:02.000Z", "ReadOnlyAccessForEverybody", "111122223333", "eu-west-1",
                    "PERMISSION_SET_NOT_MAPPED", record.json["hash"]?.text ?? "",
                    String(decoding: record.bytes, as: UTF8.self),
                ]
            ]
        )
    }
}
