import HTTPTransport
import LambdaRuntime
import TestSupport
import Testing

@Suite("When the Runtime API says no")
struct RuntimeRefusalTests {
    struct Refused: Sendable {
        let why: String
        let status: Int
        let errorType: String
    }

    static let refused = [
        Refused(why: "the response is past Lambda's limit", status: 413, errorType: "Runtime.ResponseTooLarge"),
        Refused(why: "the request id is unknown", status: 400, errorType: "Runtime.ResponseRefused"),
        Refused(why: "the invocation is over", status: 403, errorType: "Runtime.ResponseRefused"),
    ]

    @Test("a response that Lambda does not take is reported as a failure, and the loop goes on", arguments: refused)
    func response(_ refused: Refused) async throws {
        let requests = try await RuntimeScript.run([
            RuntimeScript.invocation(), RuntimeScript.status(refused.status), RuntimeScript.accepted,
        ])
        #expect(
            requests.map(\.line) == [
                HTTPRequest.nextLine, HTTPRequest.responseLine, HTTPRequest.errorLine, HTTPRequest.nextLine,
            ]
        )
        #expect(requests[2].errorType == refused.errorType)
    }

    @Test("a failure report that Lambda does not take either is logged, and the loop goes on")
    func report() async throws {
        let log = LogLines()
        let requests = try await RuntimeScript.run(
            [RuntimeScript.invocation(), RuntimeScript.status(403), RuntimeScript.status(403)],
            logger: log.logger
        )
        #expect(requests.count == 4)
        #expect(
            log.all == [
                "info invocation failed failure.type=Runtime.ResponseRefused invocation.id=\(RuntimeScript.id)",
                "info failure report refused http.status=403 invocation.id=\(RuntimeScript.id)",
            ]
        )
    }

    struct End: Sendable {
        let why: String
        let answers: [ScriptedTransport.Answer]
        let failure: RuntimeFailure
        let line: String
    }

    static let timeout = HTTPFailure(.timeout, mayHaveReachedServer: true, explanation: "10 s passed")

    static let ends = [
        End(
            why: "next: no reply",
            answers: [.failure(timeout)],
            failure: .noReply(.next, timeout),
            line: "Runtime API, next: no reply (timeout): 10 s passed"
        ),
        End(
            why: "next: refused",
            answers: [RuntimeScript.status(403)],
            failure: .status(.next, 403),
            line: "Runtime API, next: unexpected status 403"
        ),
        End(
            why: "next: container error",
            answers: [RuntimeScript.status(500)],
            failure: .status(.next, 500),
            line: "Runtime API, next: unexpected status 500"
        ),
        End(
            why: "next: no id, so nobody to report to",
            answers: [RuntimeScript.invocation(id: nil)],
            failure: .noInvocationID,
            line: "Runtime API, next: no usable Lambda-Runtime-Aws-Request-Id"
        ),
        End(
            why: "next: an id that would change the path",
            answers: [RuntimeScript.invocation(id: "../init")],
            failure: .noInvocationID,
            line: "Runtime API, next: no usable Lambda-Runtime-Aws-Request-Id"
        ),
        End(
            why: "response: no reply",
            answers: [RuntimeScript.invocation(), .failure(timeout)],
            failure: .noReply(.response, timeout),
            line: "Runtime API, response: no reply (timeout): 10 s passed"
        ),
        End(
            why: "response: container error",
            answers: [RuntimeScript.invocation(), RuntimeScript.status(500)],
            failure: .status(.response, 500),
            line: "Runtime API, response: unexpected status 500"
        ),
        End(
            why: "response: a redirect",
            answers: [RuntimeScript.invocation(), RuntimeScript.status(302)],
            failure: .status(.response, 302),
            line: "Runtime API, response: unexpected status 302"
        ),
        End(
            why: "error: no reply",
            answers: [RuntimeScript.invocation(deadline: nil), .failure(timeout)],
            failure: .noReply(.error, timeout),
            line: "Runtime API, error: no reply (timeout): 10 s passed"
        ),
        End(
            why: "error: container error",
            answers: [RuntimeScript.invocation(deadline: nil), RuntimeScript.status(500)],
            failure: .status(.error, 500),
            line: "Runtime API, error: unexpected status 500"
        ),
    ]

    @Test("a Runtime API that cannot be talked to ends the loop, with the call and the reason", arguments: ends)
    func endsTheLoop(_ end: End) async throws {
        _ = try await RuntimeScript.run(end.answers, endsWith: end.failure)
        #expect(end.failure.description == end.line)
    }

    static let noConfiguration = Diagnostic(
        errorType: "Broker.Configuration",
        errorMessage: "The configuration is wrong."
    )

    @Test("a failure to start is reported to its own address")
    func initFailure() async throws {
        let transport = ScriptedTransport([RuntimeScript.accepted])
        let api = RuntimeAPI(endpoint: try RuntimeEndpoint("localhost"), transport: transport)
        try await api.reportInitFailure(Self.noConfiguration)
        let request = try #require(transport.requests.first)
        #expect(request.line == "POST http://localhost/2018-06-01/runtime/init/error")
        #expect(request.errorType == "Broker.Configuration")
        #expect(
            request.text
                == #"{"errorMessage":"The configuration is wrong.","errorType":"Broker.Configuration","stackTrace":[]}"#
        )
        #expect(transport.isExhausted)
    }

    @Test("a failure to start that Lambda does not take is an error", arguments: [400, 403, 500])
    func initFailureRefused(_ status: Int) async throws {
        let transport = ScriptedTransport([RuntimeScript.status(status)])
        let api = RuntimeAPI(endpoint: try RuntimeEndpoint("localhost"), transport: transport)
        await #expect(throws: RuntimeFailure.status(.initError, status)) {
            try await api.reportInitFailure(Self.noConfiguration)
        }
    }

    @Test("an error type that cannot be a header value stops the program that has it")
    func badErrorType() async {
        await #expect(processExitsWith: .failure) {
            _ = Diagnostic(errorType: "Two words\r\nX: y", errorMessage: "")
        }
    }
}
