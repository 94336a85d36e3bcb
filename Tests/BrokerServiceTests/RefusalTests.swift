import BrokerService
import Logging
import SessionCore
import Synchronization
import Testing

@Suite("Refusals", .timeLimit(.minutes(1)))
struct RefusalTests {
    /// A request that is refused before anything is meant to start.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let why: String
        let code: String
        var person = Person.alice
        var node = Cast.dbNode
        var changes: [String: JSON] = [:]
        var prepare: @Sendable (Stage) -> Void = { _ in }
        var testDescription: String { why }
    }

    static let requests = [
        Refusal(why: "an unknown member", code: "BODY_INVALID", changes: ["linuxUser": "root"]),
        Refusal(why: "a document of the caller's choice", code: "BODY_INVALID", changes: ["document": "AWS-RunShell"]),
        Refusal(why: "an account of the caller's choice", code: "BODY_INVALID", changes: ["account": "444455556666"]),
        Refusal(why: "no request id", code: "BODY_INVALID", changes: ["requestId": .null]),
        Refusal(why: "a target that is no node", code: "BODY_INVALID", node: "ecs:cluster_task_runtime"),
        Refusal(why: "a node with a pattern in it", code: "BODY_INVALID", node: "i-*"),
        Refusal(why: "a kind that is none", code: "BODY_INVALID", changes: ["kind": "sudo"]),
        Refusal(why: "another kind", code: "KIND_NOT_ALLOWED", changes: ["kind": "ssh"]),
        Refusal(why: "a reason with a line break", code: "REASON_INVALID", changes: ["reason": "a\nb"]),
        Refusal(why: "an empty reason", code: "REASON_INVALID", changes: ["reason": ""]),
        Refusal(why: "a blank reason", code: "REASON_INVALID", changes: ["reason": " \u{3000} "]),
        Refusal(
            why: "a reason of 257 characters",
            code: "REASON_INVALID",
            changes: ["reason": .string(String(repeating: "x", count: 257))]
        ),
        Refusal(
            why: "a request made 301 s ago",
            code: "REQUEST_EXPIRED",
            changes: ["time": .string(TestClock.start.advanced(bySeconds: -301).description)]
        ),
        Refusal(
            why: "a request made in 301 s",
            code: "REQUEST_EXPIRED",
            changes: ["time": .string(TestClock.start.advanced(bySeconds: 301).description)]
        ),
        Refusal(why: "an unmapped permission set", code: "PERMISSION_SET_NOT_MAPPED", person: .bob),
        Refusal(
            why: "an account that the deployment does not serve",
            code: "ACCOUNT_NOT_ALLOWED",
            person: Person(
                user: "alice",
                permissionSet: "DatabaseAdmin",
                account: Cast.foreign,
                roleID: "AROACASTDATABASEADM03"
            )
        ),
        Refusal(
            why: "an account that the map does not admit",
            code: "ACCOUNT_NOT_ALLOWED",
            person: .daveElsewhere
        ),
        Refusal(why: "another Region", code: "REGION_NOT_ALLOWED", changes: ["region": "eu-central-1"]),
        Refusal(
            why: "a Region of another partition",
            code: "REGION_NOT_ALLOWED",
            person: .aliceOnWeb,
            changes: ["region": "cn-north-1"]
        ),
        Refusal(why: "a Linux user above the ceiling", code: "LINUX_USER_FORBIDDEN", person: .frank),
        Refusal(why: "no reason", code: "REASON_REQUIRED", person: .erin, changes: ["ticket": "OPS-1"]),
        Refusal(why: "no ticket", code: "TICKET_REQUIRED", person: .erin, changes: ["reason": "disk"]),
        Refusal(why: "a look-alike role", code: "ROLE_NOT_PROVEN", person: .alice.lookAlike()),
        Refusal(why: "a node of nowhere", code: "NODE_NOT_FOUND", node: "i-01234567"),
        Refusal(why: "a node of another account", code: "NODE_NOT_FOUND", node: Cast.batchNode),
        Refusal(why: "a node that AWS calls invalid", code: "NODE_NOT_FOUND") { stage in
            stage.aws.fault("DescribeInstanceInformation", .refusal("InvalidInstanceId"))
        },
        Refusal(why: "a Windows node", code: "NODE_NOT_LINUX", node: Cast.windowsNode),
        Refusal(why: "a node of unknown platform", code: "NODE_NOT_LINUX", node: Cast.silentNode),
        Refusal(why: "a node that does not report", code: "NODE_OFFLINE", node: Cast.offlineNode),
        Refusal(why: "no document", code: "DOCUMENT_MISSING") { stage in
            stage.aws.change { $0.documents[Stage.documentKey] = nil }
        },
        Refusal(why: "another Linux user in the document", code: "DOCUMENT_CHANGED") { stage in
            stage.tamper { $0.replacing("dbadmin", with: "daemon") }
        },
        Refusal(why: "a member's name that only looks like itself", code: "DOCUMENT_CHANGED") { stage in
            stage.tamper { $0.replacing("kmsKeyId", with: "kms\u{212A}eyId") }
        },
        Refusal(why: "a member twice in the document", code: "DOCUMENT_CHANGED") { stage in
            stage.tamper { $0.replacing("\"runAsEnabled\":true", with: "\"runAsEnabled\":true,\"runAsEnabled\":false") }
        },
        Refusal(why: "a document that is no JSON", code: "DOCUMENT_CHANGED") { stage in stage.tamper { "-- \($0)" } },
        Refusal(why: "a default version behind the latest", code: "DOCUMENT_NOT_DEFAULT") { stage in
            stage.aws.change { $0.documents[Stage.documentKey]?.version = "2" }
        },
        Refusal(why: "a member account without the role", code: "TARGET_ROLE_REFUSED") { stage in
            stage.aws.fault("AssumeRole inspect", .refusal("AccessDenied", status: 403))
        },
        Refusal(why: "a role that lacks a right", code: "TARGET_ROLE_REFUSED") { stage in
            stage.aws.fault("DescribeInstanceInformation", .refusal("AccessDeniedException"))
        },
        Refusal(why: "a role that lacks the right to look at itself", code: "TARGET_ROLE_REFUSED") { stage in
            stage.aws.fault("GetRole target", .refusal("AccessDenied", status: 403))
        },
        Refusal(why: "a Linux user in the tags of the broker's role", code: "TARGET_ROLE_TAGGED") { stage in
            stage.aws.change { $0.targetTags = ["Owner": "platform", "SSMSessionRunAs": "webops"] }
        },
        Refusal(why: "throttling that stays", code: "AWS_THROTTLED") { stage in
            let throttled = AWSDouble.Fault.refusal("ThrottlingException")
            stage.aws.fault("DescribeInstanceInformation", throttled, throttled, throttled, throttled)
        },
        Refusal(why: "an AWS that fails", code: "AWS_UNAVAILABLE") { stage in
            stage.aws.fault("GetDocument", .serverError, .serverError, .serverError, .serverError)
        },
        Refusal(why: "an IAM that fails, which proves nothing", code: "AWS_UNAVAILABLE") { stage in
            stage.aws.fault("GetRole", .timeoutBefore, .timeoutBefore, .timeoutBefore, .timeoutBefore)
        },
        Refusal(why: "a map that cannot be had", code: "INTERNAL_FAILURE") { $0.map.publish(nil) },
    ]

    @Test("each has its code, starts nothing, and is recorded once with caller, code and route", arguments: requests)
    func recorded(_ refusal: Refusal) async throws {
        let stage = try Stage()
        refusal.prepare(stage)
        let reply = await stage.open(as: refusal.person, node: refusal.node, changes: refusal.changes)
        #expect(reply.code == refusal.code)
        #expect(reply.mediaType == "application/problem+json")
        #expect(reply.body["requestId"] == "request-1")
        #expect(reply.body["status"]?.number == Int64(reply.status))
        #expect(reply.body["next"]?.text?.isEmpty == false)
        #expect(stage.aws.calls("AssumeRole start").isEmpty)
        #expect(stage.aws.calls("StartSession").isEmpty)
        #expect(stage.events == [.denied])
        let record = try #require(stage.records.first)
        #expect(record.decision?.code == refusal.code)
        #expect(record.caller?.arn == refusal.person.arn)
        #expect(record.caller?.owner.user == refusal.person.user)
        #expect(record.request?.route == "POST /v1/sessions")
        #expect(record.request?.id == "request-1")
        #expect(record.session == nil)
        try stage.expectDiscretion(reply)
        let line = try #require(stage.logs.lines.last)
        #expect(line.message == "request finished")
        #expect(line.metadata["code"] == refusal.code)
        #expect(!stage.logs.lines.contains { $0.level >= .warning })
    }

    @Test("a refusal that cannot be recorded tells only that", arguments: requests)
    func unrecorded(_ refusal: Refusal) async throws {
        let stage = try Stage()
        refusal.prepare(stage)
        stage.store.script(.denied, .fail(gone), .fail(gone))
        let reply = await stage.open(as: refusal.person, node: refusal.node, changes: refusal.changes)
        #expect(reply.code == "AUDIT_UNAVAILABLE")
        #expect(stage.records.isEmpty)
    }

    @Test("the map's version stands in the record of what the map refuses")
    func mapVersion() async throws {
        let stage = try Stage()
        _ = await stage.open(changes: ["region": "eu-central-1"])
        #expect(stage.records.first?.access?.mapVersion == (try RoleMap(json: Cast.map)).version)
    }

    @Test("a body of 8193 bytes and one nested too deeply are refused unread")
    func giants() async throws {
        let stage = try Stage()
        let bodies = [
            [UInt8](repeating: UInt8(ascii: " "), count: 8193), [UInt8](repeating: UInt8(ascii: "["), count: 8000), [],
            [0xFF],
        ]
        for body in bodies {
            let reply = await stage.send("POST", "/v1/sessions", as: Person.alice.caller, body: body)
            #expect(reply.code == "BODY_INVALID")
        }
        #expect(stage.events == [.denied, .denied, .denied, .denied])
        #expect(stage.aws.calls.isEmpty)
    }

    @Test("what a refusal quotes from outside does nothing to a terminal, and is cut")
    func plain() async throws {
        let stage = try Stage()
        let name = "\u{1B}[31m\u{202E}" + String(repeating: "y", count: 4000)
        let reply = await stage.open(changes: [name: 1])
        var caller = Person.alice.caller
        caller.userAgent = "\u{1B}]0;owned\u{07}\u{202E}" + String(repeating: "z", count: 4000)
        await stage.send("GET", "/v1/\u{1B}[2J", as: caller)
        let texts = [reply.body.canonicalText] + stage.records.map(\.json.canonicalText)
        for text in texts {
            // Canonical JSON writes ESC as an escape of its own.
            #expect(!text.contains("\\u001b") && !text.contains("\u{202E}") && !text.contains("\\u0007"))
            #expect(text.utf8.count < 4000)
        }
    }
}
