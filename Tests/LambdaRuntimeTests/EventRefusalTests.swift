import LambdaRuntime
import Testing

@Suite("Events that are not taken")
struct EventRefusalTests {
    struct Refused: Sendable {
        let why: String
        let event: EventFixture
        var door = EventReadingTests.rest
        let refusal: EventRefusal
        let errorType: String
    }

    private static let rest = EventFixture("rest-connect")
    private static let url = EventFixture("url-end-session")
    private static let urlDoor = EventReadingTests.url

    private static func shape(
        _ why: String,
        _ event: EventFixture,
        _ shape: EventShape,
        _ door: FrontDoor = EventReadingTests.rest
    ) -> Refused {
        let expected: EventShape = door == urlDoor ? .functionURL : .restAPI
        return Refused(
            why: why,
            event: event,
            door: door,
            refusal: .shape(shape, expected: expected),
            errorType: "Event.NotThroughFrontDoor"
        )
    }

    static let shapes = [
        shape("a Function URL where a REST API is configured", url, .functionURL),
        shape("a REST API where a Function URL is configured", rest, .restAPI, urlDoor),
        shape("an HTTP API where a Function URL is configured", EventFixture("http-api-v2-iam"), .httpAPI, urlDoor),
        shape(
            "an HTTP API that borrows the Function URL's id",
            EventFixture("http-api-v2-iam").setting("requestContext.apiId", "\"u1r2l3u1r2l3u1r2l3u1r2l3u1r2l3ab\""),
            .httpAPI,
            urlDoor
        ),
        shape(
            "a Function URL's event without a host name",
            url.setting("requestContext.domainName", "null"),
            .httpAPI,
            urlDoor
        ),
        shape(
            "a host name that only mentions lambda-url",
            url.setting("requestContext.domainName", "\"a.b.lambda-url.example.com\""),
            .httpAPI,
            urlDoor
        ),
        shape("an HTTP API, format 1.0, with the REST API's id", EventFixture("http-api-v1-iam"), .httpAPI),
        shape("an HTTP API, format 2.0", EventFixture("http-api-v2-iam"), .httpAPI),
        shape("a load balancer", EventFixture("load-balancer"), .loadBalancer),
        shape("a load balancer's mark on a REST event", rest.setting("requestContext.elb", "{}"), .loadBalancer),
        shape("a web socket", EventFixture("websocket-message"), .webSocket),
        shape("a call for an authoriser", EventFixture("authorizer-request"), .authorizer),
        shape("a schedule", EventFixture("schedule"), .eventBridge),
        shape("a custom resource", EventFixture("custom-resource"), .customResource),
        shape("a payload version of tomorrow", url.setting("version", "\"3.0\""), .unknown, urlDoor),
        shape("a REST event without its template", rest.removing("resource"), .unknown),
        shape("a REST event without its context", rest.removing("requestContext"), .unknown),
    ]

    static let doors = [
        Refused(
            why: "another REST API",
            event: rest.setting("requestContext.apiId", "\"zzzzzzzzzz\""),
            refusal: .frontDoorID("zzzzzzzzzz"),
            errorType: "Event.NotThroughFrontDoor"
        ),
        Refused(
            why: "another Function URL",
            event: url.setting("requestContext.apiId", "\"other\""),
            door: urlDoor,
            refusal: .frontDoorID("other"),
            errorType: "Event.NotThroughFrontDoor"
        ),
        Refused(
            why: "a Function URL's id with another one's host name",
            event: url.setting("requestContext.domainName", "\"other.lambda-url.eu-west-1.on.aws\""),
            door: urlDoor,
            refusal: .contradiction("requestContext.domainName"),
            errorType: "Event.Malformed"
        ),
        Refused(
            why: "the console's test call, which skips the authoriser",
            event: rest.setting("requestContext.stage", "\"test-invoke-stage\""),
            refusal: .testInvocation,
            errorType: "Event.NotThroughFrontDoor"
        ),
        Refused(
            why: "one template outside, another inside",
            event: rest.setting("requestContext.resourcePath", "\"/v1/identity\""),
            refusal: .contradiction("resource"),
            errorType: "Event.Malformed"
        ),
        Refused(
            why: "one method outside, another inside",
            event: rest.setting("httpMethod", "\"GET\""),
            refusal: .contradiction("httpMethod"),
            errorType: "Event.Malformed"
        ),
    ]

