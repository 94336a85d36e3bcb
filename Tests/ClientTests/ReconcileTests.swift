import Foundation
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

/// The generated files, and what was planted in them.
enum Corpus {
    static let folder = "\(Project.fixtures)/cloudtrail/corpus"

    static func json(_ name: String) throws -> JSON {
        try JSON(parsing: Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
    }

    /// The broker's records as one page.
    static func page(without session: String? = nil) throws -> ScriptedTransport.Answer {
        let records = try json("records.json").elements ?? []
        let kept = records.filter { record in
            session.map { !(record["record"]?.text ?? "").contains($0) } ?? true
        }
        return Answers.json((["records": .array(kept)] as JSON).canonicalText)
    }

    /// What must be found, as `kind event` or `kind session`.
    static func planted() throws -> [String] {
        (try json("planted.json").elements ?? []).map { one in
            "\(one["kind"]?.text ?? "") \((one["event"] ?? one["session"])?.text ?? "")"
        }.sorted()
    }
}

@Suite("audit reconcile")
struct ReconcileTests {
    private static func found(_ result: JSON) -> [String] {
        (result["findings"]?.elements ?? []).map { one in
            let kind = one["kind"]?.text ?? ""
            let isAboutSession = ["missing-in-cloudtrail", "intent-without-session", "outcome-resolved"].contains(kind)
            return "\(kind) \(one[isAboutSession ? "session" : "eventId"]?.text ?? "")"
        }.sorted()
    }

    @Test("every planted bypass is found under its class, and nothing else is")
    func corpus() async throws {
        let world = try World([try Corpus.page()])
        let status = try await run(
            "audit",
            "reconcile",
            "--cloudtrail",
            "\(Corpus.folder)/AWSLogs",
            "\(Corpus.folder)/lookup-events.json",
            "--break-glass",
            "EmergencyAccess",
            "-o",
            "json",
            in: world.dependencies()
        )
        #expect(status == .failed)
        let result = try JSON(parsing: world.result.utf8)
        #expect(Self.found(result) == (try Corpus.planted()))
        #expect(result["uncovered"] == 2 && result["badFiles"] == [] && result["isClean"] == false)
        #expect(result["coverage"]?.elements?.count == 2)
        #expect(try JSON(parsing: world.notes.utf8)["code"] == "FINDINGS")
    }

    @Test("where both sides agree nothing is found, and the command says what it covered")
    func honest() async throws {
        let folder = try TemporaryFolder()
        let trail = Trail()
        let path = try folder.write(trail.text([trail.start()]), as: "trail.json")
        let world = try World([try trail.page([.intent, .started])])
        let status = try await run("audit", "reconcile", "--cloudtrail", path, in: world.dependencies())
        #expect(status == .done, "\(world.notes)")
        #expect(world.result.hasSuffix("1 event in 1 file; 1 session of the records, 1 in CloudTrail\n"))
        #expect(world.result.contains("covered: 111122223333 eu-west-1"))
    }

    @Test("a session whose record is taken out of the log is found as started around the broker")
    func removedRecord() async throws {
        let folder = try TemporaryFolder()
        let trail = Trail()
        let path = try folder.write(trail.text([trail.start()]), as: "trail.json")
        let world = try World([try trail.page([])])
        #expect(try await run("audit", "reconcile", "--cloudtrail", path, in: world.dependencies()) == .failed)
        #expect(world.result.contains("started-around-broker") && world.notes.contains("1 finding."))
    }

    @Test("a grant that CloudTrail's files cannot tell of is counted as not judged, whatever became of it")
    func notJudged() async throws {
        let folder = try TemporaryFolder()
        let trail = Trail()
        var elsewhere = trail.start().members ?? [:]
        elsewhere["awsRegion"] = "eu-central-1"
        elsewhere["eventName"] = "DescribeSessions"
        let path = try folder.write(trail.text([.object(elsewhere)]), as: "trail.json")
        for events in [[.intent], [.intent, .unknown], [.intent, .started]] as [[AuditEvent]] {
            let world = try World([try trail.page(events)])
            #expect(try await run("audit", "reconcile", "--cloudtrail", path, in: world.dependencies()) == .done)
            #expect(world.result.hasSuffix("1 outside of what the files cover: not judged\n"), "\(world.result)")
        }
    }

    @Test("a session that the records call failed is told as such, also where its document is another one")
    func failedAndDifferent() async throws {
        let folder = try TemporaryFolder()
        let trail = Trail()
        var event = trail.start().members ?? [:]
        event["requestParameters"] = ["documentName": "AWS-StartSession", "target": "i-0bbbbbbbbbbbbbbb2"]
        let path = try folder.write(trail.text([.object(event)]), as: "trail.json")
        let world = try World([try trail.page([.intent, .failed])])
        let status = try await run("audit", "reconcile", "--cloudtrail", path, "-o", "json", in: world.dependencies())
        #expect(status == .failed)
        let findings = try JSON(parsing: world.result.utf8)["findings"]?.elements ?? []
        #expect(findings.map { $0["kind"]?.text } == ["mismatch"])
        let detail = findings.first?["detail"]?.text ?? ""
        #expect(detail.contains("The records say failed; CloudTrail says started."))
        #expect(detail.contains("CloudTrail has AWS-StartSession."))
    }

