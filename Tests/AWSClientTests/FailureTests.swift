import AWSClient
import Foundation
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@Suite("what goes wrong")
struct FailureTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        let why: String
        let answer: ScriptedTransport.Answer
        let kind: AWSFailure.Kind
        var code: String?
        var outcomeUnknown = false
        /// Whether a call that may be repeated at will is repeated.
        var isTransient = false
        /// Whether StartSession is.
        var isThrottling = false

        var testDescription: String { why }
    }

    static let faults: [Fault] = [
        Fault(
            why: "denied",
            answer: .json(400, "AccessDeniedException"),
            kind: .accessDenied,
            code: "AccessDeniedException"
        ),
        Fault(
            why: "a code with namespace and link",
            answer: .json(400, "com.amazonaws.ssm#InvalidDocument:http://internal.amazon.com/coral/"),
            kind: .invalidDocument,
            code: "InvalidDocument"
        ),
        Fault(
            why: "not connected",
            answer: .json(400, "TargetNotConnected"),
            kind: .targetNotConnected,
            code: "TargetNotConnected"
        ),
        Fault(
            why: "expired",
            answer: .json(400, "ExpiredTokenException"),
            kind: .credentialsRejected,
            code: "ExpiredTokenException"
        ),
        Fault(
            why: "not there",
            answer: .json(400, "DoesNotExistException"),
            kind: .notFound,
            code: "DoesNotExistException"
        ),
        Fault(why: "invalid", answer: .json(400, "ValidationException"), kind: .refused, code: "ValidationException"),
        Fault(
            why: "throttled",
            answer: .json(400, "ThrottlingException"),
            kind: .throttled,
            code: "ThrottlingException",
            isTransient: true,
            isThrottling: true
        ),
        Fault(
            why: "throttled with 429",
            answer: .json(429, "TooManyRequestsException"),
            kind: .throttled,
            code: "TooManyRequestsException",
            isTransient: true,
            isThrottling: true
        ),
        Fault(
            why: "slowed down with 503",
            answer: .json(503, "SlowDown"),
            kind: .throttled,
            code: "SlowDown",
            isTransient: true,
            isThrottling: true
        ),
        Fault(
            why: "failed inside",
            answer: .json(500, "InternalServerError"),
            kind: .unavailable,
            code: "InternalServerError",
            outcomeUnknown: true,
            isTransient: true
        ),
        Fault(
            why: "503 by name, but no throttling",
            answer: .json(503, "ServiceUnavailable"),
            kind: .unavailable,
            code: "ServiceUnavailable",
            outcomeUnknown: true,
            isTransient: true
        ),
        Fault(
            why: "502 of a gateway",
            answer: .body(502, "<html>"),
            kind: .unavailable,
            outcomeUnknown: true,
            isTransient: true
        ),
        Fault(
            why: "429 of a gateway",
            answer: .body(429, ""),
            kind: .brokenAnswer,
            outcomeUnknown: true,
            isTransient: true
        ),
        Fault(why: "403 of a gateway", answer: .body(403, "<html>no"), kind: .brokenAnswer, outcomeUnknown: true),
        Fault(why: "a redirect", answer: .body(302, ""), kind: .brokenAnswer, outcomeUnknown: true),
        Fault(
            why: "200 without content",
            answer: .body(200, ""),
            kind: .brokenAnswer,
            outcomeUnknown: true,
            isTransient: true
        ),
        Fault(
            why: "200 with a part",
            answer: .body(200, #"{"SessionId":"ana-1","StreamUrl":"wss://x"}"#),
            kind: .brokenAnswer,
            outcomeUnknown: true,
            isTransient: true
        ),
        Fault(
            why: "200 with another type",
            answer: .body(200, #"{"SessionId":7,"TokenValue":"SECRETTOKEN","StreamUrl":"wss://x"}"#),
            kind: .brokenAnswer,
            outcomeUnknown: true,
            isTransient: true
        ),
        Fault(
            why: "timed out after sending",
            answer: .failure(.timeout, reached: true),
            kind: .unreachable,
            outcomeUnknown: true,
            isTransient: true
        ),
        Fault(
            why: "cut off",
            answer: .failure(.interrupted, reached: true),
            kind: .unreachable,
            outcomeUnknown: true,
            isTransient: true
        ),
        Fault(
            why: "not reached",
            answer: .failure(.unreachable, reached: false),
            kind: .unreachable,
            isTransient: true
        ),
        Fault(why: "too large", answer: .failure(.tooLarge, reached: true), kind: .unreachable, outcomeUnknown: true),
        Fault(why: "not trusted", answer: .failure(.untrusted, reached: false), kind: .unreachable),
        Fault(why: "cancelled", answer: .failure(.cancelled, reached: true), kind: .cancelled, outcomeUnknown: true),
    ]

    private static let started = ScriptedTransport.Answer.body(
        200,
        #"{"SessionId":"ana-1","TokenValue":"SECRETTOKEN","StreamUrl":"wss://x?SECRETQUERY"}"#
    )

    @Test("StartSession is asked once, but for throttling, and says whether there may be a session", arguments: faults)
    func startSession(_ fault: Fault) async throws {
        let transport = ScriptedTransport(fault.isThrottling ? [fault.answer, Self.started] : [fault.answer])
        let witness = Witness()
        let ssm = SSM(client: client(transport, witness), region: ireland, credentials: session)
        let start = { try await ssm.startSession(node: NodeID("i-0123456789abcdef0"), documentName: "D-1") }
        if fault.isThrottling {
            #expect(try await start().sessionID == "ana-1")
            #expect(witness.waits == [250])
        } else {
            let failure = try #require(await #expect(throws: AWSFailure.self) { try await start() })
            #expect(failure.kind == fault.kind && failure.code == fault.code)
            #expect(failure.outcomeUnknown == fault.outcomeUnknown)
            #expect(failure.service == .ssm && failure.operation == "StartSession")
            #expect(witness.waits.isEmpty)
            #expect(!"\(failure)".contains("SECRET"))
        }
        #expect(transport.isExhausted)
    }

    @Test("a call that may be repeated is repeated when the reason may pass", arguments: faults)
    func repeats(_ fault: Fault) async throws {
        let isPassing = fault.isTransient && !fault.why.hasPrefix("200")
        let transport = ScriptedTransport(isPassing ? [fault.answer, .body(200, "{}")] : [fault.answer])
        let witness = Witness()
        let ssm = SSM(client: client(transport, witness), region: ireland, credentials: session)
        guard !fault.why.hasPrefix("200") || fault.why == "200 without content" else { return }
        if isPassing {
            try await ssm.terminateSession(id: "ana-1")
            #expect(witness.waits == [fault.isThrottling ? 250 : 50])
        } else if !fault.isTransient {
            let failure = await #expect(throws: AWSFailure.self) { try await ssm.terminateSession(id: "ana-1") }
            #expect(failure?.kind == fault.kind)
            #expect(witness.waits.isEmpty)
        } else {
            return
        }
        #expect(transport.isExhausted)
    }

    @Test("after four attempts the last reason stands, and the waits have doubled")
    func givesUp() async throws {
        let transport = ScriptedTransport((1...4).map { .json(500 + $0, "InternalServerError", "words \($0)") })
        let witness = Witness()
        let ssm = SSM(client: client(transport, witness), region: ireland, credentials: session)
        let failure = try #require(await #expect(throws: AWSFailure.self) { try await ssm.sessions(.active) })
        #expect(failure.message == "words 4" && failure.status == 504 && failure.requestID == "r-504")
        #expect(witness.waits == [50, 100, 200])
        #expect(transport.isExhausted)
    }

    @Test("no wait and no attempt goes beyond the deadline")
    func deadline() async throws {
        let transport = ScriptedTransport([.json(500, "InternalServerError"), .json(500, "InternalServerError")])
        let witness = Witness()
        let limited = client(transport, witness, deadline: noon.advanced(byMilliseconds: 120))
        let ssm = SSM(client: limited, region: ireland, credentials: session)
        let failure = await #expect(throws: AWSFailure.self) { try await ssm.sessions(.active) }
        #expect(failure?.kind == .unavailable)
        // The second wait would be 100 ms and there are 70 left; each attempt had what was left at its beginning.
        #expect(witness.waits == [50])
        #expect(transport.requests.map(\.limits.totalMilliseconds) == [120, 70])
        #expect(transport.isExhausted)
    }

    @Test("a deadline that has passed stops the call before it is sent")
    func late() async throws {
        let transport = ScriptedTransport([])
        let ssm = SSM(client: client(transport, deadline: noon), region: ireland, credentials: session)
        let failure = await #expect(throws: AWSFailure.self) {
            try await ssm.startSession(node: NodeID("i-0123456789abcdef0"), documentName: "D-1")
        }
        #expect(failure?.kind == .deadline && failure?.outcomeUnknown == false)
        #expect(transport.isExhausted)
    }

    @Test("a query service's refusal is read with its code, words and request ID")
    func queryFault() async throws {
        // As AWS documents it: IAM API Reference, "Common errors", and STS's example of an error.
        let body = """
            <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
              <Error>
                <Type>Sender</Type>
                <Code>AccessDenied</Code>
                <Message>User: a is not authorized to perform: sts:AssumeRole on resource: b &amp; c</Message>
              </Error>
              <RequestId>00000000-1111-2222-3333-444444444444</RequestId>
            </ErrorResponse>
            """
        let transport = ScriptedTransport(status: 403, body)
        let sts = STS(client: client(transport), region: ireland, credentials: session)
        let failure = try #require(
            await #expect(throws: AWSFailure.self) {
                try await sts.assumeRole(.init(roleARN: "arn:aws:iam::1:role/x", sessionName: "ana"))
            }
        )
        #expect(failure.kind == .accessDenied && failure.code == "AccessDenied" && failure.status == 403)
        #expect(failure.message == "User: a is not authorized to perform: sts:AssumeRole on resource: b & c")
        #expect(failure.requestID == "00000000-1111-2222-3333-444444444444" && !failure.outcomeUnknown)
    }

    @Test("a role that is not there is told from one that may not be seen")
    func noSuchRole() async throws {
        let body = "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message/></Error></ErrorResponse>"
        let iam = IAM(client: client(ScriptedTransport(status: 404, body)), region: ireland, credentials: session)
        let failure = await #expect(throws: AWSFailure.self) { try await iam.role(named: "x") }
        #expect(failure?.kind == .notFound)
    }

    @Test("what a service says is cut to a bound")
    func bounded() async throws {
        let transport = ScriptedTransport([
            .json(400, String(repeating: "C", count: 9000), String(repeating: "m", count: 9000))
        ])
        let ssm = SSM(client: client(transport), region: ireland, credentials: session)
        let failure = await #expect(throws: AWSFailure.self) { try await ssm.terminateSession(id: "ana-1") }
        #expect(failure?.message.count == 512 && failure?.code?.count == 128)
    }
}
