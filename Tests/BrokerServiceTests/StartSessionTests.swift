import BrokerService
import SessionCore
import Synchronization
import TestSupport
import Testing

@Suite("StartSession", .timeLimit(.minutes(1)))
struct StartSessionTests {
    struct Unclear: Sendable, CustomTestStringConvertible {
        let why: String
        let fault: AWSDouble.Fault
        let isThere: Bool
        var testDescription: String { why }
    }

    static let unclearAnswers = [
        Unclear(why: "a 5xx", fault: .serverError, isThere: true),
        Unclear(why: "a 5xx by name", fault: .refusal("InternalServerError", status: 500), isThere: false),
        Unclear(why: "a time-out after the effect", fault: .timeoutAfter, isThere: true),
        Unclear(why: "a time-out before the effect", fault: .timeoutBefore, isThere: false),
        Unclear(why: "an answer that is none", fault: .garbage, isThere: true),
    ]

    @Test(
        "no clear answer is not asked again: the session is found by its owner, ended and recorded",
        arguments: unclearAnswers
    )
    func unclear(_ unclear: Unclear) async throws {
        let stage = try Stage()
        stage.aws.fault("StartSession", unclear.fault)
        let reply = await stage.open()
        #expect(reply.code == "START_UNKNOWN")
        #expect(reply.status == 502)
        #expect(stage.aws.calls("StartSession").count == 1)
        #expect(stage.aws.calls("DescribeSessions").count == (unclear.isThere ? 1 : 2))
        #expect(stage.aws.sessions.count == (unclear.isThere ? 1 : 0))
        #expect(stage.aws.activeSessions.isEmpty)
        #expect(stage.events == [.intent, .unknown])
        let outcome = try #require(stage.records.last)
        #expect(outcome.decision?.code == "START_UNKNOWN")
        #expect(outcome.aws?.sessionID == stage.aws.sessions.first?.id)
        #expect(outcome.details["listed"] == "true")
        stage.expectOneOutcomePerIntent()
        try stage.expectDiscretion(reply)
    }

    @Test("a session whose owner only begins like ours is not touched")
    func exactOwner() async throws {
        let stage = try Stage()
        stage.aws.fault("StartSession", .timeoutAfter)
        stage.aws.during("StartSession") { [aws = stage.aws] in
            aws.change { world in
                guard let ours = world.sessions.first else { return }
                let others = ["-a", ".b", "0"].map { suffix in
                    AWSDouble.Session(id: "\(ours.id)\(suffix)", node: ours.node, owner: "\(ours.owner)\(suffix)")
                }
                world.sessions += others
            }
        }
        #expect(await stage.open().code == "START_UNKNOWN")
        #expect(stage.aws.sessions.count == 4)
        #expect(stage.aws.activeSessions.count == 3)
        #expect(stage.aws.calls("TerminateSession").count == 1)
        let owner = try #require(stage.aws.calls("DescribeSessions").first?.body["Filters"]?.elements?.first?["value"])
        #expect(owner.text == stage.aws.sessions.first?.owner)
    }

    @Test("a search that fails is recorded as such, and the owner's end of the session looks again")
    func searchFails() async throws {
        let stage = try Stage()
        stage.aws.fault("StartSession", .timeoutAfter)
        stage.aws.fault("DescribeSessions", .refusal("AccessDeniedException"))
        let reply = await stage.open()
        #expect(reply.code == "START_UNKNOWN")
        #expect(reply.body["detail"]?.text?.contains("could not be found out") == true)
        let outcome = try #require(stage.records.last)
        #expect(outcome.event == .unknown)
        #expect(outcome.details["listed"] == "false")
        #expect(stage.aws.activeSessions.count == 1)
        let id = try #require(outcome.session?.text)
        #expect(await stage.end(id).status == 200)
        #expect(stage.aws.activeSessions.isEmpty)
        #expect(stage.events == [.intent, .unknown, .ended])
        stage.expectOneOutcomePerIntent()
    }

    @Test("a session that cannot be ended is recorded as left, by id")
    func terminateFails() async throws {
        let stage = try Stage()
        stage.aws.fault("StartSession", .timeoutAfter)
        let message = "User: arn:aws:sts::111122223333:assumed-role/SSMBrokerTarget/alice.1 is not authorized"
        stage.aws.fault("TerminateSession", .refusal("AccessDeniedException", message: message))
        let reply = await stage.open()
        #expect(reply.code == "START_UNKNOWN")
        #expect(stage.records.last?.details["left"] == stage.aws.sessions.first?.id)
        try stage.expectDiscretion(reply)
    }

