import AWSClient
import HTTPTransport
import SessionCore
import Synchronization
import TestSupport
import Testing

@Suite("what is asked of AWS")
struct RequestTests {
    struct Sent: Encodable {
        let service: String
        let method: String
        let url: String
        let headers: [String: String]
        let body: String
    }

    struct Verdict: Decodable, Equatable {
        let operation: String
        let complaints: [String]
    }

    struct Asked: Sendable {
        let operation: String
        let service: String
        let ask: @Sendable (AWSClient) async throws -> Void
    }

    static let policy =
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ssm:*","Resource":"é & + %"}]}"#

    static func asked() throws -> [Asked] {
        let node = try NodeID("i-0123456789abcdef0")
        let hybrid = try NodeID("mi-0123456789abcdef0")
        let ssm = { @Sendable (client: AWSClient) in SSM(client: client, region: ireland, credentials: session) }
        let sts = { @Sendable (client: AWSClient) in STS(client: client, region: ireland, credentials: session) }
        return [
            Asked(operation: "StartSession", service: "ssm") {
                _ = try await ssm($0).startSession(node: node, documentName: "SSMBroker-Shell-Ops")
            },
            Asked(operation: "StartSession", service: "ssm") {
                _ = try await ssm($0).startSession(
                    node: hybrid,
                    documentName: "SSMBroker-Port-Ops",
                    reason: "ticket \"7\" / é",
                    parameters: ["portNumber": ["5432"], "host": ["db.internal"]]
                )
            },
            Asked(operation: "TerminateSession", service: "ssm") {
                try await ssm($0).terminateSession(id: "ana.k3x-0abc")
            },
            Asked(operation: "DescribeSessions", service: "ssm") { _ = try await ssm($0).sessions(.active) },
            Asked(operation: "DescribeSessions", service: "ssm") {
                let owner = "arn:aws:sts::111122223333:assumed-role/SSMBrokerTarget/ana.k3x"
                _ = try await ssm($0).sessions(
                    .history,
                    filters: [
                        .init(.owner, owner), .init(.target, node.text), .init(.status, "Terminated"),
                        .init(.sessionID, "x"), .init(.invokedAfter, "2026-11-21T00:00:00Z"),
                        .init(.invokedBefore, "2026-11-22T00:00:00Z"),
                    ]
                )
            },
            Asked(operation: "GetConnectionStatus", service: "ssm") { _ = try await ssm($0).isConnected(node) },
            Asked(operation: "GetDocument", service: "ssm") {
                _ = try await ssm($0).document(named: "SSMBroker-Shell-Ops")
            },
            Asked(operation: "GetDocument", service: "ssm") {
                _ = try await ssm($0).document(named: "SSMBroker-Shell-Ops", version: "7")
            },
            Asked(operation: "DescribeDocument", service: "ssm") {
                _ = try await ssm($0).documentVersions(of: "SSMBroker-Shell-Ops")
            },
            Asked(operation: "DescribeInstanceInformation", service: "ssm") {
                _ = try await ssm($0).nodes([node, hybrid])
            },
            Asked(operation: "DescribeInstanceInformation", service: "ssm") { _ = try await ssm($0).allNodes() },
            Asked(operation: "AssumeRole", service: "sts") {
                _ = try await sts($0).assumeRole(
                    .init(roleARN: "arn:aws:iam::111122223333:role/ssm-broker/Target", sessionName: "ssm-broker")
                )
            },
            Asked(operation: "AssumeRole", service: "sts") {
                _ = try await sts($0).assumeRole(
                    .init(
                        roleARN: "arn:aws:iam::111122223333:role/ssm-broker/Target",
                        sessionName: "ana+x=1,2@corp.example",
                        sourceIdentity: "ana@corp.example",
                        policy: policy,
                        durationSeconds: 900
                    )
                )
            },
            Asked(operation: "GetCallerIdentity", service: "sts") { _ = try await sts($0).callerIdentity() },
            Asked(operation: "GetRole", service: "iam") {
                _ = try await IAM(client: $0, region: ireland, credentials: session)
                    .role(named: "AWSReservedSSO_Ops+x=,.@-_0123456789abcdef")
            },
        ]
    }

    @Test("every request is one that botocore's model allows, and that botocore would have sent")
    func likeBotocore() async throws {
        var sent: [Sent] = []
        let asked =
            try Self.asked() + Self.askedOfDocuments + Self.askedOfOrganizations + Self.askedOfDynamoDB
            + Self.askedOfLambda
        for each in asked {
            // Refused at once: only the question matters here.
            let transport = ScriptedTransport([.body(400, #"{"__type":"AccessDenied"}"#)])
            await #expect(throws: AWSFailure.self) { try await each.ask(client(transport)) }
            let request = try #require(transport.requests.first)
            #expect(transport.isExhausted)
            let headers = Dictionary(request.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
            sent.append(
                Sent(
                    service: each.service,
                    method: request.method,
                    url: request.url,
                    headers: headers,
                    body: String(decoding: request.body, as: UTF8.self)
                )
            )
            #expect(headers["x-amz-security-token"] == "SECRETSESSIONTOKEN")
            #expect(headers["authorization"]?.contains("/\(each.service)/aws4_request") == true)
        }
        let verdicts: [Verdict] = try Botocore.judge("calls", sent)
        #expect(verdicts == asked.map { Verdict(operation: $0.operation, complaints: []) })
    }
}
