import AWSClient
import Foundation
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

@Suite("connect --direct")
struct DirectTests {
    private static let node = "i-0bbbbbbbbbbbbbbb2"
    private static let document = "SSMBroker-Shell-DatabaseAdmin"
    private static let sessionID = "alice-0a1b2c3d4e5f60718"

    /// What AWS answers; the shapes are those of the STS and Systems Manager API References' examples.
    private enum AWSAnswers {
        static func identity(role: String = "AWSReservedSSO_DatabaseAdmin_0123456789abcdef") -> ScriptedTransport.Answer
        {
            caller("arn:aws:sts::111122223333:assumed-role/\(role)/alice", id: "AROA1234567890EXAMPLE:alice")
        }

        static func caller(_ arn: String, id: String) -> ScriptedTransport.Answer {
            let text = """
                <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>\
                <Arn>\(arn)</Arn><UserId>\(id)</UserId><Account>111122223333</Account></GetCallerIdentityResult>\
                <ResponseMetadata><RequestId>sts-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>
                """
            return .response(
                HTTPResponse(status: 200, headers: [HTTPHeader("Content-Type", "text/xml")], body: Array(text.utf8))
            )
        }

        static func expired() -> ScriptedTransport.Answer {
            let text = """
                <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>\
                <Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error>\
                <RequestId>sts-2</RequestId></ErrorResponse>
                """
            return .response(
                HTTPResponse(status: 403, headers: [HTTPHeader("Content-Type", "text/xml")], body: Array(text.utf8))
            )
        }

        static let started = json(
            #"{"SessionId":"\#(sessionID)","StreamUrl":"wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/x?role=publish_subscribe","TokenValue":"the-token"}"#
        )
        static let terminated = json(#"{"SessionId":"\#(sessionID)"}"#)

        static func fault(_ code: String) -> ScriptedTransport.Answer {
            json(#"{"__type":"\#(code)","message":"AWS's own words"}"#, status: 400)
        }

        private static func json(_ text: String, status: Int = 200) -> ScriptedTransport.Answer {
            .response(
                HTTPResponse(
                    status: status,
                    headers: [
                        HTTPHeader("Content-Type", "application/x-amz-json-1.1"),
                        HTTPHeader("x-amzn-RequestId", "ssm-1"),
                    ],
                    body: Array(text.utf8)
                )
            )
        }
    }

    private func operations(_ world: World) -> [String] {
        world.transport.requests.map { request in
            request.headers.first { $0.name.lowercased() == "x-amz-target" }?.value ?? request.url
        }
    }

    @Test(
        "without the broker the session is started with the permission set's document, shown, and ended by its engineer"
    )
    func whole() async throws {
        let world = try World([AWSAnswers.identity(), AWSAnswers.started, AWSAnswers.terminated])
        let environment = world.pluginVariables(["SSM_BROKER_URL": "", "SSM_BROKER_REGION": ""])
        let status = try await run(
            "connect",
            Self.node,
            "--direct",
            "--reason",
            "OPS-17: broker down",
            in: world.dependencies(environment)
        )
        #expect(status == .done, "\(world.notes)")
        #expect(world.transport.isExhausted && world.result.isEmpty)
        #expect(
            operations(world) == [
                "https://sts.eu-west-1.amazonaws.com/", "AmazonSSM.StartSession", "AmazonSSM.TerminateSession",
            ]
        )
        #expect(
            try JSON(parsing: world.transport.requests[1].body) == [
                "DocumentName": .string(Self.document), "Reason": "OPS-17: broker down", "Target": .string(Self.node),
            ]
        )
        #expect(try JSON(parsing: world.transport.requests[2].body) == ["SessionId": .string(Self.sessionID)])
        for request in world.transport.requests {
            #expect(request.headers.contains { $0.name == "Authorization" && $0.value.contains("ASIAENGINEER") })
        }
        let said = world.notes.split(separator: "\n")
        #expect(said.first?.contains("The broker does not record this session") == true, "\(said)")
        #expect(said.first?.contains("CloudTrail in 111122223333 names you, alice") == true)
    }

    @Test("no secret is in what the person sees, in an argument or in a file")
    func secrets() async throws {
        let world = try World([AWSAnswers.identity(), AWSAnswers.started, AWSAnswers.terminated])
        #expect(
            try await run("connect", Self.node, "--direct", in: world.dependencies(world.pluginVariables())) == .done
        )
        let visible = try [
            world.notes, world.result, world.folder.text("arguments"), world.folder.text("config"),
            world.folder.text("folder"),
        ].joined()
        for secret in ["the-token", "publish_subscribe", "-secret", "-token"] { #expect(!visible.contains(secret)) }
        #expect(!(try world.folder.text("environment").contains("engineer")))
    }

