import AWSClient
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

@Suite("what a refusal is told with")
struct AdviceTests {
    private static func dated(_ problem: ProblemCode, detail: String = "So it is.", seconds: Int64)
        -> ScriptedTransport.Answer
    {
        let body = Problem(problem, detail: detail, next: "Do that.", requestID: "req-1").json.canonicalText
        // World.now is 2026-11-21T08:00:00Z.
        let time = World.now.advanced(bySeconds: seconds).description
        let headers = [HTTPHeader("Date", "Sat, 21 Nov 2026 \(time.dropFirst(11).prefix(8)) GMT")]
        return .response(HTTPResponse(status: problem.status, headers: headers, body: Array(body.utf8)))
    }

    @Test(
        "a signature refused by a clock far from ours names the clock, and is no reason to sign in again",
        arguments: [ProblemCode.signatureInvalid, .credentialsExpired, .requestExpired]
    )
    func clock(_ code: ProblemCode) async throws {
        for (seconds, says) in [(420, "7 min behind"), (-3600, "60 min ahead"), (7 * 3600, "7 h behind")]
            as [(Int64, String)]
        {
            let world = try World([Self.dated(code, seconds: seconds)])
            #expect(try await run("whoami", in: world.dependencies()) == .failed)
            #expect(world.notes.contains("this machine's clock is \(says)"), "\(world.notes)")
            #expect(world.notes.contains("timedatectl") && world.notes.contains("req-1"))
        }
    }

    @Test("a clock that is right leaves the refusal as it is")
    func rightClock() async throws {
        let world = try World([Self.dated(.signatureInvalid, seconds: 200)])
        #expect(try await run("whoami", in: world.dependencies()) == .signIn)
        #expect(world.notes.contains("SIGNATURE_INVALID") && !world.notes.contains("clock"))
    }

    @Test("a signature for another Region is wrong settings, and its Region and where that stands are named")
    func region() async throws {
        let detail = "Credential should be scoped to a valid region, not 'eu-west-1'."
        let world = try World([Self.dated(.signatureInvalid, detail: detail, seconds: 0)])
        #expect(try await run("whoami", in: world.dependencies()) == .usage)
        #expect(world.notes.contains("SSM_BROKER_REGION says eu-west-1"))
    }

    @Test("whoever may not is told what they may, and whom to ask")
    func standing() async throws {
        let world = try World([Answers.problem(.nodeNotAllowed), Answers.identity])
        let variables = world.pluginVariables(["SSM_BROKER_CONTACT": "the platform team"])
        #expect(try await run("connect", "i-0bbbbbbbbbbbbbbb2", in: world.dependencies(variables)) == .denied)
        #expect(
            world.notes.contains(
                "Permission set DatabaseAdmin in account 111122223333 may: shell as dbadmin on any node in every Region."
            )
        )
        #expect(world.notes.contains("Next: Do that. Ask the platform team for more."))
        #expect(world.transport.isExhausted)
    }

    @Test("a node that is not found is told with the Region, and where that comes from")
    func place() async throws {
        let world = try World([Answers.problem(.nodeNotFound), Answers.problem(.nodeNotFound)])
        let made = world.dependencies(world.pluginVariables())
        #expect(try await run("connect", "i-0bbbbbbbbbbbbbbb2", in: made) == .nodeNotFound)
        #expect(world.notes.contains("It was looked for in eu-west-1 (AWS_REGION)"))
        #expect(try await run("connect", "i-0bbbbbbbbbbbbbbb2", "--region", "us-east-1", in: made) == .nodeNotFound)
        #expect(world.notes.contains("It was looked for in us-east-1 (--region)"))
    }

    @Test("AWS's refusal by a clock far from ours names the clock too")
    func aws() async throws {
        let text = """
            <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Code>SignatureDoesNotMatch</Code>\
            <Message>Signature expired</Message></Error><RequestId>r</RequestId></ErrorResponse>
            """
        let headers = [HTTPHeader("Content-Type", "text/xml"), HTTPHeader("date", "Sat, 21 Nov 2026 08:07:00 GMT")]
        let world = try World([.response(HTTPResponse(status: 403, headers: headers, body: Array(text.utf8)))])
        let made = world.dependencies(world.pluginVariables())
        #expect(try await run("connect", "i-0bbbbbbbbbbbbbbb2", "--direct", in: made) == .failed)
        #expect(world.notes.contains("this machine's clock is 7 min behind"), "\(world.notes)")
    }

    @Test("an answer's date is read as HTTP writes it, and as nothing else")
    func dates() {
        #expect(Timestamp(httpDate: "Sun, 06 Nov 1994 08:49:37 GMT") == Timestamp("1994-11-06T08:49:37Z"))
        for text in [
            "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 31 Feb 1994 08:49:37 GMT",
        ] {
            #expect(Timestamp(httpDate: text) == nil)
        }
    }
}