    @Test("a session whose outcome somebody took, and that cannot be ended, is recorded as left, by id")
    func takenAndLeft() async throws {
        let stage = try Stage()
        stage.store.before(.started) { [store = stage.store] record in
            var outcome = record
            outcome.id = RecordID(random: [UInt8](repeating: 7, count: 16))
            outcome.event = .unknown
            outcome.aws = nil
            // The double takes it as any store takes the first of two outcomes.
            _ = try? await store.memory.append(outcome, limit: nil)
        }
        stage.aws.fault("TerminateSession", .refusal("AccessDeniedException"))
        #expect(await stage.open().code == "AUDIT_UNAVAILABLE")
        #expect(stage.events == [.intent, .unknown, .refused])
        #expect(stage.records.last?.details["left"] == stage.aws.sessions.first?.id)
        stage.expectOneOutcomePerIntent()
    }

    @Test("a throttled StartSession is asked again, and starts one session")
    func throttled() async throws {
        let stage = try Stage()
        stage.aws.fault("StartSession", .refusal("ThrottlingException"), .refusal("ThrottlingException"))
        #expect(await stage.open().status == 200)
        #expect(stage.aws.calls("StartSession").count == 3)
        #expect(stage.aws.activeSessions.count == 1)
        #expect(stage.events == [.intent, .started])
    }

    @Test("no attempt begins later than 15 s into the request, repeated ones neither")
    func latestStart() async throws {
        let stage = try Stage()
        stage.aws.fault(
            "StartSession",
            .refusal("ThrottlingException"),
            .refusal("ThrottlingException"),
            .refusal("ThrottlingException")
        )
        stage.aws.latency("StartSession", milliseconds: 8000)
        let begun = stage.clock.now
        let reply = await stage.open(deadlineSeconds: 60)
        #expect(reply.code == "AWS_THROTTLED")
        let moments = stage.aws.calls("StartSession").map { $0.moment.milliseconds - begun.milliseconds }
        #expect(moments.count == 2)
        #expect(moments.allSatisfy { $0 <= 15_000 })
        #expect(stage.events == [.intent, .failed])
        stage.expectOneOutcomePerIntent()
    }

    @Test("nothing starts after slow preparations", arguments: [("AssumeRole start", 15_001), ("GetRole", 15_001)])
    func slow(_ call: String, _ milliseconds: Int64) async throws {
        let stage = try Stage()
        stage.aws.latency(call, milliseconds: milliseconds)
        #expect(await stage.open(deadlineSeconds: 60).code == "DEADLINE_TOO_CLOSE")
        #expect(stage.aws.calls("StartSession").isEmpty)
        stage.expectOneOutcomePerIntent()
    }

    @Test("nothing starts within ten seconds of the deadline of the calls, one second before Lambda's")
    func nearDeadline() async throws {
        let stage = try Stage()
        #expect(await stage.open(deadlineSeconds: 10).code == "DEADLINE_TOO_CLOSE")
        #expect(stage.aws.calls("StartSession").isEmpty)
        #expect(await stage.open(deadlineSeconds: 11).status == 200)
    }

    struct Refused: Sendable {
        let fault: String
        let code: String
    }

    static let refusals = [
        Refused(fault: "TargetNotConnected", code: "NODE_NOT_CONNECTED"),
        Refused(fault: "AccessDeniedException", code: "NODE_NOT_ALLOWED"),
        Refused(fault: "InvalidDocument", code: "DOCUMENT_MISSING"),
        Refused(fault: "ValidationException", code: "START_FAILED"),
        Refused(fault: "ExpiredTokenException", code: "AWS_UNAVAILABLE"),
    ]

    @Test(
        "a clear refusal is the outcome, with AWS's own words and request id, and nothing is looked for",
        arguments: refusals
    )
    func refused(_ refused: Refused) async throws {
        let stage = try Stage()
        let message = "User: arn:aws:sts::111122223333:assumed-role/SSMBrokerTarget/alice.1 may not"
        stage.aws.fault("StartSession", .refusal(refused.fault, message: message))
        let reply = await stage.open()
        #expect(reply.code == refused.code)
        #expect(stage.aws.calls("DescribeSessions").isEmpty)
        #expect(stage.events == [.intent, .failed])
        let outcome = try #require(stage.records.last)
        #expect(outcome.decision?.code == refused.code)
        #expect(outcome.aws?.requestIDs["StartSession"] == "aws-StartSession-refused")
        #expect(outcome.details["cause"] == "ssm:StartSession: \(refused.fault): \(message)")
        stage.expectOneOutcomePerIntent()
        try stage.expectDiscretion(reply)
    }
}
