import Foundation
import SessionCore
import Synchronization
import Testing

@testable import SQLiteStore
@testable import ssm_broker

/// A file checked in stretches side by side says what one pass says.
@Suite struct FileVerificationTests {
    /// Where the first thing in each chain stands that does not fit.
    private static func places(
        _ path: String,
        anchors: Anchors? = nil,
        length: Int64,
        hands: Int
    ) async throws -> [[Int64]] {
        let log = try await LocalLog(path: path)
        let output = Output(result: { _ in }, note: { _ in })
        let verification = FileVerification(
            log: log,
            heads: try await log.heads(),
            anchors: anchors,
            progress: Progress("verifying", on: output),
            length: length,
            hands: hands
        )
        return try await verification.run().compactMap(\.finding).map { [Int64($0.chain), $0.sequence] }
    }

    @Test(
        "however short the stretches and however many at a time, the same record is named",
        arguments: AuditTamperingTests.edits
    )
    func stretches(_ edit: AuditTamperingTests.Edit) async throws {
        let log = try Log(records: 4)
        let copy = try await LogCopy(edit.rewrite(log))
        if !edit.sql.isEmpty { try copy.edit(edit.sql) }
        for anchors in [nil, try Anchors(path: copy.anchors(of: log))] {
            let whole = try await Self.places(copy.path, anchors: anchors, length: 1000, hands: 1)
            for (length, hands) in [(1, 1), (1, 3), (2, 2), (3, 2)] as [(Int64, Int)] {
                #expect(
                    try await Self.places(copy.path, anchors: anchors, length: length, hands: hands) == whole,
                    "\(length) records, \(hands) at a time"
                )
            }
        }
    }

    @Test("a second half that was linked to another record is seen at its first, wherever stretches begin")
    func seam() async throws {
        let log = try Log(records: 4)
        // The other half of the chain is as good as the first, but for the record that both are linked by.
        var other = log.rewritten(chain: 0, from: 1) { $0.decision?.detail = "Another." }
        other.chains[0][0...1] = log.chains[0][0...1]
        let copy = try await LogCopy(log)
        for (place, record) in zip(2..., other.chains[0][2...]) {
            try copy.edit(
                """
                UPDATE audit SET previous = x'\(hex(record.previous))', hash = x'\(hex(record.hash))',
                    bytes = x'\(hex(record.bytes))' WHERE chain = 0 AND seq = \(place)
                """
            )
        }
        try copy.edit("UPDATE head SET hash = x'\(hex(other.chains[0][3].hash))' WHERE chain = 0")
        for (length, hands) in [(1000, 1), (2, 1), (2, 2), (1, 2)] as [(Int64, Int)] {
            #expect(try await Self.places(copy.path, length: length, hands: hands) == [[0, 2]])
        }
    }

    @Test(
        "a link of another length is none, though the hash behind it was made with it",
        arguments: [0, 2, 31, 33, 64]
    )
    func lengths(_ count: Int) async throws {
        let log = try Log(records: 4)
        let copy = try await LogCopy(log)
        let link = [UInt8](repeating: 7, count: count)
        let bytes = log.chains[0][2].bytes
        let hash = AuditChain.hash(chain: 0, sequence: 2, previous: link, bytes: bytes)
        try copy.edit(
            """
            UPDATE audit SET hash = x'\(hex(link))' WHERE chain = 0 AND seq = 1;
            UPDATE audit SET previous = x'\(hex(link))', hash = x'\(hex(hash))' WHERE chain = 0 AND seq = 2
            """
        )
        for (length, hands) in [(1000, 1), (2, 2), (1, 3)] as [(Int64, Int)] {
            #expect(try await Self.places(copy.path, length: length, hands: hands) == [[0, 1]])
        }
    }

    @Test(
        "a copy that is only older than the hashes kept elsewhere is told to be brought up to date, not called changed"
    )
    func behind() async throws {
        let log = try Log(records: 4)
        var older = log
        older.chains = log.chains.map { Array($0.dropLast()) }
        let copy = try await LogCopy(older)
        let world = try World()
        let arguments = ["audit", "verify", "--local", copy.path, "--anchors", try copy.anchors(of: log)]
        #expect(try await run(arguments, in: world.dependencies()) == .failed)
        #expect(
            world.notes.contains("ends before what is kept elsewhere, so it was not proven whole."),
            "\(world.notes)"
        )
        #expect(
            world.notes.contains(
                "Next: Bring it up to date, then verify again: ssm-broker audit pull --to \(copy.path)"
            )
        )
        #expect(!world.notes.contains("was changed"))
        let json = try World()
        #expect(try await run(arguments + ["-o", "json"], in: json.dependencies()) == .failed)
        #expect(try JSON(parsing: json.result.utf8)["isIntact"] == false)
        #expect(try JSON(parsing: json.notes.utf8)["code"] == "COPY_BEHIND")
        var content = ReportContent(made: World.now)
        content.verification = try JSON(parsing: json.result.utf8)
        let page = ReportPage.render(content)
        #expect(page.contains("Chains not proven whole.") && !page.contains("was changed"), "\(page)")
    }

    @Test("hashes are read from what aws logs prints, on as many lines as it likes, and from records of a subscription")
    func documents() throws {
        let zeros = String(repeating: "0", count: 64)
        let own = "{\\\"audit.chain\\\":\\\"2\\\",\\\"audit.hash\\\":\\\"\(zeros)\\\",\\\"audit.sequence\\\":\\\"7\\\"}"
        let printed = """
            {
                "events": [
                    {
                        "timestamp": 1795248000000,
                        "message": "\(own)"
                    },
                    {
                        "message": "START RequestId: 1"
                    }
                ],
                "nextToken": "f/1"
            }
            """
        let records = "{\"logEvents\":[{\"message\":\"\(own)\"}]}\n{\"logEvents\":[]}\n"
        for text in [printed, records] {
            #expect(Anchors(text: text.utf8).chains == [2: [7: [UInt8](repeating: 0, count: 32)]])
        }
    }

    @Test("hashes are read from a log that was exported packed, and from none that was cut")
    func packed() throws {
        // What gzip makes of {"chain":0,"hash":"<64 zeros>","sequence":1} and a line end.
        let text = "H4sIAAAAAAACA6tWSs5IzMxTsjLQUcpILM5QslIyoBAo6SgVpxaWpuYlpypZGdZyAQB7jPD8YwAAAA=="
        let bytes = try #require(Data(base64Encoded: text))
        let folder = try TemporaryFolder()
        let file = URL(fileURLWithPath: "\(folder.path)/broker.log.gz")
        try bytes.write(to: file)
        #expect(try Anchors(path: file.path).chains == [0: [1: [UInt8](repeating: 0, count: 32)]])
        for length in [bytes.count - 1, 30] {
            try bytes.prefix(length).write(to: file)
            let failure = #expect(throws: CommandFailure.self) { try Anchors(path: file.path) }
            #expect(failure?.code == "FILE_UNREADABLE")
        }
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test("each place comes once, in order, and none of a chain behind a stretch that is broken")
    func plan() {
        let heads = [0, 1, 2].map { ChainHead(chain: $0, sequence: [6, -1, 2][$0], hash: []) }
        let plan = StretchPlan(heads: heads, length: 3)
        var handed: [[Int64]] = []
        var done: Int64 = 0
        while let stretch = plan.next() {
            handed.append([Int64(stretch.chain), stretch.from, stretch.through])
            done = plan.finish(stretch, isBroken: false)
        }
        #expect(handed == [[0, 0, 2], [0, 3, 5], [0, 6, 6], [2, 0, 2]])
        #expect(done == 10 && heads.records == 10)
        let endless = StretchPlan(heads: [ChainHead(chain: 0, sequence: .max, hash: [])] + heads[1...], length: 3)
        if let first = endless.next() { #expect(endless.finish(first, isBroken: true) == 3) }
        #expect(endless.next()?.chain == 2)
        #expect(endless.next() == nil)
    }

    @Test("progress goes to the whole of the log and is taken away")
    func progress() async throws {
        let copy = try await LogCopy(try Log(records: 4))
        let shown = Mutex<[String]>([])
        let world = try World()
        var dependencies = world.dependencies()
        dependencies.output.progress = { text in shown.withLock { $0.append(text) } }
        #expect(try await run(["audit", "verify", "--local", copy.path], in: dependencies) == .done)
        let lines = shown.withLock { $0 }
        #expect(lines.first?.hasSuffix(" of 8 (50 %)") == true, "\(lines)")
        #expect(lines.last == "\r\u{1B}[K")
    }
}
