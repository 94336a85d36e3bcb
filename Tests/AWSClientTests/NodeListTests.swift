import AWSClient
import HTTPTransport
import SessionCore
import TestSupport
import Testing

extension RequestTests {
    static func askedOfNodes() throws -> [Asked] {
        let node = try NodeID("i-0123456789abcdef0")
        let hybrid = try NodeID("mi-0123456789abcdef0")
        let ssm = { @Sendable (client: AWSClient) in SSM(client: client, region: ireland, credentials: session) }
        let searches: [SSM.NodeSearch] = [
            .ids([node, hybrid]), .tags([:]), .tags(["Role": ["web", "db"], "SsmBroker": ["enabled"]]), .hybrid,
        ]
        let filters: [[EC2.Filter]] = [
            [], [EC2.Filter("instance-id", [node.text])],
            [EC2.Filter("private-ip-address", ["10.0.0.1"]), EC2.Filter("tag:Role", ["web & é", "a*?\\"])],
        ]
        return searches.map { search in
            Asked(operation: "DescribeInstanceInformation", service: "ssm") {
                _ = try await ssm($0).nodes(search, upTo: 100, before: noon.advanced(bySeconds: 10))
            }
        }
            + filters.map { filters in
                Asked(operation: "DescribeInstances", service: "ec2") {
                    _ = try await EC2(client: $0, region: ireland, credentials: session)
                        .instances(where: filters, upTo: 100, before: noon.advanced(bySeconds: 10))
                }
            } + [
                Asked(operation: "ListTagsForResource", service: "ssm") { _ = try await ssm($0).tags(of: hybrid) }
            ]
    }
}

@Suite("finding nodes")
struct NodeListTests {
    private static let soon = noon.advanced(bySeconds: 10)

    private func ec2(_ transport: ScriptedTransport) -> EC2 {
        EC2(client: client(transport), region: ireland, credentials: session)
    }

    private func ssm(_ transport: ScriptedTransport) -> SSM {
        SSM(client: client(transport), region: ireland, credentials: session)
    }

    /// An answer written from botocore's model, which botocore reads as it was meant.
    private func answer(_ service: String, _ operation: String, _ output: Wire) throws -> ScriptedTransport.Answer {
        let cases = [AnswerTests.Case(service: service, operation: operation, output: output, read: output)]
        let verdict = try #require(try (Botocore.judge("answers", cases) as [AnswerTests.Verdict]).first)
        #expect(verdict.agrees, "botocore reads \(operation) differently")
        return .body(200, verdict.body)
    }

    private func body(_ request: HTTPRequest) -> String { String(decoding: request.body, as: UTF8.self) }

