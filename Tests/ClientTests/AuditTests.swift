import Foundation
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

/// A small log of two chains, each with its genesis and some denials.
struct Log: Sendable {
    var chains: [[ChainedRecord]]

    init(chains count: Int = 2, records: Int = 3) throws {
        chains = try (0..<count).map { chain in
            var records = try (0..<records).map { try Self.record($0, in: chain, of: count) }
            var linked: [ChainedRecord] = []
            while !records.isEmpty {
                linked.append(
                    ChainedRecord(
                        chain: chain,
                        sequence: Int64(linked.count),
                        previous: linked.last?.hash ?? AuditChain.beginning,
                        record: records.removeFirst()
                    )
                )
            }
            return linked
        }
    }

    private static func record(_ index: Int, in chain: Int, of chains: Int) throws -> AuditRecord {
        let id = RecordID(random: (0..<16).map { UInt8(truncatingIfNeeded: $0 + index * 16 + chain * 128) })
        let time = World.now.advanced(bySeconds: Int64(index))
        guard index > 0 else { return AuditChain.genesis(chain: chain, of: chains, id: id, time: time) }
        return AuditRecord(
            id: id,
            time: time,
            event: .denied,
            caller: AuditCaller(
                arn: "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_ReadOnly_0123456789abcdef/bob",
                owner: SessionOwner(
                    account: "111122223333",
                    roleID: "AROAX",
                    user: "bo\u{1B}b-with-a-name-of-some-length"
                ),
                permissionSet: "ReadOnlyAccessForEverybody",
                accessKeyID: nil,
                proof: nil
            ),
            access: AuditAccess(
                kind: .shell,
                account: try AccountID("111122223333"),
                region: try Region("eu-west-1"),
                node: try NodeID("i-0bbbbbbbbbbbbbbb2")
            ),
            decision: AuditDecision(code: "PERMISSION_SET_NOT_MAPPED", detail: "No entry.")
        )
    }

    var heads: ScriptedTransport.Answer {
        let heads = chains.enumerated().compactMap { index, records in
            records.last.map { ChainHead(chain: index, sequence: $0.sequence, hash: $0.hash).json }
        }
        return Answers.json((["heads": .array(heads), "read": "1-9"] as JSON).canonicalText)
    }

    /// A page; with `read` when the broker names the record of its reading.
    func page(_ records: [ChainedRecord], next: AuditCursor? = nil, read: String? = nil) -> ScriptedTransport.Answer {
        var members = AuditPage(records: records, next: next).json.members ?? [:]
        members["read"] = read.map(JSON.string)
        return Answers.json(JSON.object(members).canonicalText)
    }
}

@Suite("audit")
struct AuditTests {
    @Test("a log that fits together is verified chain by chain, and what that cannot show is said")
    func intact() async throws {
        let log = try Log()
        let world = try World([log.heads, log.page(log.chains[0]), log.page(log.chains[1])])
        #expect(try await run("audit", "verify", in: world.dependencies()) == .done, "\(world.notes)")
        #expect(world.result.hasSuffix("6 records in 2 chains: intact\n"))
        #expect(world.notes.contains("rewrite of whole chains would not be seen"))
        #expect(world.transport.requests[0].url.hasSuffix("/v1/audit/heads?read=all"))
        #expect(world.transport.requests[1].url.hasSuffix("/v1/audit/records?chain=0&from=0&limit=3&read=1-9"))
    }

    @Test("chains longer than a page are fetched on from where the page ended")
    func pages() async throws {
        let log = try Log(chains: 1, records: 4)
        let world = try World([log.heads, log.page(Array(log.chains[0][..<3])), log.page(Array(log.chains[0][3...]))])
        #expect(try await run("audit", "verify", "-o", "json", in: world.dependencies()) == .done)
        #expect(world.transport.requests[2].url.hasSuffix("chain=0&from=3&limit=1&read=1-9"))
        let json = try JSON(parsing: world.result.utf8)
        #expect(json["isIntact"] == true && json["isAnchored"] == false && json["records"] == 4)
        #expect(world.notes.isEmpty)
    }

    struct Tampering: Sendable, CustomTestStringConvertible {
        let why: String
        let place: String
        let change: @Sendable (inout Log) -> Void
        var testDescription: String { why }
    }

    static func changed(_ record: ChainedRecord, bytes: [UInt8]? = nil, sequence: Int64? = nil) -> ChainedRecord {
        ChainedRecord(
            chain: record.chain,
            sequence: sequence ?? record.sequence,
            previous: record.previous,
            hash: record.hash,
            bytes: bytes ?? record.bytes
        )
    }

    static let tamperings = [
        Tampering(why: "a changed record", place: "chain 0, record 1") { log in
            let text = String(decoding: log.chains[0][1].bytes, as: UTF8.self)
            let other = text.replacingOccurrences(of: "NOT_MAPPED", with: "IS_MAPPED_")
            log.chains[0][1] = changed(log.chains[0][1], bytes: Array(other.utf8))
        },
        Tampering(why: "a record left out", place: "chain 0, record 1") { log in
            log.chains[0].remove(at: 1)
        },
        Tampering(why: "a record left out and the rest renumbered", place: "chain 1, record 1") { log in
            log.chains[1].remove(at: 1)
            log.chains[1][1] = changed(log.chains[1][1], sequence: 1)
        },
        Tampering(why: "records in another order", place: "chain 0, record 1") { log in log.chains[0].swapAt(1, 2) },
        Tampering(why: "a record of another chain", place: "chain 0, record 2") { log in
            log.chains[0][2] = log.chains[1][2]
        },
        Tampering(why: "the end cut off", place: "chain 1, record 2") { log in log.chains[1].removeLast() },
    ]

