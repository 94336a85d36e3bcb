import AWSClient
import Foundation
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@Suite("secrets")
struct SecretTests {
    private static let started = ScriptedTransport.Answer.body(
        200,
        #"{"SessionId":"ana-1","TokenValue":"SECRETTOKEN","StreamUrl":"wss://x?SECRETQUERY"}"#
    )
    private static let assumed = ScriptedTransport.Answer.body(
        200,
        """
        <AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId>
        <SecretAccessKey>SECRETKEY2</SecretAccessKey><SessionToken>SECRETSESSION2</SessionToken>
        <Expiration>2026-11-21T13:00:00Z</Expiration></Credentials><AssumedRoleUser><Arn>arn:x</Arn>
        <AssumedRoleId>AROA:ana</AssumedRoleId></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>
        """
    )

    @Test("no description, dump or debug text of what comes from AWS shows a secret")
    func descriptions() async throws {
        let transport = ScriptedTransport([Self.started, Self.assumed])
        let world = client(transport)
        let started = try await SSM(client: world, region: ireland, credentials: session)
            .startSession(node: NodeID("i-0123456789abcdef0"), documentName: "D-1")
        let role = try await STS(client: world, region: ireland, credentials: session)
            .assumeRole(.init(roleARN: "arn:aws:iam::1:role/x", sessionName: "ana"))
        let things: [Any] = [
            started, role, role.credentials, session, SSM(client: world, region: ireland, credentials: session),
            FixedCredentials(session), SigV4(credentials: session, service: "ssm", region: "eu-west-1"),
        ]
        for thing in things {
            var dumped = ""
            dump(thing, to: &dumped)
            for text in ["\(thing)", String(reflecting: thing), dumped] {
                #expect(!text.contains("SECRET"), "\(type(of: thing))")
            }
        }
        #expect(started.tokenValue.reveal() == "SECRETTOKEN")
        #expect(role.credentials.secretAccessKey.reveal() == "SECRETKEY2")
    }

    @Test("each attempt is one line at debug: service, operation, status, request ID, milliseconds; no body, no header")
    func logs() async throws {
        let broken = ScriptedTransport.Answer.body(200, #"{"SessionId":7,"TokenValue":"SECRETTOKEN"}"#)
        let transport = ScriptedTransport([
            .json(400, "ThrottlingException", "SECRETWORDS"), Self.started, Self.assumed, broken,
        ])
        let witness = Witness()
        let world = client(transport, witness)
        let ssm = SSM(client: world, region: ireland, credentials: session)
        let node = try NodeID("i-0123456789abcdef0")
        _ = try await ssm.startSession(node: node, documentName: "D-1", reason: "SECRETREASON")
        _ = try await STS(client: world, region: ireland, credentials: session)
            .assumeRole(.init(roleARN: "arn:aws:iam::1:role/x", sessionName: "ana", policy: "SECRETPOLICY"))
        await #expect(throws: AWSFailure.self) { try await ssm.startSession(node: node, documentName: "D-1") }
        #expect(
            witness.lines == [
                "debug aws call aws.attempt=1 aws.operation=StartSession aws.outcome=ThrottlingException aws.requestID=r-400 "
                    + "aws.service=ssm duration.ms=0 http.status=400",
                "debug aws call aws.attempt=2 aws.operation=StartSession aws.outcome=ok aws.requestID=- aws.service=ssm "
                    + "duration.ms=0 http.status=200",
                "debug aws call aws.attempt=1 aws.operation=AssumeRole aws.outcome=ok aws.requestID=- aws.service=sts "
                    + "duration.ms=0 http.status=200",
                "debug aws call aws.attempt=1 aws.operation=StartSession aws.outcome=ok aws.requestID=- aws.service=ssm "
                    + "duration.ms=0 http.status=200",
            ]
        )
    }
}
