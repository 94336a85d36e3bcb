import BrokerService
import SessionCore
import Testing

@Suite("Documents that a publication changed", .timeLimit(.minutes(1)))
struct ConvergeTests {
    /// A broker whose map has just changed: version 2 is in force, and version 1 is rolled out.
    private func stage(enforces: Bool = true) async throws -> Stage {
        let stage = try Stage(maps: .store, enforces: enforces)
        try await stage.publishVersion(Cast.map)
        try await stage.rollOut(1)
        try await stage.publishVersion(try Stage.mapWithAnotherUser())
        return stage
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        let why: String
        let code: String
        let change: @Sendable (inout AWSDouble.World) -> Void
        var testDescription: String { why }
    }

    static let wrongs = [
        Wrong(why: "an older map's", code: "DOCUMENT_CHANGED") { _ in },
        Wrong(why: "missing", code: "DOCUMENT_MISSING") { $0.documents[Stage.documentKey] = nil },
        Wrong(why: "written and not promoted", code: "DOCUMENT_NOT_DEFAULT") { world in
            world.documents[Stage.documentKey]?.version = "2"
        },
    ]

    @Test("the first connect has the enforcer make it right, and starts with the right one", arguments: wrongs)
    func converges(_ wrong: Wrong) async throws {
        let stage = try await stage()
        if wrong.code == "DOCUMENT_NOT_DEFAULT" { try stage.putRightContent() }
        stage.aws.change(wrong.change)
        try stage.enforce()
        let reply = await stage.open()
        #expect(reply.status == 200, "\(reply.body.canonicalText)")
        #expect(reply.body["linuxUser"] == "dbteam")
        let call = try #require(stage.aws.calls("Invoke").first)
        #expect(
            call.body == [
                "account": .string(Cast.first), "permissionSet": "DatabaseAdmin", "region": .string(Cast.region),
                "trigger": "converge",
            ]
        )
        let asked = try #require(stage.journal.place(of: "end Invoke"))
        #expect(asked < (try #require(stage.journal.place(of: "append session.intent"))))
        #expect(stage.records.first { $0.event == .intent }?.access?.document?.version == "7")
        #expect(await stage.open().status == 200)
        #expect(stage.aws.calls("Invoke").count == 1)
        try stage.expectDiscretion(reply)
    }

    @Test("without an enforcer it is refused with its place in the rollout, and nothing is started")
    func pending() async throws {
        let stage = try await stage(enforces: false)
        try await stage.rollOut(1, account: Cast.second, checked: -60)
        try await stage.rollOut(1, account: "777788889999", checked: 60)
        try await stage.rollOut(2, account: "888899990000", checked: -90)
        let reply = await stage.open()
        #expect(reply.code == "DOCUMENT_PENDING")
        #expect(reply.status == 503)
        let detail = try #require(reply.body["detail"]?.text)
        #expect(detail.contains("version 2 of the role map"))
        #expect(detail.contains("Place 2 of 3 that wait for the rollout; last checked 2026-11-21T08:00:00.000Z."))
        #expect(reply.body["next"]?.text?.contains("ssm-broker map rollout") == true)
        #expect(stage.records.filter { $0.event == .intent }.isEmpty)
        #expect(stage.aws.sessions.isEmpty)
        #expect(stage.records.last?.decision?.code == "DOCUMENT_PENDING")
    }

    @Test("a place that was never looked at waits at the head")
    func never() async throws {
        let stage = try Stage(maps: .store)
        try await stage.publishVersion(try Stage.mapWithAnotherUser())
        let detail = try #require(await stage.open().body["detail"]?.text)
        #expect(detail.contains("Place 1 of 1 that wait for the rollout; never checked."))
    }

    @Test(
        "an enforcer that fails, answers nonsense or does nothing leaves it pending",
        arguments: [
            AWSDouble.Fault.refusal("AccessDeniedException", status: 403), .garbage, .serverError, .timeoutAfter, nil,
        ]
    )
    func fails(_ fault: AWSDouble.Fault?) async throws {
        let stage = try await stage()
        stage.aws.change { $0.enforcer = { _ in [:] } }
        if let fault { stage.aws.fault("Invoke", fault) }
        #expect(await stage.open().code == "DOCUMENT_PENDING")
        #expect(stage.aws.calls("Invoke").count == 1)
        #expect(stage.aws.sessions.isEmpty)
        #expect(!stage.events.contains(.intent))
    }

    @Test("an enforcer whose answer was lost may have done its work, so the document is read again")
    func lostAnswer() async throws {
        let stage = try await stage()
        try stage.enforce()
        stage.aws.fault("Invoke", .timeoutAfter)
        #expect(await stage.open().status == 200)
    }

    @Test("what the enforcer could not do is told")
    func failedPlace() async throws {
        let stage = try await stage()
        let failed = try await stage.rollOut(2, .failed, document: .failed, problem: "SCP forbids ssm:UpdateDocument")
        stage.aws.change { $0.enforcer = { _ in ["place": failed.json] } }
        let reply = await stage.open()
        #expect(reply.code == "DOCUMENT_PENDING")
        #expect(reply.body["detail"]?.text?.contains("SCP forbids ssm:UpdateDocument") == true)
        #expect(stage.aws.calls("Invoke").count == 1)
    }

    @Test(
        "a document that is wrong though the rollout had it right was changed by somebody: nothing mends it in passing"
    )
    func tampered() async throws {
        let stage = try await stage()
        try stage.enforce()
        try await stage.rollOut(2)
        #expect(await stage.open().code == "DOCUMENT_CHANGED")
        stage.aws.change { $0.documents[Stage.documentKey] = nil }
        #expect(await stage.open().code == "DOCUMENT_MISSING")
        #expect(stage.aws.calls("Invoke").isEmpty)
    }

    @Test("a place that the rollout leaves out is not waited for")
    func skipped() async throws {
        let stage = try await stage()
        try stage.enforce()
        try await stage.rollOut(2, .skipped, problem: "the Region is off in this account")
        let reply = await stage.open()
        #expect(reply.code == "DOCUMENT_CHANGED")
        #expect(reply.body["detail"]?.text?.contains("the Region is off in this account") == true)
        #expect(stage.aws.calls("Invoke").isEmpty)
    }

    @Test("a broker that still holds the map before asks the map in force before it says anything of a document")
    func ahead() async throws {
        let stage = try Stage(maps: .store, enforces: true)
        try await stage.publishVersion(Cast.map)
        try await stage.rollOut(1)
        #expect(await stage.open(changes: ["dryRun": true]).status == 200)
        // The document's fact is forgotten, the map is not.
        stage.aws.change { $0.documents[Stage.documentKey]?.defaultVersion = "9" }
        #expect(await stage.open().code == "DOCUMENT_NOT_DEFAULT")
        try await stage.publishVersion(try Stage.mapWithAnotherUser())
        try await stage.rollOut(2)
        try stage.putRightContent()
        stage.aws.change { $0.documents[Stage.documentKey]?.defaultVersion = "1" }
        let reply = await stage.open()
        #expect(reply.status == 200, "\(reply.body.canonicalText)")
        #expect(reply.body["linuxUser"] == "dbteam")
        #expect(stage.aws.calls("Invoke").isEmpty)
        #expect(stage.aws.sessions.count == 1)
    }

    @Test("a place that is ahead of the map in force is waited for, and its document not used")
    func aheadOfAll() async throws {
        let stage = try await stage()
        try stage.enforce()
        try await stage.rollOut(3)
        let reply = await stage.open()
        #expect(reply.code == "DOCUMENT_PENDING")
        #expect(reply.body["next"]?.text == "Try again in a few seconds.")
        #expect(stage.aws.calls("Invoke").isEmpty)
    }

    @Test(
        "the enforcer is told of a publication; the publication stands though it cannot be told",
        arguments: [false, true]
    )
    func announced(_ isRefused: Bool) async throws {
        let stage = try Stage(maps: .store, enforces: true)
        if isRefused { stage.aws.fault("Invoke later", .refusal("AccessDeniedException", status: 403)) }
        // No map with a Linux user that the deployment forbids is published.
        var members = try #require(Cast.map.members)
        members["permissionSets"] = .object(
            try #require(members["permissionSets"]?.members).filter { $0.key != "Forbidden" }
        )
        let body: JSON = ["base": 0, "map": .object(members)]
        let reply = await stage.send("PUT", "/v1/role-map", as: Person.root.caller, body: body.canonicalBytes)
        #expect(reply.status == 200, "\(reply.body.canonicalText)")
        #expect(stage.aws.calls("Invoke later").map(\.body) == [["number": 1, "trigger": "publication"]])
        #expect(stage.records.map(\.event) == [.mapPublished])
    }

    @Test("a dry run says that it waits, and has nothing done")
    func dryRun() async throws {
        let stage = try await stage()
        try stage.enforce()
        #expect(await stage.open(changes: ["dryRun": true]).code == "DOCUMENT_PENDING")
        #expect(stage.aws.calls("Invoke").isEmpty)
    }

    @Test("for a blocked caller nothing is done")
    func blocked() async throws {
        let stage = try await stage()
        try stage.enforce()
        _ = try await stage.block("user", "alice", as: .root)
        #expect(await stage.open().code == "CALLER_BLOCKED")
        #expect(stage.aws.calls("Invoke").isEmpty)
    }

    @Test("the enforcer is waited for only while the session may still start in time")
    func time() async throws {
        let late = try await stage()
        try late.enforce()
        late.aws.latency("AssumeRole inspect", milliseconds: 11_500)
        #expect(await late.open().code == "DOCUMENT_PENDING")
        #expect(late.aws.calls("Invoke").isEmpty)
        let slow = try await stage()
        try slow.enforce()
        slow.aws.latency("Invoke", milliseconds: 9_900)
        #expect(await slow.open().status == 200)
        let start = try #require(slow.aws.calls("StartSession").first)
        #expect(start.moment <= TestClock.start.advanced(bySeconds: 15))
    }

    @Test("a document remembered from an earlier map that is in force again is made right all the same")
    func backAgain() async throws {
        let stage = try Stage(maps: .store, enforces: true)
        try await stage.publishVersion(Cast.map)
        try await stage.rollOut(1)
        #expect(await stage.open().status == 200)
        // Another map was in force and rolled out meanwhile, and the first one is again.
        stage.aws.change { $0.documents[Stage.documentKey]?.content = "{}" }
        try await stage.publishVersion(try Stage.mapWithAnotherUser())
        try await stage.publishVersion(Cast.map)
        try stage.enforce()
        let reply = await stage.open()
        #expect(reply.status == 200, "\(reply.body.canonicalText)")
        #expect(reply.body["linuxUser"] == "dbadmin")
        #expect(stage.aws.calls("Invoke").count == 1)
        stage.expectOneOutcomePerIntent()
    }

    @Test(
        "a remembered document that a publication overtakes is found out beside the intent: nothing starts with it, and the new one is asked"
    )
    func overtaken() async throws {
        let stage = try Stage(maps: .store, enforces: true)
        try await stage.publishVersion(Cast.map)
        try await stage.rollOut(1)
        #expect(await stage.open().status == 200)
        // The next version is published and rolled out, and this broker has not heard of it.
        try await stage.publishVersion(try Stage.mapWithAnotherUser())
        try await stage.rollOut(2)
        try stage.putRightContent()
        let requestID = stage.makeRequestID()
        let reply = await stage.open(requestID: requestID)
        #expect(reply.body["linuxUser"] == "dbteam", "\(reply.body.canonicalText)")
        #expect(stage.aws.sessions.count == 2)
        #expect(stage.events.filter { $0 != .mapPublished }.suffix(4) == [.intent, .failed, .intent, .started])
        stage.expectOneOutcomePerIntent()
        #expect(await stage.open(requestID: requestID).code == "REQUEST_REPLAYED")
        #expect(stage.aws.sessions.count == 2)
    }
}

extension Stage {
    /// Writes what the map in force renders, as an enforcer does.
    func putRightContent() throws {
        let content = try aliceDocument().content.canonicalText
        aws.change { $0.documents[Self.documentKey]?.content = content }
    }
}
