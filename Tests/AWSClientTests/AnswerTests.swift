import AWSClient
import Foundation
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@Suite("what AWS answers")
struct AnswerTests {
    struct Case: Encodable {
        let service: String
        let operation: String
        let requestID = "00000000-1111-2222-3333-444444444444"
        /// The members as the wire has them.
        let output: Wire
        /// The members as botocore hands them out, moments as seconds.
        let read: Wire
    }

    struct Verdict: Decodable {
        let body: String
        let agrees: Bool
    }

    private static let requestID = "00000000-1111-2222-3333-444444444444"

    /// The answer written from botocore's model, read by botocore with the expected result, and then given to us.
    private func transport(_ service: String, _ operation: String, _ output: Wire, read: Wire? = nil) throws
        -> ScriptedTransport
    {
        let cases = [Case(service: service, operation: operation, output: output, read: read ?? output)]
        let verdict = try #require(try (Botocore.judge("answers", cases) as [Verdict]).first)
        #expect(verdict.agrees, "botocore reads \(operation) differently")
        // JSON services put the request ID into a header, query services into the body.
        let headers = service == "ssm" ? [HTTPHeader("x-amzn-RequestId", Self.requestID)] : []
        return ScriptedTransport(status: 200, verdict.body, headers: headers)
    }

    private func ssm(_ transport: ScriptedTransport) -> SSM {
        SSM(client: client(transport), region: ireland, credentials: session)
    }

    @Test("AssumeRole gives a session's keys, its ARN and its id")
    func assumeRole() async throws {
        let arn = "arn:aws:sts::111122223333:assumed-role/SSMBrokerTarget/ana.k3x"
        let output = { (expiration: Wire) -> Wire in
            [
                "Credentials": [
                    "AccessKeyId": "ASIAEXAMPLEEXAMPLE00", "SecretAccessKey": "a/b+c&<d>",
                    "SessionToken": "Fwo\"G'ZX==",
                    "Expiration": expiration,
                ],
                "AssumedRoleUser": ["AssumedRoleId": "AROAEXAMPLE:ana.k3x", "Arn": .text(arn)],
                "PackedPolicySize": 6, "SourceIdentity": "ana",
            ]
        }
        let transport = try transport(
            "sts",
            "AssumeRole",
            output("2026-11-21T13:00:00Z"),
            read: output(1_795_266_000.0)
        )
        let sts = STS(client: client(transport), region: ireland, credentials: session)
        let role = try await sts.assumeRole(.init(roleARN: "arn:aws:iam::111122223333:role/x", sessionName: "ana.k3x"))
        let keys = AWSCredentials(
            accessKeyID: "ASIAEXAMPLEEXAMPLE00",
            secretAccessKey: Secret("a/b+c&<d>"),
            sessionToken: Secret("Fwo\"G'ZX=="),
            expiration: noon.advanced(bySeconds: 3600)
        )
        #expect(role.credentials == keys)
        #expect(role.assumedRoleARN == arn && role.assumedRoleID == "AROAEXAMPLE:ana.k3x")
        #expect(role.requestID == Self.requestID)
    }

    @Test("GetCallerIdentity gives account, ARN and id")
    func callerIdentity() async throws {
        let transport = try transport(
            "sts",
            "GetCallerIdentity",
            [
                "UserId": "AROAEXAMPLE:ana", "Account": "012345678901",
                "Arn": "arn:aws:sts::012345678901:assumed-role/x/ana",
            ]
        )
        let identity = try await STS(client: client(transport), region: ireland, credentials: session).callerIdentity()
        #expect(identity.account == (try AccountID("012345678901")))
        #expect(identity.arn == "arn:aws:sts::012345678901:assumed-role/x/ana" && identity.userID == "AROAEXAMPLE:ana")
        #expect(identity.requestID == Self.requestID)
    }