    @Test("DescribeInstances gives addresses, names and tags, page by page")
    func instances() async throws {
        let first: Wire = [
            "Reservations": [
                [
                    "ReservationId": "r-1", "OwnerId": "111122223333",
                    "Instances": [
                        [
                            "InstanceId": "i-0123456789abcdef0",
                            "PrivateDnsName": "ip-10-0-0-1.eu-west-1.compute.internal",
                            "PrivateIpAddress": "10.0.0.1", "State": ["Code": 16, "Name": "running"],
                            "Tags": [["Key": "Name", "Value": "web & <1>"], ["Key": "Empty", "Value": ""]],
                            "BlockDeviceMappings": [["DeviceName": "/dev/xvda", "Ebs": ["VolumeId": "vol-1"]]],
                        ]
                    ],
                ]
            ], "NextToken": "more",
        ]
        let second: Wire = [
            "Reservations": [["Instances": [["InstanceId": "i-0123456789abcdef1", "PrivateDnsName": ""]]]]
        ]
        let transport = ScriptedTransport([
            try answer("ec2", "DescribeInstances", first), try answer("ec2", "DescribeInstances", second),
        ])
        let listing = try await ec2(transport).instances(where: [], upTo: 100, before: Self.soon)
        #expect(
            listing.isComplete && listing.instances.map(\.id.text) == ["i-0123456789abcdef0", "i-0123456789abcdef1"]
        )
        let (one, other) = (listing.instances[0], listing.instances[1])
        #expect(one.tags == ["Name": "web & <1>", "Empty": ""])
        #expect(one.privateAddress == "10.0.0.1")
        #expect(one.privateDNSName == "ip-10-0-0-1.eu-west-1.compute.internal")
        #expect(other.tags.isEmpty && other.privateAddress == nil && other.privateDNSName == nil)
        #expect(body(transport.requests[1]).contains("NextToken=more"))
        #expect(transport.isExhausted)
    }

    @Test("a listing that is cut off, by number or by time, says so", arguments: [(1, 10), (100, 0)])
    func cutOff(_ limit: Int, _ seconds: Int64) async throws {
        let page: Wire = [
            "Reservations": [["Instances": [["InstanceId": "i-0123456789abcdef0"]]]], "NextToken": "more",
        ]
        let transport = ScriptedTransport([try answer("ec2", "DescribeInstances", page)])
        let listing = try await ec2(transport)
            .instances(where: [], upTo: limit, before: noon.advanced(bySeconds: seconds))
        #expect(!listing.isComplete && listing.instances.count == 1)
        let nodes: Wire = ["InstanceInformationList": [["InstanceId": "i-0123456789abcdef0"]], "NextToken": "more"]
        let managed = ScriptedTransport([try answer("ssm", "DescribeInstanceInformation", nodes)])
        let list = try await ssm(managed).nodes(.hybrid, upTo: limit, before: noon.advanced(bySeconds: seconds))
        #expect(!list.isComplete && list.nodes.count == 1)
    }

    @Test("what is looked for stands for itself: no star or question mark of a person's is EC2's")
    func literal() async throws {
        let transport = ScriptedTransport([try answer("ec2", "DescribeInstances", ["Reservations": []])])
        _ = try await ec2(transport)
            .instances(
                where: [EC2.Filter("tag:Name", ["a*b?c\\", "*\u{301}x?\u{200D}"])],
                upTo: 100,
                before: Self.soon
            )
        #expect(body(transport.requests[0]).contains("Filter.1.Value.1=a%5C%2Ab%5C%3Fc%5C%5C&"))
        // A combining mark makes one character with the star, and takes nothing of what the star does.
        #expect(body(transport.requests[0]).contains("Filter.1.Value.2=%5C%2A%CC%81x%5C%3F%E2%80%8D&"))
    }

    @Test("tags are the only filters of their call, for Systems Manager takes no others beside them")
    func tagsAlone() async throws {
        let transport = ScriptedTransport([try answer("ssm", "DescribeInstanceInformation", [:])])
        _ = try await ssm(transport).nodes(.tags(["Role": ["web"], "A": ["b"]]), upTo: 100, before: Self.soon)
        #expect(
            body(transport.requests[0])
                == #"{"Filters":[{"Key":"tag:A","Values":["b"]},{"Key":"tag:Role","Values":["web"]}],"MaxResults":50}"#
        )
    }

    @Test("ListTagsForResource gives the tags of a machine outside EC2")
    func tags() async throws {
        let output: Wire = ["TagList": [["Key": "Name", "Value": "edge-1"], ["Key": "Role", "Value": "web"]]]
        let transport = ScriptedTransport([try answer("ssm", "ListTagsForResource", output)])
        let tags = try await ssm(transport).tags(of: try NodeID("mi-0123456789abcdef0"))
        #expect(tags == ["Name": "edge-1", "Role": "web"])
    }

    @Test(
        "EC2's refusals are understood in its own form",
        arguments: [
            ("UnauthorizedOperation", 403, AWSFailure.Kind.accessDenied), ("AuthFailure", 401, .credentialsRejected),
            ("RequestExpired", 400, .credentialsRejected), ("InvalidParameterValue", 400, .refused),
        ]
    )
    func refusals(_ code: String, _ status: Int, _ kind: AWSFailure.Kind) async throws {
        let text =
            "<?xml version=\"1.0\"?><Response><Errors><Error><Code>\(code)</Code><Message>no</Message></Error></Errors>"
            + "<RequestID>r-1</RequestID></Response>"
        let transport = ScriptedTransport([.body(status, text)])
        let failure = await #expect(throws: AWSFailure.self) {
            _ = try await ec2(transport).instances(where: [], upTo: 100, before: Self.soon)
        }
        #expect(failure?.kind == kind && failure?.code == code && failure?.requestID == "r-1")
        #expect(failure?.message == "no")
    }

    @Test("EC2's throttling is waited out")
    func throttled() async throws {
        let text =
            "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>slow</Message></Error></Errors></Response>"
        let transport = ScriptedTransport([
            .body(503, text), try answer("ec2", "DescribeInstances", ["Reservations": []]),
        ])
        let listing = try await ec2(transport).instances(where: [], upTo: 100, before: Self.soon)
        #expect(listing == EC2.Listing(instances: [], isComplete: true))
        #expect(transport.isExhausted)
    }
}
