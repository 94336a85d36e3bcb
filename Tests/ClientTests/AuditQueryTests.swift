import Foundation
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

@Suite("audit query and show")
struct AuditQueryTests {
    /// Two sessions and a refusal, on one chain: the second session's reason is what a spreadsheet would compute.
    static func log() throws -> Log {
        var log = try Log(chains: 1, records: 1)
        var records = try [
            AuditSamples.record(1, .intent, session: 50), AuditSamples.record(2, .started, session: 50),
            AuditSamples.record(3, .credentials, session: 50), AuditSamples.record(4, .ended, session: 50),
            AuditSamples.record(5, .intent, session: 60, user: "zoe", permissionSet: "WebOperator"),
            AuditSamples.record(6, .denied, user: "bob", code: "PERMISSION_SET_NOT_MAPPED"),
        ]
        for index in 0..<5 { records[index].access?.roleSessionName = "alice.x1" }
        records[1].aws = AuditAWS(sessionID: "alice.x1-0a1b2c3d4e5f60718", requestIDs: ["StartSession": "aws-1"])
        records[4].access?.reason = "=HYPERLINK(\"http://x\",\"y\")"
        records[4].access?.ticket = "a,\nb"
        for record in records {
            let last = log.chains[0][log.chains[0].count - 1]
            log.chains[0].append(
                ChainedRecord(chain: 0, sequence: last.sequence + 1, previous: last.hash, record: record)
            )
        }
        return log
    }

    private func local(_ arguments: String..., columns: Int? = nil) async throws -> World {
        let copy = try await LogCopy(try Self.log())
        let world = try World()
        let status = try await run(arguments + ["--local", copy.path], in: world.dependencies(columns: columns))
        #expect(status == .done, "\(world.notes)")
        #expect(world.transport.requests.isEmpty)
        return world
    }

