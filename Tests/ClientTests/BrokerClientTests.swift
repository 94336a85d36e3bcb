import AWSClient
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

@Suite("the broker's answers")
struct BrokerClientTests {
    private static let identity = #"""
        {"account":"111122223333","isAdministrator":false,"isAuditor":true,"kinds":["shell"],"linuxUser":"dbadmin",
        "nodeTags":{"Role":["db","web"]},"permissionSet":"DatabaseAdmin","reason":"required","regions":["eu-west-1"],
        "ticket":"optional","user":"alice"}
        """#

    @Test("whoami shows who you are and what the map gives, and signs for API Gateway")
    func whoAmI() async throws {
        let world = try World([Answers.json(Self.identity)])
        #expect(try await run("whoami", in: world.dependencies()) == .done)
        let shown = world.result
        #expect(shown.contains("User:           alice\n") && shown.contains("Linux user:     dbadmin\n"))
        #expect(shown.contains("Node tags:      Role=db|web\n") && shown.contains("Required:       --reason\n"))
        #expect(shown.contains("read the audit log"))
        let request = world.transport.requests[0]
        #expect(request.url == "https://abc123.execute-api.eu-west-1.amazonaws.com/prod/v1/identity")
        let authorization = try #require(request.headers.first { $0.name == "Authorization" })
        #expect(authorization.value.contains("ASIAENGINEER/20261121/eu-west-1/execute-api/aws4_request"))
        #expect(request.headers.contains(HTTPHeader("X-Amz-Security-Token", "engineer-token")))
    }

    @Test("whoami for programs is the broker's own JSON, on one line")
    func whoAmIJSON() async throws {
        let world = try World([Answers.json(Self.identity)])
        #expect(try await run("whoami", "-o", "json", in: world.dependencies()) == .done)
        #expect(try JSON(parsing: world.result.utf8) == JSON(parsing: Self.identity.utf8))
        #expect(world.result.split(separator: "\n").count == 1 && world.notes.isEmpty)
    }

    @Test("a refusal shows what happened, why, what next and the request, and ends with its code")
    func refusal() async throws {
        let world = try World([
            Answers.problem(.permissionSetNotMapped, detail: "ReadOnly is not in the map.", next: "Ask.")
        ])
        #expect(try await run("whoami", in: world.dependencies()) == .denied)
        #expect(world.notes.contains("(PERMISSION_SET_NOT_MAPPED)."))
        #expect(world.notes.contains("Why: ReadOnly is not in the map."))
        #expect(world.notes.contains("Next: Ask.") && world.notes.contains("Request: req-1"))
        #expect(world.result.isEmpty)
    }

    @Test("a refusal for programs is one line of JSON on standard error, and nothing on standard output")
    func refusalJSON() async throws {
        let world = try World([Answers.problem(.nodeNotFound)])
        #expect(
            try await run("connect", "i-0bbbbbbbbbbbbbbb2", "--dry-run", "-o", "json", in: world.dependencies())
                == .nodeNotFound
        )
        let json = try JSON(parsing: world.notes.utf8)
        #expect(json["code"] == "NODE_NOT_FOUND" && json["exitStatus"] == 6 && json["requestId"] == "req-1")
        #expect(world.result.isEmpty)
    }

    struct Foreign: Sendable, CustomTestStringConvertible {
        let why: String
        let response: HTTPResponse
        let code: String
        let says: String
        var testDescription: String { why }
    }

    static let foreign = [
        Foreign(
            why: "a proxy that wants a password",
            response: HTTPResponse(status: 407, headers: [HTTPHeader("Via", "1.1 squid")]),
            code: "PROXY_REFUSED",
            says: "1.1 squid"
        ),
        Foreign(
            why: "a portal's page",
            response: HTTPResponse(
                status: 200,
                headers: [HTTPHeader("Content-Type", "text/html; charset=utf-8")],
                body: Array("<html>\u{1B}[2Jsign in</html>".utf8)
            ),
            code: "ANSWER_FOREIGN",
            says: "text/html"
        ),
        Foreign(
            why: "an empty 502",
            response: HTTPResponse(status: 502),
            code: "ANSWER_FOREIGN",
            says: "nothing in it"
        ),
        Foreign(
            why: "API Gateway's own refusal without our form",
            response: HTTPResponse(
                status: 403,
                headers: [HTTPHeader("Content-Type", "application/json"), HTTPHeader("x-amzn-RequestId", "gw-1")],
                body: Array(#"{"message":"Forbidden"}"#.utf8)
            ),
            code: "ANSWER_FOREIGN",
            says: "abc123.execute-api"
        ),
    ]

    @Test("an answer that is not the broker's is named as such, with the host", arguments: foreign)
    func foreignAnswer(_ foreign: Foreign) async throws {
        let world = try World([.response(foreign.response)])
        #expect(try await run("whoami", "-o", "json", in: world.dependencies()) == .failed)
        let json = try JSON(parsing: world.notes.utf8)
        #expect(json["code"] == .string(foreign.code))
        #expect(world.notes.contains(foreign.says) && world.notes.contains("abc123.execute-api"))
        #expect(!world.notes.contains("<html>"))
    }

    @Test("each way to get no answer says what to look at", arguments: HTTPFailure.Kind.allCases)
    func transport(_ kind: HTTPFailure.Kind) async throws {
        let world = try World([.failure(HTTPFailure(kind, mayHaveReachedServer: false, explanation: "as it was"))])
        #expect(try await run("whoami", in: world.dependencies()) == .failed)
        #expect(world.notes.contains("Why: as it was") && world.notes.contains("Next: "))
    }

    @Test("a session whose answer was lost is not asked for again, and the person is told")
    func lost() async throws {
        let world = try World([.failure(HTTPFailure(.timeout, mayHaveReachedServer: true, explanation: "33 s passed"))])
        let dependencies = world.dependencies(world.pluginVariables())
        #expect(try await run("connect", "i-0bbbbbbbbbbbbbbb2", in: dependencies) == .failed)
        #expect(world.transport.requests.count == 1)
        #expect(world.notes.contains("may have reached the broker"))
    }

    @Test("without credentials the exit code is 4, and every place that was looked at is named")
    func noCredentials() async throws {
        struct Nothing: CredentialSource {
            func credentials() async throws -> AWSCredentials {
                throw CredentialsNotFound(tried: [
                    .init(source: "environment variables", reason: "AWS_ACCESS_KEY_ID is not set"),
                    .init(source: "profile ops", reason: "is not in the file"),
                ])
            }
        }
        let world = try World()
        var dependencies = world.dependencies()
        dependencies.credentials = { _ in Nothing() }
        #expect(try await run("whoami", in: dependencies) == .signIn)
        #expect(world.notes.contains("environment variables: AWS_ACCESS_KEY_ID is not set"))
        #expect(world.notes.contains("profile ops: is not in the file"))
        #expect(world.transport.requests.isEmpty)
    }

    @Test("credentials that are known to have expired are not tried")
    func expired() async throws {
        let world = try World()
        var dependencies = world.dependencies()
        let old = AWSCredentials(
            accessKeyID: "ASIAOLD",
            secretAccessKey: Secret("x"),
            expiration: World.now.advanced(bySeconds: -1)
        )
        dependencies.credentials = { _ in FixedCredentials(old) }
        #expect(try await run("whoami", in: dependencies) == .signIn)
        #expect(world.transport.requests.isEmpty && world.notes.contains("have expired"))
    }
}
