import BrokerService
import SessionCore
import Synchronization
import Testing

@Suite("Renewing channel credentials", .timeLimit(.minutes(1)))
struct RenewalTests {
    @Test("the owner gets fresh credentials under the session's own name, recorded before they leave")
    func renews() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        let first = try #require(stage.aws.calls("AssumeRole channel").first)
        let reply = await stage.renew(id)
        #expect(reply.status == 200)
        #expect(reply.body.members?.keys.sorted() == ["AccessKeyId", "Expiration", "SecretAccessKey", "SessionToken"])
        let again = try #require(stage.aws.calls("AssumeRole channel").last)
        for name in ["RoleArn", "RoleSessionName", "SourceIdentity", "Policy", "DurationSeconds"] {
            #expect(again.parameters[name] == first.parameters[name], "\(name)")
        }
        #expect(stage.events == [.intent, .started, .credentials])
        let record = try #require(stage.records.last)
        #expect(record.session?.text == id)
        #expect(record.decision?.code == AuditDecision.granted)
        #expect(record.aws?.accessKeyID == reply.body["AccessKeyId"]?.text)
        #expect(record.aws?.requestIDs["AssumeRole"]?.hasPrefix("aws-AssumeRole-") == true)
        try stage.expectDiscretion()
    }

    @Test("no credentials leave that are not recorded")
    func unrecorded() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        stage.store.script(.credentials, .fail(gone), .fail(gone))
        let reply = await stage.renew(id)
        #expect(reply.code == "AUDIT_UNAVAILABLE")
        #expect(reply.body["SecretAccessKey"] == nil)
        #expect(stage.events == [.intent, .started, .refused])
        try stage.expectDiscretion(reply)
    }

    @Test("a session is its owner's in full: account, role id and name")
    func strangers() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        var remade = Person.alice
        remade.roleID = "AROACASTDATABASEADM99"
        for person in [Person.carol, .aliceOnWeb, .aliceElsewhere, .aliceAdministers, .sam, remade] {
            let reply = await stage.renew(id, as: person)
            #expect(reply.code == "SESSION_NOT_FOUND")
            #expect(reply.status == 404)
        }
        #expect(stage.aws.calls("AssumeRole channel").count == 1)
        // The log shows who tried which session.
        let refused = stage.records.filter { $0.event == .refused }
        #expect(refused.count == 6)
        #expect(refused.allSatisfy { $0.session?.text == id })
    }

    @Test(
        "a session that is not, and a path that is no session's, get one answer",
        arguments: [
            "6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11", "..", "alice.0000000000000003-suffix9", "%2e%2e", "{id}",
        ]
    )
    func missing(_ id: String) async throws {
        let stage = try Stage()
        let renewal = await stage.renew(id)
        let end = await stage.end(id)
        #expect(renewal.code == "SESSION_NOT_FOUND")
        #expect(end.code == "SESSION_NOT_FOUND")
        #expect(stage.events == [.refused, .refused])
        #expect(stage.aws.calls.isEmpty)
    }

    @Test("the id of a session may be written in capital letters")
    func letters() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        #expect(await stage.renew(id.uppercased()).status == 200)
    }

    @Test("an ended session gets no more credentials, nor one that never came to be")
    func ended() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        #expect(await stage.end(id).status == 200)
        #expect(await stage.renew(id).code == "SESSION_ENDED")
        stage.aws.fault("StartSession", .refusal("TargetNotConnected"))
        _ = await stage.open()
        let failed = try #require(stage.records.last { $0.event == .failed }?.session?.text)
        #expect(await stage.renew(failed).code == "SESSION_ENDED")
        #expect(stage.aws.calls("AssumeRole channel").count == 2)
    }

    struct Change: Sendable, CustomTestStringConvertible {
        let why: String
        let code: String
        let entry: JSON?
        var testDescription: String { why }
    }

    static let changes = [
        Change(why: "unmapped", code: "PERMISSION_SET_NOT_MAPPED", entry: nil),
        Change(why: "another Linux user", code: "SESSION_NO_LONGER_ALLOWED", entry: ["linuxUser": "readonly"]),
        Change(
            why: "other node tags",
            code: "SESSION_NO_LONGER_ALLOWED",
            entry: ["linuxUser": "dbadmin", "nodes": ["tags": ["Role": ["batch"]]]]
        ),
        Change(
            why: "a shorter session",
            code: "SESSION_NO_LONGER_ALLOWED",
            entry: ["linuxUser": "dbadmin", "limits": ["maximumMinutes": 30]]
        ),
        Change(why: "a forbidden one", code: "LINUX_USER_FORBIDDEN", entry: ["linuxUser": "oracle"]),
        Change(
            why: "another account",
            code: "ACCOUNT_NOT_ALLOWED",
            entry: ["linuxUser": "dbadmin", "nodes": ["accounts": ["444455556666"]]]
        ),
        Change(
            why: "another Region",
            code: "REGION_NOT_ALLOWED",
            entry: ["linuxUser": "dbadmin", "nodes": ["regions": ["eu-central-1"]]]
        ),
    ]

    @Test("today's map decides: what it takes away is not renewed, and the record names that map", arguments: changes)
    func mapChanges(_ change: Change) async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        var members = try #require(Cast.map.members)
        var sets = try #require(members["permissionSets"]?.members)
        sets["DatabaseAdmin"] = change.entry
        members["permissionSets"] = .object(sets)
        try stage.publish(.object(members))
        #expect(await stage.renew(id).code == change.code)
        #expect(stage.aws.calls("AssumeRole channel").count == 1)
        #expect(stage.events == [.intent, .started, .refused])
        #expect(stage.records.last?.access?.mapVersion == (try RoleMap(json: .object(members))).version)
    }

    @Test("a role that is no longer proven is not renewed")
    func unproven() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        stage.clock.advance(milliseconds: 600_000)
        stage.aws.change { $0.roles[Cast.first]?[Person.alice.roleName] = nil }
        #expect(await stage.renew(id).code == "ROLE_NOT_PROVEN")
        #expect(stage.records.last?.caller?.proof == "not visible under the reserved path")
        #expect(stage.aws.calls("AssumeRole channel").count == 1)
    }
}
