import AWSClient
import Foundation
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@Suite("what goes wrong")
struct FailureTests {
    private static let started = ScriptedTransport.Answer.body(
        200,
        #"{"SessionId":"ana-1","TokenValue":"SECRETTOKEN","StreamUrl":"wss://x?SECRETQUERY"}"#
    )

    @Test(
        "StartSession is asked once, but for throttling, and says whether there may be a session",
        arguments: Fault.ofAnyCall + Fault.ofStarting
    )
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

    @Test("a call that may be repeated is repeated when the reason may pass", arguments: Fault.ofAnyCall)
    func repeats(_ fault: Fault) async throws {
        let transport = ScriptedTransport(fault.isTransient ? [fault.answer, .body(200, "{}")] : [fault.answer])
        let witness = Witness()
        let ssm = SSM(client: client(transport, witness), region: ireland, credentials: session)
        if fault.isTransient {
            try await ssm.terminateSession(id: "ana-1")
            #expect(witness.waits == [fault.isThrottling ? 250 : 50])
        } else {
            let failure = await #expect(throws: AWSFailure.self) { try await ssm.terminateSession(id: "ana-1") }
            #expect(failure?.kind == fault.kind)
            #expect(witness.waits.isEmpty)
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
