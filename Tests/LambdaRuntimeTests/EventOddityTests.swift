import LambdaRuntime
import Testing

@Suite("Odd events that are still read")
struct EventOddityTests {
    struct Body: Sendable {
        let why: String
        let body: String
        let isBase64: String
        let bytes: [UInt8]
    }

    static let bodies = [
        Body(why: "none", body: "null", isBase64: "false", bytes: []),
        Body(why: "none, marked base64", body: "null", isBase64: "true", bytes: []),
        Body(why: "empty", body: #""""#, isBase64: "false", bytes: []),
        Body(why: "empty, marked base64", body: #""""#, isBase64: "true", bytes: []),
        Body(why: "text past ASCII", body: #""é""#, isBase64: "false", bytes: [0xC3, 0xA9]),
        Body(why: "base64 of what is not UTF-8", body: #""/wD+""#, isBase64: "true", bytes: [0xFF, 0x00, 0xFE]),
        Body(why: "base64 text that is not marked so", body: #""e30=""#, isBase64: "false", bytes: Array("e30=".utf8)),
    ]

    @Test("a body is kept byte for byte", arguments: bodies)
    func body(_ body: Body) throws {
        let rest = EventFixture("rest-connect").setting("body", body.body).setting("isBase64Encoded", body.isBase64)
        #expect(try EventReadingTests.read(rest).body == body.bytes)
        let url = EventFixture("url-end-session").setting("body", body.body).setting("isBase64Encoded", body.isBase64)
        #expect(try EventReadingTests.read(url, EventReadingTests.url).body == body.bytes)
    }

    @Test("a missing body is an empty one")
    func noBody() throws {
        #expect(try EventReadingTests.read(EventFixture("rest-connect").removing("body")).body == [])
        let url = EventFixture("url-end-session").removing("body").removing("isBase64Encoded")
        #expect(try EventReadingTests.read(url, EventReadingTests.url).body == [])
    }

    @Test("organisation and user agent may be null, missing or empty", arguments: ["null", nil, #""""#])
    func optionalIdentity(_ json: String?) throws {
        var rest = EventFixture("rest-connect")
        var url = EventFixture("url-end-session")
        let members = [
            ("requestContext.identity.principalOrgId", "requestContext.authorizer.iam.principalOrgId"),
            ("requestContext.identity.userAgent", "requestContext.http.userAgent"),
        ]
        for (inREST, inURL) in members {
            rest = json.map { rest.setting(inREST, $0) } ?? rest.removing(inREST)
            url = json.map { url.setting(inURL, $0) } ?? url.removing(inURL)
        }
        let identities = [
            try EventReadingTests.read(rest).identity, try EventReadingTests.read(url, EventReadingTests.url).identity,
        ]
        for identity in identities {
            #expect(identity.principalOrgID == nil)
            #expect(identity.userAgent == nil)
            #expect(identity.userARN == EventReadingTests.alice.userARN)
        }
    }

    @Test("a Function URL's event without stage and query, as AWS publishes it, is read")
    func bareURL() throws {
        let fixture = EventFixture("url-end-session").removing("requestContext.stage").removing("rawQueryString")
            .removing("headers")
        let request = try EventReadingTests.read(fixture, EventReadingTests.url)
        #expect(request.stage == "$default")
        #expect(request.query == [])
        #expect(request.headers == [:])
    }

    struct Query: Sendable {
        let why: String
        let text: String
        let items: [FrontDoorRequest.QueryItem]
    }

    static let queries = [
        Query(why: "empty", text: "", items: []),
        Query(why: "empty parts", text: "&a=1&&b=2&", items: [.init("a", "1"), .init("b", "2")]),
        Query(why: "no value", text: "a&b=", items: [.init("a", ""), .init("b", "")]),
        Query(why: "a plus is a space", text: "a=1+2&b+c=3", items: [.init("a", "1 2"), .init("b c", "3")]),
        Query(why: "an equals sign in a value", text: "a=b=c", items: [.init("a", "b=c")]),
        Query(why: "escapes of either case", text: "a=%c3%A9%26", items: [.init("a", "é&")]),
    ]

    @Test("a Function URL's query is decoded strictly and in order", arguments: queries)
    func query(_ query: Query) throws {
        let fixture = EventFixture("url-end-session").setting("rawQueryString", "\"\(query.text)\"")
        #expect(try EventReadingTests.read(fixture, EventReadingTests.url).query == query.items)
    }
}
