import HTTPTransport
import LambdaRuntime
import TestSupport
import Testing

@Suite("Custom resources")
struct CustomResourceTests {
    private static let create = CustomResourceRun.create
    private static let delete = create.setting("RequestType", #""Delete""#)
        .setting("PhysicalResourceId", #""ssm-broker/111122223333""#)
    private static let stack =
        "arn:aws:cloudformation:eu-west-1:111122223333:stack/ssm-broker/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
    private static let copied = [
        "StackId": stack, "RequestId": "9d1f2c3b-5a6e-4f70-8192-a3b4c5d6e7f8", "LogicalResourceId": "SessionDocuments",
    ]

    struct Broken: Error {}

    @Test(
        "the answer repeats the ids, has the account's constant id, and nothing else; it goes as PUT without a header"
    )
    func success() async throws {
        let run = CustomResourceRun()
        #expect(try await run.answer(Self.create) == Array("{}".utf8))
        let sent = ["Status": "SUCCESS", "PhysicalResourceId": "ssm-broker/111122223333"]
        #expect(try run.sent() == Self.copied.merging(sent) { $1 })
        let request = try #require(run.transport.requests.first)
        #expect(request.method == "PUT")
        #expect(request.headers.isEmpty)
    }

    @Test("the work is told the stack's account, what is asked and when it must be done, and no property")
    func told() async throws {
        let run = CustomResourceRun()
        _ = try await run.answer(Self.create.setting("RequestType", #""Update""#)) { event, deadline in
            #expect(event.request == .update)
            #expect(event.account == "111122223333")
            #expect(event.region == "eu-west-1")
            #expect(deadline == CustomResourceRun.begin + 55_000)
            return nil
        }
        #expect(run.transport.isExhausted)
    }

    struct Failing: Sendable {
        let why: String
        let event: EventFixture
        let reason: String
        let work: CustomResourceDoor.Work
    }

    static let failing = [
        Failing(why: "the work says why", event: create, reason: "2 places failed.") { _, _ in "2 places failed." },
        Failing(why: "it says nothing", event: create, reason: "The enforcer gave no reason.") { _, _ in "" },
        Failing(why: "it throws", event: create, reason: "The invocation failed; its log lines say where.") { _, _ in
            throw Broken()
        },
        Failing(
            why: "another request type",
            event: create.setting("RequestType", #""Rename""#),
            reason: "The event cannot be read: missing or of the wrong type: RequestType.",
            work: neverAsked
        ),
        Failing(
            why: "a physical id that is empty",
            event: create.setting("PhysicalResourceId", #""""#),
            reason: "The event cannot be read: missing or of the wrong type: PhysicalResourceId.",
            work: neverAsked
        ),
    ]

    private static let neverAsked: CustomResourceDoor.Work = { _, _ in
        Issue.record("work was done for an event that cannot be read")
        return nil
    }

    @Test("whatever goes wrong is answered as failed, with a reason", arguments: failing)
    func failure(_ failing: Failing) async throws {
        let run = CustomResourceRun()
        _ = try await run.answer(failing.event, failing.work)
        let sent = try run.sent()
        #expect(sent["Status"] == "FAILED")
        #expect(sent["Reason"] == failing.reason)
        #expect(sent["RequestId"] == Self.copied["RequestId"])
    }

    @Test("an answer goes out 5 s before Lambda ends the function, while the work still runs")
    func deadline() async throws {
        let run = CustomResourceRun(timeIsUp: true)
        _ = try await run.answer(Self.create) { _, _ in
            // Ends only by being cancelled, which happens once the time is up.
            try await Task.sleep(for: .seconds(3600))
            return nil
        }
        #expect(run.waits.all == [55_000])
        let sent = try run.sent()
        #expect(sent["Status"] == "FAILED")
        #expect(sent["Reason"] == "The work was not done in time; the next scheduled run goes on with it.")
    }

    @Test("with less than 10 s in all, half of them are the work's")
    func shortTime() async throws {
        let run = CustomResourceRun(seconds: 4)
        _ = try await run.answer(Self.create) { _, deadline in
            #expect(deadline == CustomResourceRun.begin + 2000)
            return nil
        }
        #expect(try run.sent()["Status"] == "SUCCESS")
    }

    @Test("a delete succeeds under the id it asked by: done, failed, thrown, or out of time")
    func deletes() async throws {
        let works: [CustomResourceDoor.Work] = [{ _, _ in nil }, { _, _ in "no" }, { _, _ in throw Broken() }]
        for work in works {
            let run = CustomResourceRun()
            _ = try await run.answer(Self.delete, work)
            #expect(try run.sent()["Status"] == "SUCCESS")
            #expect(try run.sent()["PhysicalResourceId"] == "ssm-broker/111122223333")
        }
        let late = CustomResourceRun(timeIsUp: true)
        _ = try await late.answer(Self.delete.setting("PhysicalResourceId", #""made-by-cloudformation""#)) { _, _ in
            try await Task.sleep(for: .seconds(3600))
            return "no"
        }
        #expect(try late.sent()["Status"] == "SUCCESS")
        #expect(try late.sent()["PhysicalResourceId"] == "made-by-cloudformation")
    }

    @Test("a long reason is cut until the whole answer has 4096 bytes, however its characters are written")
    func truncates() async throws {
        for reason in [
            String(repeating: "x", count: 9000), String(repeating: "\"", count: 9000),
            String(repeating: "é\u{1}", count: 5000),
        ] {
            let run = CustomResourceRun()
            let event = Self.create.setting(
                "StackId",
                "\"arn:aws:cloudformation:eu-west-1:111122223333:stack/\(String(repeating: "s", count: 900))\""
            )
            _ = try await run.answer(event) { _, _ in reason }
            let request = try #require(run.transport.requests.first)
            #expect((3900...4096).contains(request.body.count))
            let kept = try #require(try run.sent()["Reason"])
            #expect(reason.hasPrefix(kept))
        }
    }

    @Test(
        "without what an answer needs nobody is answered",
        arguments: ["ResponseURL", "RequestId", "StackId", "LogicalResourceId"]
    )
    func unanswerable(_ member: String) async throws {
        let run = CustomResourceRun(answers: [])
        await #expect(throws: EventRefusal.malformed(member)) {
            try await run.answer(Self.create.removing(member))
        }
        await #expect(throws: EventRefusal.self) { try await run.answer(Self.create.setting(member, #""""#)) }
        #expect(run.transport.requests.isEmpty)
    }

    @Test("an answer that may yet arrive is sent again, further and further apart, then Lambda is told")
    func retries() async throws {
        let lost = ScriptedTransport.Answer.failure(
            HTTPFailure(.timeout, mayHaveReachedServer: true, explanation: "h: words")
        )
        let slow = ScriptedTransport.Answer.response(HTTPResponse(status: 503))
        let run = CustomResourceRun(answers: [slow, lost, .response(HTTPResponse(status: 200))])
        _ = try await run.answer(Self.create)
        #expect(run.waits.all == [100, 300])
        #expect(Set(run.transport.requests.map(\.body)).count == 1)

        let hopeless = CustomResourceRun(answers: Array(repeating: slow, count: 5))
        await #expect(throws: CustomResourceFailure.refused(status: 503)) { try await hopeless.answer(Self.create) }
        #expect(hopeless.waits.all == [100, 300, 900, 2700])
    }

    @Test("a refusal that will not pass is not repeated")
    func refused() async throws {
        let run = CustomResourceRun(answers: [.response(HTTPResponse(status: 403))])
        let failure = await #expect(throws: CustomResourceFailure.refused(status: 403)) {
            try await run.answer(Self.create)
        }
        #expect(failure?.diagnostic.errorType == "CustomResource.NotAnswered")
        #expect(run.waits.all.isEmpty)
    }

    @Test("the presigned address is in no log line")
    func silent() async throws {
        let run = CustomResourceRun()
        let url = "https://\(ResponsePlacesTests.bucket).s3.eu-west-1.amazonaws.com/k?Signature=s3cret"
        _ = try await run.answer(Self.create.setting("ResponseURL", "\"\(url)\"")) { _, _ in throw Broken() }
        #expect(run.log.all.count == 2)
        #expect(!run.log.all.contains { $0.contains("s3cret") || $0.contains("euwest1") })
    }
}