    @Test("times are moments, dates, days and ages")
    func times() throws {
        let now = try #require(Timestamp("2026-11-21T08:30:00Z"))
        let expected = [
            "2026-11-20T23:00:00+01:00": "2026-11-20T22:00:00.000Z", "2026-11-20": "2026-11-20T00:00:00.000Z",
            "today": "2026-11-21T00:00:00.000Z", "yesterday": "2026-11-20T00:00:00.000Z",
            "now": "2026-11-21T08:30:00.000Z", "90s": "2026-11-21T08:28:30.000Z", "30m": "2026-11-21T08:00:00.000Z",
            "2h": "2026-11-21T06:30:00.000Z", "1d": "2026-11-20T08:30:00.000Z", "2w": "2026-11-07T08:30:00.000Z",
        ]
        for (text, moment) in expected { #expect(TimeArgument.parse(text, now: now)?.description == moment, "\(text)") }
        for text in ["", "h", "2", "-2h", "2.5h", "2 h", "tomorrow", "2026-13-01", "99999999d", "２h"] {
            #expect(TimeArgument.parse(text, now: now) == nil, "\(text)")
        }
    }

    @Test("a copy answers as the broker does: filtered, newest first, with the total beside it")
    func filters() async throws {
        let all = try await local("audit", "query", "-o", "ndjson")
        let times = try all.result.split(separator: "\n").map {
            try JSON(parsing: $0.utf8)["record"]?["time"]?.text ?? ""
        }
        #expect(times.count == 7 && times == times.sorted(by: >))
        #expect(all.notes == "ssm-broker: 7 records.\n")
        let ended = try await local("audit", "query", "--user", "alice", "--event", "session.ended", "-o", "json")
        #expect(try JSON(parsing: ended.result.utf8)["records"]?.elements?.count == 1)
        let cut = try await local("audit", "query", "--limit", "2")
        #expect(cut.notes.contains("newest 2 records; there are more"))
    }

    @Test("CSV has a header, its line ends and quotes as RFC 4180, and no cell that is a formula")
    func csv() async throws {
        let world = try await local("audit", "query", "--user", "zoe", "-o", "csv")
        let lines = world.result.components(separatedBy: "\r\n")
        #expect(lines[0] == RecordLine.names.joined(separator: ","))
        #expect(world.result.contains(",\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",\"a,\nb\","))
        for start in ["=1", "+1", "-1", "@x", "\tx", "\rx"] {
            #expect(CSV.line([start]).contains("'" + start.prefix(1)), "\(start.debugDescription)")
        }
        #expect(CSV.line(["a", "b=c", "d; e-f"]) == "a,b=c,d; e-f\r\n")
    }

    @Test("nor does one begin where a spreadsheet parts cells at semicolons", arguments: ["=", "+", "-", "@"])
    func otherSeparator(_ formula: String) {
        #expect(CSV.line(["ok;\(formula)1+1;", "b"]) == "ok;'\(formula)1+1;,b\r\n")
        #expect(CSV.line(["ok; \(formula)1"]) == "ok; '\(formula)1\r\n")
        #expect(CSV.line(["ok;\"\(formula)1\""]) == "\"ok;\"\"'\(formula)1\"\"\"\r\n")
        #expect(CSV.line(["a,\n\(formula)1"]) == "\"a,\n'\(formula)1\"\r\n")
    }

    @Test("records are counted by what is asked for, most first and days newest first", arguments: CountKey.allCases)
    func counts(_ key: CountKey) async throws {
        let world = try await local("audit", "query", "--count-by", key.rawValue, "-o", "csv")
        let expected: [CountKey: [String]] = [
            .user: ["alice,4", ",1", "bob,1", "zoe,1"],
            .role: ["DatabaseAdmin,5", ",1", "WebOperator,1"], .node: ["i-0bbbbbbbbbbbbbbb2,6", ",1"],
            .outcome: [
                "session.intent,2", "chain.genesis,1", "session.credentials,1",
                "session.denied PERMISSION_SET_NOT_MAPPED,1", "session.ended,1", "session.started,1",
            ], .day: ["2026-11-21,7"],
        ]
        #expect(world.result.components(separatedBy: "\r\n").dropFirst().dropLast() == (expected[key] ?? [])[...])
        #expect(world.notes == "ssm-broker: 7 records.\n")
    }

    @Test(
        "a session's story is found by each of its names, in order, on 80 columns",
        arguments: [AuditSamples.id(50).text, "alice.x1-0a1b2c3d4e5f60718", AuditSamples.id(3).text]
    )
    func show(_ name: String) async throws {
        let json = try await local("audit", "show", name, "-o", "json")
        let story = try JSON(parsing: json.result.utf8)
        let events = story["records"]?.elements?.compactMap { $0["record"]?["event"]?.text }
        #expect(events == ["session.intent", "session.started", "session.credentials", "session.ended"])
        #expect(story["state"] == "ended" && story["sessionId"] == "alice.x1-0a1b2c3d4e5f60718")
        let world = try await local("audit", "show", name, columns: 120)
        let lines = world.result.split(separator: "\n")
        #expect(lines.allSatisfy { Printable.width(String($0)) <= 80 }, "\(world.result)")
        #expect(lines.contains { $0.hasPrefix("AWS StartSession") || $0.contains("AWS StartSession") })
    }

    @Test("the broker is asked for a session, and for its whole log only when the name leads nowhere else")
    func showFromBroker() async throws {
        let log = try Self.log()
        let session = Array(log.chains[0][1...4].reversed())
        let world = try World([log.page([]), log.page(log.chains[0].reversed()), log.page(session)])
        let status = try await run("audit", "show", "carol.x1-0a1b2c3d4e5f60718", in: world.dependencies())
        #expect(status == .failed && world.notes.contains("No record has to do with"))
        let urls = world.transport.requests.map(\.url)
        #expect(urls[0].contains("user=carol&") && !urls[1].contains("user="))
    }
}
