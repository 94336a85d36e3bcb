import LambdaRuntime
import Testing

@Suite("Reading the front door's events")
struct EventReadingTests {
    static let rest = FrontDoor.restAPI("a1b2c3d4e5")
    static let url = FrontDoor.functionURL("u1r2l3u1r2l3u1r2l3u1r2l3u1r2l3ab")

    static let alice = VerifiedIdentity(
        userARN: "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_DatabaseAdmin_0123456789abcdef/alice",
        accountID: "111122223333",
        callerID: "AROAFIXTUREDBADMIN001:alice",
        accessKeyID: "ASIAFIXTUREALICE0001",
        principalOrgID: "o-fixture123",
        sourceIP: "203.0.113.10",
        userAgent: "ssm-broker/0.1.0"
    )

    private struct NoRequest: Error {}

    /// Reads an event that is taken.
    static func read(_ fixture: EventFixture, _ door: FrontDoor = rest) throws -> FrontDoorRequest {
        let event = try InvocationEvent(try fixture.bytes(), through: door)
        guard case .request(let request) = event else { throw NoRequest() }
        return request
    }

    @Test("a REST API's event gives route, body, times and the verified caller, not the API's owner")
    func restConnect() throws {
        let body =
            #"{"requestId":"5f0d7a7c-2f39-4d3e-8a55-0c8e5a1b7f01","time":"2026-11-21T08:00:00Z","kind":"shell","#
            + #""node":"i-0bbbbbbbbbbbbbbb2","region":"eu-west-1"}"#
        #expect(
            try Self.read(EventFixture("rest-connect"))
                == FrontDoorRequest(
                    method: "POST",
                    route: .template("/v1/sessions", parameters: [:]),
                    headers: [
                        .userAgent: "ssm-broker/0.1.0", .clientVersion: "0.1.0", .contentType: "application/json",
                    ],
                    body: Array(body.utf8),
                    identity: Self.alice,
                    requestID: "0b1c6f0e-54a7-4f53-9d2a-7b8c5d3e2f10",
                    frontDoorID: "a1b2c3d4e5",
                    stage: "prod",
                    timeMilliseconds: 1_795_248_000_000
                )
        )
    }

    @Test("a Function URL's event gives the same, with its path as it came and its query in order")
    func urlEnd() throws {
        let path = "/v1/sessions/6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11"
        #expect(
            try Self.read(EventFixture("url-end-session"), Self.url)
                == FrontDoorRequest(
                    method: "DELETE",
                    route: .path(path),
                    query: [.init("tag", "b"), .init("note", "two words"), .init("tag", "a"), .init("plus", "1+1")],
                    headers: [
                        .userAgent: "ssm-broker/0.1.0", .clientVersion: "0.1.0", .contentType: "application/json",
                    ],
                    body: Array("{}".utf8),
                    identity: Self.alice,
                    requestID: "e1e2e3e4-0a0b-4c0d-8e0f-101112131415",
                    frontDoorID: "u1r2l3u1r2l3u1r2l3u1r2l3u1r2l3ab",
                    stage: "$default",
                    timeMilliseconds: 1_795_248_000_000
                )
        )
        #expect(try Self.read(EventFixture("url-end-session"), Self.url).resource == path)
    }

    @Test("a REST API's query has its names sorted and each name's values in order")
    func restQuery() throws {
        let request = try Self.read(EventFixture("rest-audit-query"))
        #expect(
            request.query == [
                .init("permissionSet", "DatabaseAdmin"), .init("since", "2026-11-20T00:00:00Z"),
                .init("user", "alice"), .init("user", "bob"),
            ]
        )
        #expect(request.queryValues("user") == ["alice", "bob"])
        #expect(request.queryValues("User") == [])
        #expect(request.resource == "/v1/audit/records")
        #expect(request.body == [])
    }

    @Test("without the multi-value forms, the single ones are read")
    func singleForms() throws {
        let fixture = EventFixture("rest-audit-query")
            .setting("multiValueQueryStringParameters", "null").setting("multiValueHeaders", "null")
        let request = try Self.read(fixture)
        #expect(request.queryValues("user") == ["bob"])
        #expect(request.headers == [.userAgent: "ssm-broker/0.1.0"])
        #expect(try Self.read(fixture.setting("headers", "null")).headers == [:])
    }

    @Test("a header can never say who the caller is")
    func identityHeaders() throws {
        let forged = #"{"X-Amzn-User-Arn":["arn:aws:iam::1:root"],"X-Caller":["mallory"],"User-Agent":["a","b"]}"#
        let request = try Self.read(EventFixture("rest-connect").setting("multiValueHeaders", forged))
        #expect(request.headers == [.userAgent: "a"])
        #expect(request.identity == Self.alice)
    }

    @Test("a route template is matched as the REST API chose it, with its parameters")
    func templates() throws {
        let fixture = EventFixture("rest-connect").setting("resource", "\"/v1/sessions/{id}\"")
            .setting("requestContext.resourcePath", "\"/v1/sessions/{id}\"")
            .setting("pathParameters", #"{"id":"6f1c"}"#)
        let route = try Self.read(fixture).route
        #expect(route.parameters(matching: "/v1/sessions/{id}") == ["id": "6f1c"])
        #expect(route.parameters(matching: "/v1/sessions") == nil)
    }

    struct Match: Sendable {
        let why: String
        let path: String
        let parameters: [String: String]?
    }

    static let matches = [
        Match(why: "a value in the middle", path: "/v1/sessions/6f1c/credentials", parameters: ["id": "6f1c"]),
        Match(why: "an escaped value", path: "/v1/sessions/a%2Fb+c/credentials", parameters: ["id": "a/b+c"]),
        Match(why: "no value", path: "/v1/sessions//credentials", parameters: nil),
        Match(why: "a broken escape", path: "/v1/sessions/%2/credentials", parameters: nil),
        Match(why: "an escape that is not UTF-8", path: "/v1/sessions/%FF/credentials", parameters: nil),
        Match(why: "a slash more", path: "/v1/sessions/6f1c/credentials/", parameters: nil),
        Match(why: "another case", path: "/V1/sessions/6f1c/credentials", parameters: nil),
        Match(why: "another word", path: "/v1/sessions/6f1c/tokens", parameters: nil),
    ]

    @Test("a Function URL's path is matched segment by segment", arguments: matches)
    func paths(_ match: Match) {
        let route = RequestRoute.path(match.path)
        #expect(route.parameters(matching: "/v1/sessions/{id}/credentials") == match.parameters)
    }
}
