import AWSClient
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@Suite("running functions")
struct LambdaTests {
    private static let function = "arn:aws:lambda:eu-west-1:999900001111:function:ssm-broker-enforcer"

    private static func lambda(_ transport: ScriptedTransport, _ witness: Witness = Witness()) -> Lambda {
        Lambda(client: client(transport, witness), region: ireland, credentials: session)
    }

    private static func answer(_ status: Int, _ body: String, error: String? = nil) -> ScriptedTransport.Answer {
        let headers = error.map { [HTTPHeader("X-Amz-Function-Error", $0)] } ?? []
        return .response(HTTPResponse(status: status, headers: headers, body: Array(body.utf8)))
    }

    @Test("a function that is waited for answers with its bytes, within the time given")
    func answers() async throws {
        let transport = ScriptedTransport([Self.answer(200, #"{"place":{}}"#)])
        let outcome = try await Self.lambda(transport).run(Self.function, event: Array("{}".utf8), waiting: 9000)
        #expect(outcome == .answered(Array(#"{"place":{}}"#.utf8)))
        #expect(transport.requests.first?.limits.totalMilliseconds == 9000)
    }

    @Test(
        "a function's own failure is told by its type, which a killed one has none of",
        arguments: [
            (#"{"errorType":"Event.Malformed","errorMessage":"m"}"#, "Event.Malformed"),
            (#"{"errorMessage":"Task timed out after 3.00 seconds"}"#, ""), ("", ""), (#"{"errorType":7}"#, ""),
        ]
    )
    func functionErrors(_ body: String, _ type: String) async throws {
        let transport = ScriptedTransport([Self.answer(200, body, error: "Unhandled")])
        let outcome = try await Self.lambda(transport).run(Self.function, event: [], waiting: 9000)
        #expect(outcome == .failed(errorType: type))
    }

    @Test("a run whose answer was lost is not begun again, one that was throttled is")
    func repeats() async throws {
        let lost = ScriptedTransport([.failure(.timeout, reached: true)])
        let failure = await #expect(throws: AWSFailure.self) {
            _ = try await Self.lambda(lost).run(Self.function, event: [], waiting: 9000)
        }
        #expect(failure?.kind == .unreachable && failure?.outcomeUnknown == true)
        #expect(lost.isExhausted)

        let throttled = ScriptedTransport([
            .response(
                HTTPResponse(
                    status: 429,
                    headers: [HTTPHeader("x-amzn-ErrorType", "TooManyRequestsException")],
                    body: Array(#"{"Type":"User","message":"Rate Exceeded.","Reason":"CallerRateLimitExceeded"}"#.utf8)
                )
            ), Self.answer(200, "{}"),
        ])
        let witness = Witness()
        let outcome = try await Self.lambda(throttled, witness).run(Self.function, event: [], waiting: 9000)
        #expect(outcome == .answered(Array("{}".utf8)))
        #expect(witness.waits == [250])
    }

    @Test("an event is left again until Lambda has it")
    func leaves() async throws {
        let transport = ScriptedTransport([
            .failure(.interrupted, reached: true), .body(500, #"{"Message":"m"}"#), Self.answer(202, ""),
        ])
        try await Self.lambda(transport).leave(Array("{}".utf8), for: Self.function)
        #expect(transport.isExhausted)
    }

    @Test("an event that Lambda did not say it took was not taken")
    func notTaken() async throws {
        let transport = ScriptedTransport(Array(repeating: Self.answer(200, ""), count: 4))
        let failure = await #expect(throws: AWSFailure.self) {
            try await Self.lambda(transport).leave([], for: Self.function)
        }
        #expect(failure?.kind == .brokenAnswer)
    }

    @Test(
        "why Lambda refuses is kept",
        arguments: [
            ("ResourceNotFoundException", 404, AWSFailure.Kind.notFound),
            ("AccessDeniedException", 403, .accessDenied), ("ServiceException", 500, .unavailable),
        ]
    )
    func refusals(_ code: String, _ status: Int, _ kind: AWSFailure.Kind) async throws {
        let answer = ScriptedTransport.Answer.response(
            HTTPResponse(
                status: status,
                headers: [HTTPHeader("x-amzn-ErrorType", "\(code):http://internal.amazon.com/x/")],
                body: Array(#"{"Message":"words"}"#.utf8)
            )
        )
        let transport = ScriptedTransport([answer])
        let failure = await #expect(throws: AWSFailure.self) {
            _ = try await Self.lambda(transport).run(Self.function, event: [], waiting: 9000)
        }
        #expect(failure?.kind == kind)
        #expect(failure?.code == code)
        #expect(failure?.message == "words")
    }
}

extension RequestTests {
    /// Both ways of running a function, named in each way.
    static let askedOfLambda: [Asked] = {
        let lambda = { @Sendable (client: AWSClient) in Lambda(client: client, region: ireland, credentials: session) }
        let arn = "arn:aws:lambda:eu-west-1:999900001111:function:ssm-broker-enforcer:live"
        return [
            Asked(operation: "Invoke", service: "lambda") {
                _ = try await lambda($0).run(arn, event: Array(#"{"trigger":"converge","é":1}"#.utf8), waiting: 1000)
            },
            Asked(operation: "Invoke", service: "lambda") {
                try await lambda($0).leave(Array(#"{"trigger":"publication"}"#.utf8), for: "ssm-broker-enforcer")
            },
        ]
    }()
}
