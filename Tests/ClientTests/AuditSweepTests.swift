import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

@Suite("audit sweep")
struct AuditSweepTests {
    private static func report(_ members: [String: JSON]) -> ScriptedTransport.Answer {
        var report: [String: JSON] = [
            "failures": [], "findings": [], "findingsTotal": 0, "isComplete": true, "places": 1, "sessions": 2,
        ]
        report.merge(members) { _, new in new }
        return Answers.json(JSON.object(report).canonicalText)
    }

    private static let finding: JSON = [
        "account": "111122223333", "kind": "unrecorded", "region": "eu-west-1", "sessionId": "eve\u{1B}[2J-x",
        "target": "i-0bbbbbbbbbbbbbbb2",
    ]

    @Test("findings are shown in a table that does nothing to a terminal")
    func findings() async throws {
        let world = try World([Self.report(["findings": [Self.finding], "findingsTotal": 1])])
        #expect(try await run("audit", "sweep", in: world.dependencies()) == .done, "\(world.notes)")
        #expect(world.result.contains("unrecorded") && world.result.contains("i-0bbbbbbbbbbbbbbb2"))
        #expect(!world.result.contains("\u{1B}"))
        #expect(world.transport.requests[0].url.hasSuffix("/v1/audit/sweep"))
        #expect(world.transport.requests[0].method == "POST")
    }

    @Test("an account that could not be looked at is named, and the command fails")
    func failures() async throws {
        let failure: JSON = ["account": "444455556666", "code": "TARGET_ROLE_REFUSED", "region": "eu-west-1"]
        let world = try World([Self.report(["failures": [failure], "isComplete": false])])
        #expect(try await run("audit", "sweep", in: world.dependencies()) == .failed)
        #expect(world.notes.contains("444455556666 eu-west-1 TARGET_ROLE_REFUSED"))
    }

    @Test("a run that had too little time says so and is done")
    func incomplete() async throws {
        let world = try World([Self.report(["isComplete": false])])
        #expect(try await run("audit", "sweep", in: world.dependencies()) == .done)
        #expect(world.notes.contains("no time to look everywhere"))
    }

    @Test("an answer that is no report is not taken for an empty one")
    func unreadable() async throws {
        let world = try World([Answers.json("{}")])
        #expect(try await run("audit", "sweep", in: world.dependencies()) == .failed)
        #expect(world.notes.contains("ANSWER_UNREADABLE") || world.notes.contains("lacks what this client needs"))
    }
}