    @Test("GetRole gives path, name, id and ARN")
    func role() async throws {
        let path = "/aws-reserved/sso.amazonaws.com/eu-west-1/"
        let name = "AWSReservedSSO_Ops_0123456789abcdef"
        let output = { (created: Wire) -> Wire in
            [
                "Role": [
                    "Path": .text(path), "RoleName": .text(name), "RoleId": "AROAEXAMPLEEXAMPLE00",
                    "Arn": .text("arn:aws:iam::111122223333:role\(path)\(name)"), "CreateDate": created,
                    "Description": "a & b", "MaxSessionDuration": 43_200,
                ]
            ]
        }
        let transport = try transport("iam", "GetRole", output("2026-11-21T13:00:00Z"), read: output(1_795_266_000.0))
        let role = try await IAM(client: client(transport), region: ireland, credentials: session).role(named: name)
        #expect(role.path == path && role.name == name && role.id == "AROAEXAMPLEEXAMPLE00")
        #expect(role.arn == "arn:aws:iam::111122223333:role\(path)\(name)" && role.requestID == Self.requestID)
    }

    @Test("StartSession gives id, token and address, as they came")
    func startSession() async throws {
        let url =
            "wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/ana.k3x-0?role=publish_subscribe&cell-number=AAE="
        let token = String(repeating: "AAEAAV+/", count: 50)
        let transport = try transport(
            "ssm",
            "StartSession",
            ["SessionId": "ana.k3x-ilpxvkhghl9vs9ia2xfdyp4dka", "TokenValue": .text(token), "StreamUrl": .text(url)]
        )
        let started = try await ssm(transport)
            .startSession(node: NodeID("i-0123456789abcdef0"), documentName: "SSMBroker-Shell-Ops")
        #expect(started.sessionID == "ana.k3x-ilpxvkhghl9vs9ia2xfdyp4dka")
        #expect(started.tokenValue.reveal() == token && started.streamURL.reveal() == url)
        #expect(started.requestID == Self.requestID)
    }

    @Test("TerminateSession gives the request's id")
    func terminate() async throws {
        let transport = try transport("ssm", "TerminateSession", ["SessionId": "ana.k3x-0"])
        #expect(try await ssm(transport).terminateSession(id: "ana.k3x-0") == Self.requestID)
    }

    @Test("GetConnectionStatus gives yes or no", arguments: [("connected", true), ("notconnected", false)])
    func connection(_ status: String, _ isConnected: Bool) async throws {
        let transport = try transport("ssm", "GetConnectionStatus", ["Target": "i-1", "Status": .text(status)])
        #expect(try await ssm(transport).isConnected(NodeID("i-0123456789abcdef0")) == isConnected)
    }

    @Test("GetDocument gives content, version, status and type")
    func document() async throws {
        let transport = try transport(
            "ssm",
            "GetDocument",
            [
                "Name": "SSMBroker-Shell-Ops", "CreatedDate": 1_795_266_000.5, "DocumentVersion": "3",
                "Status": "Active",
                "Content": "{\n \"schemaVersion\": \"1.0\"}", "DocumentType": "Session", "DocumentFormat": "JSON",
                "AttachmentsContent": [],
            ]
        )
        let document = try await ssm(transport).document(named: "SSMBroker-Shell-Ops")
        #expect(document.content == "{\n \"schemaVersion\": \"1.0\"}" && document.version == "3")
        #expect(document.status == "Active" && document.type == "Session" && document.name == "SSMBroker-Shell-Ops")
    }

    @Test("DescribeDocument gives the latest and the default version")
    func documentVersions() async throws {
        let transport = try transport(
            "ssm",
            "DescribeDocument",
            [
                "Document": [
                    "Name": "SSMBroker-Shell-Ops", "Owner": "111122223333", "Status": "Active", "DocumentVersion": "2",
                    "DocumentType": "Session", "LatestVersion": "3", "DefaultVersion": "2", "PlatformTypes": ["Linux"],
                    "Hash": "abc", "HashType": "Sha256", "Tags": [],
                ]
            ]
        )
        let versions = try await ssm(transport).documentVersions(of: "SSMBroker-Shell-Ops")
        #expect(versions.latest == "3" && versions.default == "2" && versions.status == "Active")
        #expect(versions.type == "Session" && versions.owner == "111122223333")
    }

