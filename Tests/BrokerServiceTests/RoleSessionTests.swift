import BrokerService
import SessionCore
import Synchronization
import Testing

@Suite("Role sessions in the member account", .timeLimit(.minutes(1)))
struct RoleSessionTests {
    private func policy(of call: AWSDouble.Call) throws -> JSON {
        try JSON(parsing: try #require(call.parameters["Policy"]).utf8)
    }

    @Test("the one that looks has the broker's own name and may change nothing")
    func inspect() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        let call = try #require(stage.aws.calls("AssumeRole inspect").first)
        #expect(call.region == "eu-west-1")
        #expect(call.parameters["RoleArn"] == "arn:aws:iam::111122223333:role/ssm-broker/SSMBrokerTarget")
        #expect(call.parameters["RoleSessionName"] == "ssm-broker")
        #expect(call.parameters["SourceIdentity"] == "ssm-broker")
        #expect(call.parameters["DurationSeconds"] == "3600")
        #expect(
            try policy(of: call) == [
                "Statement": [
                    [
                        "Action": ["iam:GetRole"], "Effect": "Allow",
                        "Resource": [
                            "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*",
                            "arn:aws:iam::111122223333:role/ssm-broker/SSMBrokerTarget",
                        ],
                    ],
                    [
                        "Action": ["ssm:DescribeDocument", "ssm:GetDocument"], "Effect": "Allow",
                        "Resource": ["arn:aws:ssm:*:111122223333:document/SSMBroker-*"],
                    ],
                    [
                        "Action": [
                            "ec2:DescribeInstances", "ssm:DescribeInstanceInformation", "ssm:DescribeSessions",
                            "ssm:GetConnectionStatus",
                        ], "Effect": "Allow", "Resource": ["*"],
                    ],
                    [
                        "Action": ["ssm:ListTagsForResource"], "Effect": "Allow",
                        "Resource": ["arn:aws:ssm:*:111122223333:managed-instance/*"],
                    ],
                ],
                "Version": "2012-10-17",
            ]
        )
    }

    @Test("the one that starts has the engineer's name, and may start on this node through this document only")
    func start() async throws {
        let stage = try Stage()
        _ = try await stage.opened(as: .aliceOnWeb, node: Cast.webNode)
        let call = try #require(stage.aws.calls("AssumeRole start").first)
        let name = try #require(call.parameters["RoleSessionName"])
        #expect(name.wholeMatch(of: /alice\.[0-9a-f]{16}/) != nil)
        #expect(call.parameters["SourceIdentity"] == "alice")
        #expect(call.parameters["DurationSeconds"] == "3600")
        #expect(
            try policy(of: call) == [
                "Statement": [
                    [
                        "Action": ["ssm:StartSession"],
                        "Condition": ["StringEquals": ["ssm:resourceTag/Role": ["web"]]], "Effect": "Allow",
                        "Resource": ["arn:aws:ec2:eu-west-1:111122223333:instance/i-0aaaaaaaaaaaaaaa1"],
                    ],
                    [
                        "Action": ["ssm:StartSession"], "Effect": "Allow",
                        "Resource": ["arn:aws:ssm:eu-west-1:111122223333:document/SSMBroker-Shell-WebOperator"],
                    ],
                ],
                "Version": "2012-10-17",
            ]
        )
        let start = try #require(stage.aws.calls("StartSession").first)
        #expect(start.session?.name == name)
        #expect(
            start.body == [
                "DocumentName": "SSMBroker-Shell-WebOperator", "Target": .string(Cast.webNode),
            ]
        )
    }

    @Test("the channel's has the same names, and may open, resume and end this session only, with the document's key")
    func channel() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        let start = try #require(stage.aws.calls("AssumeRole start").first)
        let call = try #require(stage.aws.calls("AssumeRole channel").first)
        for name in ["RoleArn", "RoleSessionName", "SourceIdentity", "DurationSeconds"] {
            #expect(call.parameters[name] == start.parameters[name])
        }
        let name = try #require(call.parameters["RoleSessionName"])
        #expect(
            try policy(of: call) == [
                "Statement": [
                    [
                        "Action": ["ssm:ResumeSession", "ssm:TerminateSession", "ssmmessages:OpenDataChannel"],
                        "Effect": "Allow",
                        "Resource": [.string("arn:aws:ssm:eu-west-1:111122223333:session/\(name)-*")],
                    ],
                    [
                        "Action": ["kms:GenerateDataKey"], "Effect": "Allow",
                        "Resource": ["arn:aws:kms:eu-west-1:111122223333:key/0f0f0f0f-1111-4222-8333-444444444444"],
                    ],
                ],
                "Version": "2012-10-17",
            ]
        )
    }

    @Test("the one that ends may end this session only")
    func end() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        _ = await stage.end(id)
        let name = try #require(stage.aws.calls("AssumeRole start").first?.parameters["RoleSessionName"])
        let call = try #require(stage.aws.calls("AssumeRole end").first)
        #expect(call.parameters["RoleSessionName"] == name)
        #expect(
            try policy(of: call) == [
                "Statement": [
                    [
                        "Action": ["ssm:TerminateSession"], "Effect": "Allow",
                        "Resource": [.string("arn:aws:ssm:eu-west-1:111122223333:session/\(name)-*")],
                    ]
                ],
                "Version": "2012-10-17",
            ]
        )
    }

    @Test("each session has a name of its own, also when the user's name is as long as names are")
    func names() async throws {
        let stage = try Stage()
        var person = Person.alice
        person.user = String(repeating: "n", count: 64)
        let reply = await stage.open(as: person)
        #expect(reply.status == 200)
        _ = try await stage.opened(as: person)
        let names = stage.aws.calls("AssumeRole start").compactMap { $0.parameters["RoleSessionName"] }
        #expect(Set(names).count == 2)
        #expect(names.allSatisfy { $0.utf8.count == 64 })
        #expect(stage.aws.calls("AssumeRole start").first?.parameters["SourceIdentity"] == person.user)
        #expect(stage.records.first?.caller?.owner.user == person.user)
    }

    @Test("the reason goes to StartSession, the ticket does not")
    func reason() async throws {
        let stage = try Stage()
        #expect(await stage.open(changes: ["reason": "disk full", "ticket": "OPS-17"]).status == 200)
        #expect(stage.aws.calls("StartSession").first?.parameters["Reason"] == "disk full")
        #expect(stage.records.first?.access?.ticket == "OPS-17")
    }

    @Test("the broker's role may stand under another path")
    func path() async throws {
        let stage = try Stage(role: "a/b/Target")
        _ = await stage.open()
        #expect(
            stage.aws.calls("AssumeRole inspect").first?.parameters["RoleArn"]
                == "arn:aws:iam::111122223333:role/a/b/Target"
        )
    }

    @Test("tags that the map takes fit a session policy, however many and short they are")
    func tags() async throws {
        func map(tags count: Int) -> JSON {
            let tags = (0..<count).map { (String($0), JSON.array(["v"])) }
            let web: JSON = ["linuxUser": "webops", "nodes": ["tags": .object(Dictionary(uniqueKeysWithValues: tags))]]
            return ["permissionSets": ["WebOperator": web], "version": 1]
        }
        let most = (1...250).last { (try? RoleMap(json: map(tags: $0))) != nil }
        let stage = try Stage()
        try stage.publish(map(tags: try #require(most)))
        _ = try await stage.opened(as: .aliceOnWeb, node: Cast.webNode)
        let policy = try #require(stage.aws.calls("AssumeRole start").first?.parameters["Policy"])
        #expect(policy.utf8.count <= SessionPolicies.maximumLength)
    }
}
