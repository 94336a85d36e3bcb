import HTTPTransport
import LambdaRuntime
import Synchronization
import TestSupport
import Testing

@Suite("The invocation loop")
struct InvocationLoopTests {
    /// An error that says what Lambda may be told.
    struct Named: Diagnosable {
        var diagnostic: Diagnostic { Diagnostic(errorType: "Broker.StoreGone", errorMessage: "No store.") }
        var logLine: String { "the disk is full" }
    }

    /// An error whose text quotes the event.
    struct Leaky: Error, CustomStringConvertible {
        var description: String { "cannot read {\"TokenValue\":\"s3cret\"}" }
    }

    @Test("the handler gets the event with id, deadline, function and trace, and its bytes are the response")
    func answers() async throws {
        let seen = Mutex<[Invocation]>([])
        let requests = try await RuntimeScript.run([RuntimeScript.invocation("{\"a\":1}"), RuntimeScript.accepted]) {
            invocation in
            seen.withLock { $0.append(invocation) }
            return Array("{\"b\":2}".utf8)
        }
        #expect(requests.map(\.line) == [HTTPRequest.nextLine, HTTPRequest.responseLine, HTTPRequest.nextLine])
        #expect(requests[1].text == "{\"b\":2}")
        #expect(requests[1].headers == [HTTPHeader("Content-Type", "application/json")])
        #expect(
            seen.withLock { $0 } == [
                Invocation(
                    id: RuntimeScript.id,
                    deadlineMilliseconds: 1_542_409_706_888,
                    functionARN: "arn:aws:lambda:eu-west-1:999900001111:function:broker",
                    traceID: "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=1",
                    event: Array("{\"a\":1}".utf8)
                )
            ]
        )
    }

    @Test("waiting for the next invocation has no end of its own, handing over a result has")
    func limits() async throws {
        let requests = try await RuntimeScript.run([RuntimeScript.invocation(), RuntimeScript.accepted])
        #expect(requests[0].limits.totalMilliseconds == nil)
        #expect(requests[1].limits.totalMilliseconds == 10_000)
    }

    @Test("a handler's failure is reported as its own diagnostic, and the loop goes on")
    func handlerFailure() async throws {
        let requests = try await RuntimeScript.run([RuntimeScript.invocation(), RuntimeScript.accepted]) { _ in
            throw Named()
        }
        #expect(requests.map(\.line) == [HTTPRequest.nextLine, HTTPRequest.errorLine, HTTPRequest.nextLine])
        #expect(
            requests[1].headers == [
                HTTPHeader("Content-Type", "application/json"),
                HTTPHeader("Lambda-Runtime-Function-Error-Type", "Broker.StoreGone"),
            ]
        )
        #expect(requests[1].text == #"{"errorMessage":"No store.","errorType":"Broker.StoreGone","stackTrace":[]}"#)
    }

    @Test("an error without a diagnostic becomes a constant; neither report nor log has its text")
    func unknownFailure() async throws {
        let log = LogLines()
        let requests = try await RuntimeScript.run(
            [RuntimeScript.invocation("{\"TokenValue\":\"s3cret\"}"), RuntimeScript.accepted],
            logger: log.logger
        ) { _ in throw Leaky() }
        #expect(
            requests[1].text
                == #"{"errorMessage":"The invocation failed; its log lines say where.","errorType":"Handler.Failed","stackTrace":[]}"#
        )
        #expect(
            log.all == [
                "info invocation failed failure.cause=LambdaRuntimeTests.InvocationLoopTests.Leaky"
                    + " failure.type=Handler.Failed invocation.id=\(RuntimeScript.id)"
            ]
        )
    }

    @Test("a diagnosable error's own line goes to the log")
    func logLine() async throws {
        let log = LogLines()
        _ = try await RuntimeScript.run([RuntimeScript.invocation(), RuntimeScript.accepted], logger: log.logger) { _ in
            throw Named()
        }
        #expect(
            log.all == [
                "info invocation failed failure.cause=the disk is full failure.type=Broker.StoreGone"
                    + " invocation.id=\(RuntimeScript.id)"
            ]
        )
    }

    @Test(
        "an invocation without a usable deadline is that invocation's failure; the handler is not called",
        arguments: [nil, "", "soon", "-1", "0", "1542409706888.5"] as [String?]
    )
    func badDeadline(_ deadline: String?) async throws {
        let requests = try await RuntimeScript.run(
            [RuntimeScript.invocation(deadline: deadline), RuntimeScript.accepted]
        ) { _ in
            Issue.record("the handler was called")
            return []
        }
        #expect(requests.map(\.line) == [HTTPRequest.nextLine, HTTPRequest.errorLine, HTTPRequest.nextLine])
        #expect(requests[1].errorType == "Runtime.InvalidInvocation")
    }

    @Test("what prints an invocation shows its id and nothing of the event")
    func prints() {
        let invocation = Invocation(id: "i-d", deadlineMilliseconds: 1, event: Array("s3cret".utf8))
        #expect("\(invocation)" == "invocation i-d")
        var dumped = ""
        dump(invocation, to: &dumped)
        #expect(dumped == "▿ invocation i-d\n  - id: \"i-d\"\n")
    }

    @Test("the time left shrinks to zero and no further")
    func remaining() {
        let invocation = Invocation(id: "x", deadlineMilliseconds: 10_000, event: [])
        #expect(invocation.remainingMilliseconds(at: 4000) == 6000)
        #expect(invocation.remainingMilliseconds(at: 12_000) == 0)
    }
}