    static let identities: [Refused] = {
        let members: [(EventRefusal.IdentityMember, String, String)] = [
            (.userARN, "userArn", "userArn"), (.accountID, "accountId", "accountId"),
            (.callerID, "caller", "callerId"), (.accessKeyID, "accessKey", "accessKey"),
        ]
        func refused(
            _ why: String,
            _ event: EventFixture,
            _ door: FrontDoor,
            _ member: EventRefusal.IdentityMember
        ) -> Refused {
            Refused(why: why, event: event, door: door, refusal: .identity(member), errorType: "Event.NoIdentity")
        }
        let singles = members.flatMap { member, inREST, inURL in
            let restPath = "requestContext.identity.\(inREST)"
            let urlPath = "requestContext.authorizer.iam.\(inURL)"
            return [
                refused("REST: null \(inREST)", rest.setting(restPath, "null"), EventReadingTests.rest, member),
                refused("REST: no \(inREST)", rest.removing(restPath), EventReadingTests.rest, member),
                refused("REST: empty \(inREST)", rest.setting(restPath, #""""#), EventReadingTests.rest, member),
                refused("URL: null \(inURL)", url.setting(urlPath, "null"), urlDoor, member),
                refused("URL: no \(inURL)", url.removing(urlPath), urlDoor, member),
                refused("URL: empty \(inURL)", url.setting(urlPath, #""""#), urlDoor, member),
            ]
        }
        return singles + [
            refused("REST: no identity", rest.removing("requestContext.identity"), EventReadingTests.rest, .block),
            refused("URL: no authoriser", url.removing("requestContext.authorizer"), urlDoor, .block),
            refused("URL: authoriser null", url.setting("requestContext.authorizer", "null"), urlDoor, .block),
            refused("URL: another kind", url.setting("requestContext.authorizer", #"{"jwt":{}}"#), urlDoor, .block),
        ]
    }()

    private static func malformed(
        _ why: String,
        _ event: EventFixture,
        _ refusal: EventRefusal,
        _ door: FrontDoor = EventReadingTests.rest
    ) -> Refused {
        Refused(why: why, event: event, door: door, refusal: refusal, errorType: "Event.Malformed")
    }

    static let malformed = [
        malformed(
            "an ARN that is a number",
            rest.setting("requestContext.identity.userArn", "1"),
            .malformed("requestContext.identity.userArn")
        ),
        malformed("no API id", rest.removing("requestContext.apiId"), .malformed("requestContext.apiId")),
        malformed(
            "no time",
            url.removing("requestContext.timeEpoch"),
            .malformed("requestContext.timeEpoch"),
            urlDoor
        ),
        malformed("a context that is text", rest.setting("requestContext", "\"x\""), .malformed("requestContext")),
        malformed("a flag that is text", rest.setting("isBase64Encoded", "\"false\""), .malformed("isBase64Encoded")),
        malformed(
            "a header that is a number; its name is the caller's, so it stays out",
            rest.setting("multiValueHeaders", #"{"s3cret":1}"#),
            .malformed("multiValueHeaders")
        ),
        malformed(
            "a body that is not base64",
            rest.setting("body", "\"{}\"").setting("isBase64Encoded", "true"),
            .bodyEncoding
        ),
        malformed("half an escape", url.setting("rawQueryString", "\"a=%4\""), .query, urlDoor),
        malformed("an escape that is no number", url.setting("rawQueryString", "\"%zz=1\""), .query, urlDoor),
        malformed("an escape that is not UTF-8", url.setting("rawQueryString", "\"a=%ff\""), .query, urlDoor),
    ]

    @Test(
        "each is refused with its exact reason, and Lambda is told the kind only",
        arguments: shapes + doors + identities + malformed
    )
    func refuses(_ refused: Refused) throws {
        let bytes = try refused.event.bytes()
        #expect(throws: refused.refusal) { try InvocationEvent(bytes, through: refused.door) }
        #expect(refused.refusal.diagnostic.errorType == refused.errorType)
    }

    @Test("bytes that are no JSON object are refused", arguments: ["", "{", "[]", "null", "1", "\u{FEFF}x", "{}{}"])
    func notJSON(_ text: String) {
        let refusal: EventRefusal = ["[]", "1", "null"].contains(text) ? .malformed("event") : .notJSON
        #expect(throws: refusal) { try InvocationEvent(Array(text.utf8), through: EventReadingTests.rest) }
    }

    @Test("bytes that are not UTF-8 are refused")
    func notUTF8() throws {
        let bytes = try Self.rest.bytes().replacing(Array("AROAFIXTUREDBADMIN001".utf8), with: [0xFF, 0xFE])
        #expect(throws: EventRefusal.notJSON) { try InvocationEvent(bytes, through: EventReadingTests.rest) }
    }
}