    @Test("the plugin gets the engineer's own credentials through the socket, and their end, or a time to ask again")
    func channel() async throws {
        for (end, seconds) in [(World.now.advanced(bySeconds: 3600), 3600), (nil, 900)] as [(Timestamp?, Int64)] {
            let world = try World([AWSAnswers.identity(), AWSAnswers.started, AWSAnswers.terminated])
            var dependencies = world.dependencies(world.pluginVariables(["PLUGIN_DOES": "asks"]))
            dependencies.credentials = { _ in FixedCredentials(Self.keys("ASIAENGINEER", end)) }
            #expect(try await run("connect", Self.node, "--direct", in: dependencies) == .done, "\(world.notes)")
            let refusal = try world.folder.text("refusal")
            let credentials = try JSON(parsing: try world.folder.text("credentials").utf8.dropLast())
            #expect(credentials["AccessKeyId"] == "ASIAENGINEER", "\(refusal)")
            #expect(credentials["SessionToken"] == "engineer-token")
            #expect(credentials["Expiration"] == .string(World.now.advanced(bySeconds: seconds).description))
        }
    }

    private static func keys(_ id: String, _ expiration: Timestamp?) -> AWSCredentials {
        AWSCredentials(
            accessKeyID: id,
            secretAccessKey: Secret("engineer-secret"),
            sessionToken: Secret("engineer-token"),
            expiration: expiration
        )
    }

    /// Gives keys that end soon, then others.
    private actor Renewed: CredentialSource {
        private var count = 0

        func credentials() -> AWSCredentials {
            count += 1
            return count == 1
                ? DirectTests.keys("ASIAOLD", World.now.advanced(bySeconds: 120))
                : DirectTests.keys("ASIAFRESH", World.now.advanced(bySeconds: 3600))
        }
    }

    @Test("keys near their end are renewed from the same place, and the session is ended with the new ones")
    func renewal() async throws {
        let world = try World([AWSAnswers.identity(), AWSAnswers.started, AWSAnswers.terminated])
        var dependencies = world.dependencies(world.pluginVariables(["PLUGIN_DOES": "asks"]))
        let source = Renewed()
        dependencies.credentials = { _ in source }
        #expect(try await run("connect", Self.node, "--direct", in: dependencies) == .done, "\(world.notes)")
        #expect(try world.folder.text("credentials").contains("ASIAFRESH"))
        let keys = world.transport.requests.map { request in
            request.headers.first { $0.name == "Authorization" }?.value.contains("ASIAFRESH")
        }
        #expect(keys == [false, false, true])
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let code: String
        let status: ExitStatus
        let says: String
        let next: String
        var testDescription: String { code }
    }

    static let refusals = [
        Refusal(code: "AccessDeniedException", status: .denied, says: "ACCESS_DENIED", next: "--profile BREAKGLASS"),
        Refusal(code: "TargetNotConnected", status: .nodeNotReady, says: "NODE_NOT_CONNECTED", next: "--region"),
        Refusal(code: "InvalidDocument", status: .failed, says: "DOCUMENT_MISSING", next: "--document NAME"),
        Refusal(code: "InvalidInstanceId", status: .nodeNotFound, says: "NODE_NOT_FOUND", next: "--region"),
        Refusal(code: "ExpiredTokenException", status: .signIn, says: "CREDENTIALS_EXPIRED", next: "aws sso login"),
        Refusal(code: "ValidationException", status: .failed, says: "START_FAILED", next: "Correct what AWS names"),
    ]

    @Test("a refused start says why and what to do next, and has its exit code", arguments: refusals)
    func refused(_ refusal: Refusal) async throws {
        let world = try World([AWSAnswers.identity(), AWSAnswers.fault(refusal.code)])
        let variables = world.pluginVariables()
        let status = try await run("connect", Self.node, "--direct", "-o", "json", in: world.dependencies(variables))
        #expect(status == refusal.status)
        let said = try JSON(parsing: world.notes.utf8.dropLast())
        #expect(said["code"] == .string(refusal.says) && said["requestId"] == "ssm-1", "\(world.notes)")
        #expect(said["detail"]?.text?.contains("AWS's own words") == true)
        #expect(said["next"]?.text?.contains(refusal.next) == true)
        #expect(world.transport.isExhausted && world.result.isEmpty)
    }

