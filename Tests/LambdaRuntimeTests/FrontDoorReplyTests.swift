import HTTPTransport
import LambdaRuntime
import TestSupport
import Testing

@Suite("Replies through the front door")
struct FrontDoorReplyTests {
    struct Written: Sendable {
        let why: String
        let reply: FrontDoorReply
        let rest: String
        let url: String
    }

    static let written = [
        Written(
            why: "a problem",
            reply: FrontDoorReply(
                status: 403,
                headers: [
                    HTTPHeader("Content-Type", "application/problem+json"), HTTPHeader("Cache-Control", "no-store"),
                ],
                body: Array(#"{"detail":"a/b","status":403}"#.utf8)
            ),
            rest: #"{"body":"{\"detail\":\"a/b\",\"status\":403}","headers":{"Cache-Control":"no-store","#
                + #""Content-Type":"application/problem+json"},"isBase64Encoded":false,"statusCode":403}"#,
            url: #"{"body":"{\"detail\":\"a/b\",\"status\":403}","headers":{"Cache-Control":"no-store","#
                + #""Content-Type":"application/problem+json"},"isBase64Encoded":false,"statusCode":403}"#
        ),
        Written(
            why: "nothing but a status",
            reply: FrontDoorReply(status: 204),
            rest: #"{"body":"","headers":{},"isBase64Encoded":false,"statusCode":204}"#,
            url: #"{"body":"","headers":{},"isBase64Encoded":false,"statusCode":204}"#
        ),
        Written(
            why: "a header twice, in two spellings",
            reply: FrontDoorReply(status: 200, headers: [HTTPHeader("Link", "<a>"), HTTPHeader("link", "<b>")]),
            rest: #"{"body":"","headers":{},"isBase64Encoded":false,"multiValueHeaders":{"Link":["<a>","<b>"]},"#
                + #""statusCode":200}"#,
            url: #"{"body":"","headers":{"Link":"<a>, <b>"},"isBase64Encoded":false,"statusCode":200}"#
        ),
        Written(
            why: "bytes that are no text",
            reply: FrontDoorReply(status: 200, body: [0xFF, 0x00, 0xFE]),
            rest: #"{"body":"/wD+","headers":{},"isBase64Encoded":true,"statusCode":200}"#,
            url: #"{"body":"/wD+","headers":{},"isBase64Encoded":true,"statusCode":200}"#
        ),
    ]

    @Test("each front door gets the JSON it reads, keys sorted", arguments: written)
    func writes(_ written: Written) throws {
        #expect(String(decoding: try EventReadingTests.rest.encode(written.reply), as: UTF8.self) == written.rest)
        #expect(String(decoding: try EventReadingTests.url.encode(written.reply), as: UTF8.self) == written.url)
    }

    @Test("a request through the loop reaches the answer, and its reply reaches Lambda")
    func throughTheLoop() async throws {
        let event = String(decoding: try EventFixture("rest-connect").bytes(), as: UTF8.self)
        let handler = EventReadingTests.rest.handler { request, invocation in
            #expect(request.identity == EventReadingTests.alice)
            return FrontDoorReply(status: 200, body: Array("\(invocation.deadlineMilliseconds)".utf8))
        }
        let requests = try await RuntimeScript.run(
            [RuntimeScript.invocation(event), RuntimeScript.accepted],
            handler: handler
        )
        #expect(
            requests[1].text == #"{"body":"1542409706888","headers":{},"isBase64Encoded":false,"statusCode":200}"#
        )
    }

    @Test("an event that did not come through the front door fails its invocation and reaches no answer")
    func refusedInTheLoop() async throws {
        let event = String(decoding: try EventFixture("load-balancer").bytes(), as: UTF8.self)
        let log = LogLines()
        let requests = try await RuntimeScript.run(
            [RuntimeScript.invocation(event), RuntimeScript.accepted],
            logger: log.logger,
            handler: EventReadingTests.rest.handler { _, _ in
                Issue.record("the answer was asked for")
                return FrontDoorReply(status: 200)
            }
        )
        #expect(requests[1].line == HTTPRequest.errorLine)
        #expect(requests[1].errorType == "Event.NotThroughFrontDoor")
        #expect(
            log.all == [
                "info invocation failed failure.cause=an event of shape loadBalancer, not restAPI"
                    + " failure.type=Event.NotThroughFrontDoor invocation.id=\(RuntimeScript.id)"
            ]
        )
    }
}
