import AWSClient
import Foundation
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import DocumentEnforcer

@Suite("the enforcer's role in a member account")
struct MemberRolesTests {
    static let place = EnforcerCast.place

    /// What STS answers to AssumeRole.
    static let session = """
        <AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAMEMBER</AccessKeyId>\
        <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-11-21T13:00:00Z</Expiration>\
        </Credentials><AssumedRoleUser><AssumedRoleId>AROAX:e</AssumedRoleId><Arn>arn:x</Arn></AssumedRoleUser>\
        </AssumeRoleResult></AssumeRoleResponse>
        """

    static func answer(_ status: Int, _ body: String) -> ScriptedTransport.Answer {
        .response(HTTPResponse(status: status, body: Array(body.utf8)))
    }

    static func open(_ answers: [ScriptedTransport.Answer]) async throws -> (any MemberDocuments, ScriptedTransport) {
        let time = WaitingClock()
        let transport = ScriptedTransport([answer(200, session)] + answers)
        let roles = MemberRoles(
            client: AWSClient(
                transport: transport,
                endpoints: AWSEndpoints(),
                now: { time.now },
                sleep: { try await time.clock.sleep($0) },
                random: { 0.5 },
                logger: silent
            ),
            region: EnforcerCast.frankfurt,
            credentials: FixedCredentials(
                AWSCredentials(accessKeyID: "ASIAEXAMPLE", secretAccessKey: Secret("s"), sessionToken: Secret("t"))
            ),
            role: "ssm-broker/SSMBrokerEnforcer"
        )
        return (try await roles.documents(in: place, until: WaitingClock.at(seconds: 60)), transport)
    }

    @Test("is assumed at our own Region's STS, under one name, narrowed to the documents of one account and Region")
    func assumed() async throws {
        let (_, transport) = try await Self.open([])
        let request = try #require(transport.requests.first)
        #expect(request.url == "https://sts.eu-central-1.amazonaws.com/")
        let form = try #require(URLComponents(string: "?" + String(decoding: request.body, as: UTF8.self)))
        let values = Dictionary((form.queryItems ?? []).map { ($0.name, $0.value ?? "") }) { first, _ in first }
        #expect(values["RoleArn"] == "arn:aws:iam::111122223333:role/ssm-broker/SSMBrokerEnforcer")
        #expect(values["RoleSessionName"] == "ssm-broker-enforcer" && values["SourceIdentity"] == "ssm-broker-enforcer")
        let policy = try JSON(parsing: (values["Policy"] ?? "").utf8)
        #expect(policy == MemberRoles.policy(Self.place))
        #expect((values["Policy"] ?? "").utf8.count <= SessionPolicies.maximumLength)
        #expect(
            policy["Statement"]?.elements?.first?["Resource"] == [
                "arn:aws:ssm:eu-west-1:111122223333:document/SSMBroker-*",
                "arn:aws:ssm:eu-west-1:111122223333:document/SSM-SessionManagerRunShell",
            ]
        )
    }

    @Test("the policy fits with the longest names that there are")
    func longest() throws {
        let place = Place(EnforcerCast.first, try Region("us-isob-southwestern-10"))
        #expect(MemberRoles.policy(place).canonicalText.utf8.count <= SessionPolicies.maximumLength)
    }

    @Test("a document that is not there costs one call")
    func missing() async throws {
        let (documents, transport) = try await Self.open([Self.answer(400, #"{"__type":"InvalidDocument"}"#)])
        #expect(try await documents.read("SSMBroker-Shell-Ops") == nil)
        #expect(transport.isExhausted && transport.requests.last?.url == "https://ssm.eu-west-1.amazonaws.com/")
    }

    struct Odd: Sendable, CustomTestStringConvertible {
        let why: String
        let version: String
        let status: String

        var testDescription: String { why }
    }

    @Test(
        "an answer that cannot be understood is broken, and not taken for anything",
        arguments: [
            Odd(why: "a version that is no number", version: "$LATEST", status: "Active"),
            Odd(why: "version nothing", version: "0", status: "Active"),
            Odd(why: "a status of the future", version: "1", status: "Sleeping"),
        ]
    )
    func odd(_ odd: Odd) async throws {
        let content =
            #"{"Name":"x","Content":"{}","DocumentVersion":"\#(odd.version)","Status":"\#(odd.status)","DocumentType":"Session"}"#
        let description =
            #"{"Document":{"LatestVersion":"1","DefaultVersion":"1","Status":"Active","DocumentType":"Session"},"AccountIds":[]}"#
        let (documents, _) = try await Self.open([
            Self.answer(200, content), Self.answer(200, description), Self.answer(200, description),
        ])
        let failure = await #expect(throws: AWSFailure.self) { _ = try await documents.read("x") }
        #expect(failure?.kind == .brokenAnswer)
        #expect(failure.map { Obstacle($0) } == .lookAgain)
    }

    @Test("more accounts than one call may name are unshared in several")
    func unshares() async throws {
        let (documents, transport) = try await Self.open([Self.answer(200, "{}"), Self.answer(200, "{}")])
        try await documents.unshare("SSMBroker-Shell-Ops", with: (0..<21).map { String(100_000_000_000 + $0) })
        #expect(transport.isExhausted)
    }

    @Test("refused credentials mean a closed Region at Systems Manager only, not at STS")
    func closed() {
        let here = refusal("GetDocument", "UnrecognizedClientException", .credentialsRejected)
        let ours = refusal("AssumeRole", "InvalidClientTokenId", .credentialsRejected, service: .sts)
        #expect(Obstacle(here) == .regionOff)
        #expect(Obstacle(ours) != .regionOff && Obstacle(ours) != .lookAgain)
    }
}