    @Test("a change is found, and the first record that does not fit is named", arguments: tamperings)
    func tampered(_ tampering: Tampering) async throws {
        let original = try Log()
        var log = original
        tampering.change(&log)
        // Once a page is shorter than the head says, the rest is asked for, and there is none.
        let answers = log.chains.map { log.page($0) }
        let world = try World([original.heads, answers[0], answers[1], log.page([])])
        #expect(try await run("audit", "verify", in: world.dependencies()) == .failed)
        #expect(world.notes.contains(tampering.place), "\(world.notes)")
        #expect(world.result.isEmpty)
    }

    @Test("a whole chain that is missing shows in the genesis of the others")
    func missingChain() async throws {
        let log = try Log()
        var short = log
        short.chains.removeLast()
        let world = try World([short.heads, log.page(log.chains[0])])
        #expect(try await run("audit", "verify", in: world.dependencies()) == .failed)
        #expect(world.notes.contains("names 2 chains; the store has 1"))
    }

    @Test("a head that names another hash is found")
    func otherHead() async throws {
        let log = try Log(chains: 1)
        let head = ChainHead(chain: 0, sequence: 2, hash: Array(repeating: 7, count: 32))
        let heads = Answers.json((["heads": .array([head.json])] as JSON).canonicalText)
        let world = try World([heads, log.page(log.chains[0])])
        #expect(try await run("audit", "verify", in: world.dependencies()) == .failed)
        #expect(world.notes.contains("chain 0, record 2"))
    }

    @Test("heads that no log can have are refused, not counted with", arguments: [-1, Int64.max])
    func absurdHead(_ sequence: Int64) async throws {
        let head = ChainHead(chain: 0, sequence: sequence, hash: Array(repeating: 7, count: 32))
        let world = try World([Answers.json((["heads": .array([head.json])] as JSON).canonicalText)])
        #expect(try await run("audit", "verify", in: world.dependencies()) == .failed)
        #expect(world.notes.contains("lacks what this client needs"))
    }

    @Test("the table fits 80 columns, names the refusal and carries no escape sequence")
    func table() async throws {
        let log = try Log(chains: 1)
        let world = try World([log.page(log.chains[0].reversed())])
        #expect(try await run("audit", "query", in: world.dependencies(columns: 80)) == .done)
        let lines = world.result.split(separator: "\n")
        #expect(lines.count == 7 && lines.allSatisfy { Printable.width(String($0)) <= 80 })
        #expect(lines[2] == "  EVENT session.denied PERMISSION_SET_NOT_MAPPED")
        #expect(lines[1].hasPrefix("2026-11-21 08:00:02") && lines[1].contains("i-0bbbbbbbbbbbbbbb2"))
        #expect(!world.result.contains("\u{1B}"))
    }

    @Test("for programs each record is an object, with its place in the chain")
    func json() async throws {
        let log = try Log(chains: 1)
        let world = try World([log.page(log.chains[0].reversed())])
        #expect(try await run("audit", "query", "-o", "json", in: world.dependencies()) == .done)
        let records = try #require(try JSON(parsing: world.result.utf8)["records"]?.elements)
        #expect(records[0]["sequence"] == 2)
        #expect(records[0]["record"]?["decision"]?["code"] == "PERMISSION_SET_NOT_MAPPED")
    }

    @Test("filters travel encoded, ages count from now, and a long result is read page by page")
    func filters() async throws {
        let log = try Log(chains: 1)
        let cursor = try #require(log.chains[0][1].record.map { AuditCursor(time: $0.time, id: $0.id) })
        let world = try World([log.page([log.chains[0][2]], next: cursor), log.page([log.chains[0][1]])])
        let status = try await run(
            "audit",
            "query",
            "--user",
            "ana+ops@example.com",
            "--since",
            "2h",
            "--until",
            "2026-11-21T07:30:00Z",
            "--limit",
            "2",
            in: world.dependencies()
        )
        #expect(status == .done)
        let urls = world.transport.requests.map(\.url)
        #expect(
            urls[0].contains(
                "user=ana%2Bops%40example.com&since=2026-11-21T06%3A00%3A00.000Z&until=2026-11-21T07%3A30%3A00.000Z&limit=2"
            )
        )
        #expect(urls[1].hasSuffix("limit=1&cursor=\(cursor.text)"))
    }

    @Test("a code is found however it is typed")
    func code() async throws {
        let log = try Log(chains: 1)
        let world = try World([log.page([log.chains[0][1]])])
        #expect(try await run("audit", "query", "--code", "granted", in: world.dependencies()) == .done)
        #expect(world.transport.requests[0].url.contains("code=GRANTED"))
    }

    @Test(
        "a wrong filter is refused before anything is asked",
        arguments: [
            ["--since", "2 hours"], ["--node", "web-1"], ["--event", "session.opened"],
            ["--account", "12"], ["--region", "Dublin"], ["--since", "1h", "--until", "2h"], ["--session", "alice"],
            ["--until", "0d1"],
        ]
    )
    func wrongFilters(_ arguments: [String]) async throws {
        let world = try World()
        #expect(try await run(["audit", "query"] + arguments, in: world.dependencies()) == .usage)
        #expect(world.transport.requests.isEmpty && world.notes.contains(arguments[0]))
    }
}