    @Test(
        "sessions of the break-glass permission set are a class of their own; other permission sets and look-alikes are not in it"
    )
    func breakGlass() async throws {
        let folder = try TemporaryFolder()
        let trail = Trail()
        let events = [
            trail.direct("BreakGlass"), trail.direct("BreakGlass", path: "/aws-reserved/sso.amazonaws.com/"),
            trail.direct("BreakGlass", path: "/"), trail.direct("BreakGlass_Junior"), trail.direct("DatabaseAdmin"),
        ]
        let path = try folder.write(trail.text(events), as: "trail.json")
        for (options, excused) in [([], 2), (["--break-glass", "EmergencyAccess"], 0)] as [([String], Int)] {
            let world = try World([try trail.page([])])
            let arguments = ["audit", "reconcile", "--cloudtrail", path, "-o", "json"] + options
            #expect(try await run(arguments, in: world.dependencies()) == .failed)
            let found = Self.found(try JSON(parsing: world.result.utf8))
            let region = "BreakGlass /aws-reserved/sso.amazonaws.com/eu-west-1/"
            #expect(found.filter { $0.hasPrefix("break-glass ") }.count == excused, "\(found)")
            #expect(found.filter { $0.hasPrefix("started-around-broker ") }.count == 5 - excused)
            #expect(found.contains("break-glass \(region)") == (excused > 0))
            #expect(found.contains("started-around-broker BreakGlass /"))
        }
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        let why: String
        let reason: String
        let text: String
        var testDescription: String { why }
    }

    static let damages = [
        Damage(why: "cut in the middle", reason: "ends before its end", text: #"{"Records":[{"eventName":"#),
        Damage(why: "a digest", reason: "neither Records nor Events", text: #"{"logFiles":[]}"#),
        Damage(why: "no JSON", reason: "at byte 0", text: "<html>"),
        Damage(why: "closed once too often", reason: "at byte 14", text: #"{"Records":[]}}"#),
        Damage(why: "a word among events", reason: "at byte 12", text: #"{"Records":[x]}"#),
        Damage(
            why: "an element of another shape",
            reason: "1 element is no CloudTrail event",
            text: #"{"Records":[{}]}"#
        ),
        Damage(why: "nothing", reason: "neither Records nor Events", text: ""),
        Damage(why: "a broken gzip", reason: "damaged gzip", text: "\u{1F}\u{8B}damage"),
    ]

    @Test("a damaged file is named with the reason, the others are read, and the end is not clean", arguments: damages)
    func damaged(_ damage: Damage) async throws {
        let folder = try TemporaryFolder()
        let trail = Trail()
        _ = try folder.write(trail.text([trail.start()]), as: "good.json")
        let bytes = damage.text.unicodeScalars.map { UInt8($0.value) }
        try Data(bytes).write(to: URL(fileURLWithPath: "\(folder.path)/bad.json"))
        let world = try World([try trail.page([.intent, .started])])
        let path = folder.path
        #expect(
            try await run("audit", "reconcile", "--cloudtrail", path, "-o", "json", in: world.dependencies()) == .failed
        )
        let result = try JSON(parsing: world.result.utf8)
        #expect(result["matched"] == 1 && result["findings"] == [])
        let bad = try #require(result["badFiles"]?.elements)
        #expect(bad.count == 1 && bad[0]["path"]?.text == "\(path)/bad.json")
        #expect(bad[0]["reason"]?.text?.contains(damage.reason) == true, "\(bad)")
    }

    @Test("nothing to compare does not pass for nothing found", arguments: ["{\"Records\":[]}", "{}"])
    func empty(_ text: String) async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, as: "trail.json")
        let world = try World([try Trail().page([])])
        #expect(try await run("audit", "reconcile", "--cloudtrail", path, in: world.dependencies()) == .usage)
        #expect(world.notes.contains("no event of CloudTrail") && world.result.isEmpty)
    }

    @Test("a path that is not there, or a time that is none, is refused before the broker is asked")
    func wrongArguments() async throws {
        let world = try World()
        #expect(try await run("audit", "reconcile", "--cloudtrail", "/nonexistent", in: world.dependencies()) == .usage)
        let since = try await run("audit", "reconcile", "--cloudtrail", "/", "--since", "x", in: world.dependencies())
        #expect(since == .usage && world.notes.contains("--since"))
    }

    @Test("with a time range, records from two days before are read, and events outside of it do not count")
    func range() async throws {
        let folder = try TemporaryFolder()
        let trail = Trail()
        let path = try folder.write(
            trail.text([trail.start(at: "2026-11-20T12:00:00Z"), trail.start()]),
            as: "trail.json"
        )
        let world = try World([try trail.page([.intent, .started])])
        let since = "2026-11-21T00:00:00Z"
        let status = try await run(
            "audit",
            "reconcile",
            "--cloudtrail",
            path,
            "--since",
            since,
            in: world.dependencies()
        )
        #expect(status == .done, "\(world.result)")
        #expect(world.transport.requests[0].url.contains("since=2026-11-19T00%3A00%3A00.000Z&limit=500"))
    }
}