    @Test("an expired sign-in ends with 4, whether AWS finds it or the keys say so themselves")
    func expired() async throws {
        let world = try World([AWSAnswers.expired()])
        let variables = world.pluginVariables()
        #expect(try await run("connect", Self.node, "--direct", in: world.dependencies(variables)) == .signIn)
        #expect(world.notes.contains("aws sso login") && world.transport.isExhausted)
        let own = try World()
        var dependencies = own.dependencies(own.pluginVariables())
        dependencies.credentials = { _ in FixedCredentials(Self.keys("ASIAOLD", World.now.advanced(bySeconds: -1))) }
        #expect(try await run("connect", Self.node, "--direct", in: dependencies) == .signIn)
        #expect(own.notes.contains("expired") && own.transport.requests.isEmpty)
    }

    @Test("a start whose answer is lost is not repeated, and the person learns how to look for the session")
    func lost() async throws {
        let failure = HTTPFailure(.timeout, mayHaveReachedServer: true, explanation: "10 s passed")
        let world = try World([AWSAnswers.identity(), .failure(failure)])
        let variables = world.pluginVariables()
        #expect(try await run("connect", Self.node, "--direct", in: world.dependencies(variables)) == .failed)
        #expect(world.notes.contains("not known whether a session was opened"))
        #expect(world.notes.contains("aws ssm describe-sessions --state Active --region eu-west-1"))
        #expect(world.transport.isExhausted)
    }

    @Test("a session that cannot be ended is named with the command that ends it, and the exit code stays")
    func cannotEnd() async throws {
        let world = try World([AWSAnswers.identity(), AWSAnswers.started, AWSAnswers.fault("AccessDeniedException")])
        let variables = world.pluginVariables()
        #expect(try await run("connect", Self.node, "--direct", in: world.dependencies(variables)) == .done)
        #expect(
            world.notes.contains("aws ssm terminate-session --region eu-west-1 --session-id \(Self.sessionID)"),
            "\(world.notes)"
        )
    }

    @Test("a document that is named takes the place of the permission set's own")
    func named() async throws {
        let world = try World([AWSAnswers.identity(role: "AWSReservedSSO_BreakGlass_0123456789abcdef")])
        let status = try await run(
            "connect",
            Self.node,
            "--direct",
            "--document",
            Self.document,
            "--dry-run",
            "-o",
            "json",
            in: world.dependencies()
        )
        #expect(status == .done, "\(world.notes)")
        #expect(
            try JSON(parsing: world.result.utf8.dropLast()) == [
                "account": "111122223333", "document": .string(Self.document), "permissionSet": "BreakGlass",
                "user": "alice",
            ]
        )
        #expect(world.transport.isExhausted && world.notes.isEmpty)
    }

    @Test("a role outside Identity Center needs a document by name; a user of IAM gets none")
    func others() async throws {
        let role = try World([AWSAnswers.identity(role: "Deploy")])
        let variables = role.pluginVariables()
        #expect(try await run("connect", Self.node, "--direct", in: role.dependencies(variables)) == .usage)
        #expect(role.notes.contains("--document"))
        let user = try World([AWSAnswers.caller("arn:aws:iam::111122223333:user/ana", id: "AIDA1234567890EXAMPLE")])
        #expect(
            try await run("connect", Self.node, "--direct", in: user.dependencies(user.pluginVariables())) == .denied
        )
        #expect(user.notes.contains("arn:aws:iam::111122223333:user/ana") && user.transport.isExhausted)
    }

    static let conflicts = [
        ["--document", "SSMBroker-Shell-DatabaseAdmin"], ["--direct", "--ticket", "OPS-17"],
        ["--direct", "--document", "a b c"], ["--direct", "--reason", ""],
        ["--direct", "--reason", String(repeating: "x", count: 257)], ["--direct", "--reason", "two\nlines"],
    ]

    @Test("options that mean nothing are refused before anybody is asked", arguments: conflicts)
    func options(_ options: [String]) async throws {
        let world = try World()
        #expect(
            try await run(["connect", Self.node] + options, in: world.dependencies(world.pluginVariables())) == .usage
        )
        #expect(world.transport.requests.isEmpty)
    }

    @Test("without a plugin AWS is not asked")
    func noPlugin() async throws {
        let world = try World()
        let variables = ["PATH": world.folder.path]
        #expect(try await run("connect", Self.node, "--direct", in: world.dependencies(variables)) == .plugin)
        #expect(world.transport.requests.isEmpty)
    }
}
