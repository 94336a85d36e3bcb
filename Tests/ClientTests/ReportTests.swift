import Foundation
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

@Suite("audit report")
struct ReportTests {
    static let hostile =
        "</td></tr></table><script>document.title='owned'</script><img src=x onerror=\"owned=1\"> & 'x' \u{202E}gnp"

    /// Some weeks of a small organisation, in which somebody writes markup wherever text is free.
    static func busy() throws -> ReportContent {
        var content = ReportContent(made: World.now, since: AuditSamples.start.advanced(bySeconds: -40 * 86_400))
        let people = [
            ("alice", "DatabaseAdmin", "dbadmin"), ("erin", "WebOperator", "webops"),
            ("frank", "BatchOperator", "batchops"),
            (hostile, "DatabaseAdmin", "dbadmin"),
        ]
        for number in 0..<120 {
            let (user, permissionSet, linuxUser) = people[number % 11 % 4]
            let node = "i-0bbbbbbbbbbbbbbb\(number % 3)"
            let seconds = -(number * number % 37) * 86_400 - number
            var record = try AuditSamples.record(
                number,
                number % 17 == 3 ? .denied : .intent,
                seconds: seconds,
                session: number,
                user: user,
                permissionSet: permissionSet,
                node: node,
                code: number % 17 == 3 ? "PERMISSION_SET_NOT_MAPPED" : AuditDecision.granted
            )
            record.access?.linuxUser = linuxUser
            record.access?.reason = number % 5 == 0 ? hostile : "ticket OPS-\(number): the disk is full"
            content.take(record)
            if record.event == .intent {
                content.take(try AuditSamples.record(number + 1000, .started, seconds: seconds, session: number))
            }
        }
        content.verification = ["isIntact": true, "records": 240, "chains": [], "isAnchored": false]
        content.reconciliation = [
            "badFiles": [["path": "trail/x.json.gz", "reason": "damaged gzip"]], "counts": ["started-around-broker": 1],
            "events": 4000, "matched": 113, "sessions": 113, "isClean": false,
            "findings": [
                [
                    "account": "111122223333", "detail": "The caller is not the broker's role.",
                    "kind": "started-around-broker", "node": "i-0bbbbbbbbbbbbbbb2", "time": "2026-11-20T12:00:00.000Z",
                    "who": .string("arn:aws:sts::111122223333:assumed-role/Admin/\(hostile)"),
                ]
            ],
        ]
        return content
    }

    @Test("the page of a log is the recorded one", arguments: ["busy", "empty"])
    func golden(_ name: String) throws {
        let content = name == "busy" ? try Self.busy() : ReportContent(made: World.now)
        let page = ReportPage.render(content)
        let file = URL(fileURLWithPath: "\(Project.fixtures)/report/\(name).html")
        if ProcessInfo.processInfo.environment["SSM_BROKER_RECORD"] == "1" {
            try Data(page.utf8).write(to: file)
            Issue.record("recorded \(name).html: look at it, then run without SSM_BROKER_RECORD")
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == page)
    }

    @Test("refusals that one record sums up are counted each, and their record is one row")
    func sums() throws {
        var content = ReportContent(made: World.now)
        content.take(try AuditSamples.record(1, .denied, code: "NODE_NOT_FOUND"))
        var sum = try AuditSamples.record(2, .denied, code: "NODE_NOT_FOUND")
        sum.details["count"] = "498"
        content.take(sum)
        #expect(content.denied == 499)
        let page = ReportPage.render(content)
        #expect(page.contains("<b>499</b>\ndenials"), "\(page)")
        #expect(!page.contains("<caption>"))
        for odd in ["-3", "x", "9223372036854775807"] {
            sum.details["count"] = odd
            for _ in 0..<9 { content.take(sum) }
        }
        #expect(content.denied == 499 + 9 + 9 + 9_000_000_000)
    }

    @Test("no text becomes markup, and nothing on the page is loaded or run")
    func escaped() throws {
        let page = ReportPage.render(try Self.busy())
        #expect(
            page.contains("&lt;script&gt;document.title=&#39;owned&#39;&lt;/script&gt;&lt;img src=x onerror=&quot;")
        )
        #expect(!page.unicodeScalars.contains("\u{202E}"))
        for forbidden in ["<script", "<img", "<link", "<iframe", "src=\"", "href=", "url(", "@import", " style=\""] {
            #expect(!page.contains(forbidden), "\(forbidden)")
        }
        #expect(page.contains("default-src &#39;none&#39;"))
    }

    @Test("the order in which records come does not change the page")
    func order() throws {
        var content = ReportContent(made: World.now)
        var backwards = content
        let records = try (0..<30).map { number in
            try AuditSamples.record(
                number,
                number % 4 == 0 ? .denied : .intent,
                session: number,
                user: number % 3 == 0 ? "erin" : "alice"
            )
        }
        for record in records { content.take(record) }
        for record in records.reversed() { backwards.take(record) }
        #expect(ReportPage.render(content) == ReportPage.render(backwards))
    }

    @Test("years fit into as many bars as a phone can show, and none of the sessions is left out")
    func years() throws {
        var content = ReportContent(made: World.now)
        for number in 0..<1500 {
            content.take(
                try AuditSamples.record(
                    number,
                    .intent,
                    seconds: -number * 86_400,
                    session: number,
                    permissionSet: "Set\(number % 9)"
                )
            )
        }
        let chart = try #require(SessionsChart(content)).html.source
        #expect(chart.contains("in 17 days") && chart.contains("viewBox=\"0 0 890 100\""))
        #expect(chart.contains("4 others: 665") && chart.contains("Set0: 167"))
    }

    @Test("the command reads the log to its end, takes the other commands' results, and writes one file")
    func command() async throws {
        let folder = try TemporaryFolder()
        let verified = try folder.write(#"{"chains":[],"isAnchored":false,"isIntact":true,"records":7}"#, as: "v.json")
        let compared = try folder.write(#"{"findings":[],"isClean":true,"matched":1,"sessions":1}"#, as: "r.json")
        let world = try World([try Trail().page([.intent, .started])])
        let file = "\(folder.path)/report.html"
        let status = try await run(
            "audit",
            "report",
            "--html",
            file,
            "--verification",
            verified,
            "--reconciliation",
            compared,
            in: world.dependencies()
        )
        #expect(status == .done, "\(world.notes)")
        #expect(world.result == "\(file)\n")
        let page = try folder.text("report.html")
        #expect(page.contains("7 records. The chains fit together") && page.contains("CloudTrail agrees"))
        #expect(page.contains("DatabaseAdmin") && page.contains("<b>1</b>\nsessions granted"))
    }

    @Test("a file that is no result of the other commands is refused, and nothing is written")
    func wrongFile() async throws {
        let folder = try TemporaryFolder()
        let wrong = try folder.write("{}", as: "wrong.json")
        let world = try World()
        let file = "\(folder.path)/report.html"
        let arguments = ["audit", "report", "--html", file, "--verification", wrong]
        let status = try await run(
            arguments[0],
            arguments[1],
            arguments[2],
            arguments[3],
            arguments[4],
            arguments[5],
            in: world.dependencies()
        )
        #expect(status == .usage && world.notes.contains("wrong.json is not what audit verify prints"))
        let missing = "\(folder.path)/none.json"
        let again = ["audit", "report", "--html", file, "--reconciliation", missing]
        #expect(try await run(again, in: world.dependencies()) == .usage)
        #expect(
            world.notes.contains("There is no such file.") && world.notes.contains("audit reconcile --output json >")
        )
        #expect(folder.names == ["wrong.json"])
    }
}
