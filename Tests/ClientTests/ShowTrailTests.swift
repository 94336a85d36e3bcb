import Foundation
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

@Suite("audit show with CloudTrail")
struct ShowTrailTests {
    private static let id = AuditSamples.id(1).text

    /// An event like the session's start, with other members.
    private static func event(_ id: String, _ members: [String: JSON], by arn: String? = nil) -> JSON {
        var event = Trail().start().members ?? [:]
        event["eventID"] = .string(id)
        event.merge(members) { _, new in new }
        if let arn {
            event["userIdentity"] = ["accountId": "111122223333", "arn": .string(arn), "type": "AssumedRole"]
        }
        return .object(event)
    }

    private static var events: [JSON] {
        let trail = Trail()
        let session = "\(trail.name)-0123456789abcdef0"
        let dana = "arn:aws:sts::111122223333:assumed-role/Admin/dana"
        let ended: [String: JSON] = [
            "eventName": "TerminateSession", "eventTime": "2026-11-21T08:20:00Z", "requestID": "request-9",
            "requestParameters": ["sessionId": .string(session)], "responseElements": .null,
        ]
        let resumed: [String: JSON] = [
            "errorCode": "AccessDenied", "eventName": "ResumeSession", "eventTime": "2026-11-21T08:10:00Z",
            "requestID": "request-8", "requestParameters": ["sessionId": .string(session)], "responseElements": .null,
        ]
        let assumed: [String: JSON] = [
            "eventName": "AssumeRole", "eventSource": "sts.amazonaws.com", "eventTime": "2026-11-21T08:00:00Z",
            "recipientAccountId": "999900001111", "requestID": "request-7",
            "requestParameters": ["roleSessionName": .string(trail.name)], "responseElements": .null,
        ]
        let neighbours: [String: JSON] = [
            "requestID": "request-6", "responseElements": ["sessionId": "alice.0a1b2c3d4e5f6-0123456789abcdef0"],
        ]
        return [
            event("ended", ended, by: dana), event("resumed", resumed, by: dana), trail.start(), trail.start(),
            event("assumed", assumed, by: "arn:aws:sts::999900001111:assumed-role/BrokerExecution/ssm-broker"),
            event("neighbour", neighbours, by: dana),
        ]
    }

    private func show(_ events: [JSON], _ more: String...) async throws -> (status: ExitStatus, world: World) {
        let folder = try TemporaryFolder()
        let path = try folder.write(Trail().text(events), as: "trail.json")
        let world = try World([try Trail().page([.intent, .started])])
        let status = try await run(
            ["audit", "show", Self.id] + more + ["--cloudtrail", path],
            in: world.dependencies(columns: 80)
        )
        return (status, world)
    }

    @Test("what CloudTrail saw of the session follows in order, once each, and whether the records know it")
    func json() async throws {
        let (status, world) = try await show(Self.events, "-o", "json")
        #expect(status == .done, "\(world.notes)")
        let seen = try #require(try JSON(parsing: world.result.utf8)["cloudtrail"]?.elements)
        #expect(
            seen.map { $0["call"]?.text } == ["AssumeRole", "StartSession", "ResumeSession", "TerminateSession"]
        )
        #expect(seen.map { $0["isRecorded"] } == [false, true, false, false])
        #expect(seen[0]["account"] == "999900001111" && seen[0]["roleSessionName"]?.text == Trail().name)
        #expect(seen[2]["error"] == "AccessDenied" && seen[3]["by"]?.text?.hasSuffix("Admin/dana") == true)
        #expect(try JSON(parsing: world.result.utf8)["badFiles"] == [])
    }

    @Test("for a person each call stands with who made it, on 80 columns")
    func table() async throws {
        let (status, world) = try await show(Self.events)
        #expect(status == .done, "\(world.notes)")
        let lines = world.result.split(separator: "\n").map(String.init)
        #expect(lines.contains("2026-11-21 08:20:00  CloudTrail TerminateSession"))
        #expect(lines.contains("2026-11-21 08:10:00  CloudTrail ResumeSession  AccessDenied"))
        #expect(lines.contains("  in the records       yes, this request"))
        #expect(lines.allSatisfy { Printable.width($0) <= 80 })
    }

    @Test("files that do not know the session say so, and files of something else are a failure")
    func nothing() async throws {
        let (status, world) = try await show([try #require(Self.events.last)])
        #expect(status == .done)
        #expect(world.result.contains("nothing about this session in these files"))
        let (empty, told) = try await show([])
        #expect(empty == .usage && told.notes.contains("no event of CloudTrail"))
    }

    @Test("a file that was not read whole is told beside what it held")
    func damaged() async throws {
        let folder = try TemporaryFolder()
        let text = Trail().text([Trail().start()])
        let path = try folder.write(String(text.dropLast(2)), as: "trail.json")
        let world = try World([try Trail().page([.intent, .started])])
        let status = try await run(
            ["audit", "show", Self.id, "--cloudtrail", path, "-o", "json"],
            in: world.dependencies()
        )
        #expect(status == .done)
        let json = try JSON(parsing: world.result.utf8)
        #expect(json["cloudtrail"]?.elements?.count == 1)
        #expect(json["badFiles"]?.elements?.first?["path"]?.text == path)
        #expect(world.notes.contains("was not read whole: ends before its end"))
    }
}