    @Test("DescribeInstanceInformation gives what is known of a node")
    func nodes() async throws {
        let transport = try transport(
            "ssm",
            "DescribeInstanceInformation",
            [
                "InstanceInformationList": [
                    [
                        "InstanceId": "i-0123456789abcdef0", "PingStatus": "Online",
                        "LastPingDateTime": 1_795_266_000.123,
                        "AgentVersion": "3.3.1230.0", "IsLatestVersion": false, "PlatformType": "Linux",
                        "PlatformName": "Amazon Linux", "PlatformVersion": "2023", "ResourceType": "EC2Instance",
                        "IPAddress": "10.0.0.1", "ComputerName": "ip-10-0-0-1", "Name": "web-1",
                    ],
                    ["InstanceId": "mi-0123456789abcdef0", "PingStatus": "ConnectionLost"],
                ]
            ]
        )
        let nodes = try await ssm(transport).nodes([NodeID("i-0123456789abcdef0"), NodeID("mi-0123456789abcdef0")])
        let (first, second) = (nodes[0], nodes[1])
        #expect(nodes.count == 2 && first.id.text == "i-0123456789abcdef0" && second.id.text == "mi-0123456789abcdef0")
        #expect(first.pingStatus == "Online" && first.platformType == "Linux" && first.agentVersion == "3.3.1230.0")
        #expect(first.platformName == "Amazon Linux" && first.platformVersion == "2023")
        #expect(first.computerName == "ip-10-0-0-1" && first.name == "web-1")
        #expect(second.pingStatus == "ConnectionLost" && second.platformType == nil && second.name == nil)
    }

    @Test("DescribeSessions is read page by page")
    func sessions() async throws {
        let listed = { (id: String) -> Wire in
            [
                "SessionId": .text(id), "Target": "i-0123456789abcdef0", "Status": "Connected",
                "StartDate": 1_795_262_400.25,
                "DocumentName": "SSMBroker-Shell-Ops", "Owner": "arn:aws:sts::111122223333:assumed-role/x/ana.k3x",
                "Reason": "why", "OutputUrl": [:], "MaxSessionDuration": "60",
            ]
        }
        let outputs: [Wire] = [["Sessions": [listed("a-1")], "NextToken": "next"], ["Sessions": [listed("a-2")]]]
        let cases = outputs.map { Case(service: "ssm", operation: "DescribeSessions", output: $0, read: $0) }
        let verdicts: [Verdict] = try Botocore.judge("answers", cases)
        #expect(verdicts.map(\.agrees) == [true, true])
        let transport = ScriptedTransport(verdicts.map { .body(200, $0.body) })
        let listing = try await ssm(transport).sessions(.active)
        #expect(listing.isComplete && listing.sessions.map(\.sessionID) == ["a-1", "a-2"])
        let first = listing.sessions[0]
        #expect(
            first.started == noon.advanced(byMilliseconds: 250) && first.ended == nil && first.status == "Connected"
        )
        #expect(
            first.owner == "arn:aws:sts::111122223333:assumed-role/x/ana.k3x" && first.target == "i-0123456789abcdef0"
        )
        #expect(first.documentName == "SSMBroker-Shell-Ops" && first.reason == "why")
        #expect(String(decoding: transport.requests[1].body, as: UTF8.self).contains(#""NextToken":"next""#))
        let stopped = ScriptedTransport([.body(200, verdicts[0].body)])
        #expect(try await ssm(stopped).sessions(.active, limit: 1).isComplete == false)
    }
}
