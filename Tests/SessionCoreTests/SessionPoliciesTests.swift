import SessionCore
import Testing

/// What narrows the broker's role sessions, against policies written by hand from the Service Authorization Reference.
@Suite struct SessionPoliciesTests {
    static let roleSessionName = RoleSessionName(recorded: "alice@example.com.0001020304050607")

    @Test("the session that looks may look at roles, documents and nodes, and change nothing")
    func inspect() throws {
        let policy = SessionPolicies.inspect(
            account: try AccountID(Cast.account),
            partition: .aws,
            targetRole: "arn:aws:iam::111122223333:role/ssm-broker/SSMBrokerTarget"
        )
        #expect(
            policy.canonicalText == """
                {"Statement":[{"Action":["iam:GetRole"],"Effect":"Allow","Resource":["arn:aws:iam::111122223333:role/aws-reserved/\
                sso.amazonaws.com/*","arn:aws:iam::111122223333:role/ssm-broker/SSMBrokerTarget"]},{"Action":["ssm:DescribeDocument","ssm:GetDocument"],"Effect":"Allow","Resource":["arn:aws:\
                ssm:*:111122223333:document/SSMBroker-*"]},{"Action":["ec2:DescribeInstances","ssm:DescribeInstanceInformation",\
                "ssm:DescribeSessions","ssm:GetConnectionStatus"],"Effect":"Allow","Resource":["*"]},\
                {"Action":["ssm:ListTagsForResource"],"Effect":"Allow","Resource":\
                ["arn:aws:ssm:*:111122223333:managed-instance/*"]}],"Version":"2012-10-17"}
                """
        )
    }

    @Test("the session that starts may start one node through one document")
    func start() throws {
        let policy = SessionPolicies.start(
            node: try NodeID("i-0bbbbbbbbbbbbbbb2"),
            tags: ["Role": ["db", "web"]],
            document: "SSMBroker-Shell-DatabaseAdmin",
            account: try AccountID(Cast.account),
            region: try Region("eu-west-1")
        )
        #expect(
            policy.canonicalText == """
                {"Statement":[{"Action":["ssm:StartSession"],"Condition":{"StringEquals":{"ssm:resourceTag/Role":["db","web"]}},\
                "Effect":"Allow","Resource":["arn:aws:ec2:eu-west-1:111122223333:instance/i-0bbbbbbbbbbbbbbb2"]},{"Action":\
                ["ssm:StartSession"],"Effect":"Allow","Resource":["arn:aws:ssm:eu-west-1:111122223333:document/\
                SSMBroker-Shell-DatabaseAdmin"]}],"Version":"2012-10-17"}
                """
        )
    }

    @Test("a hybrid node in China is named as IAM names it, and without tags there is no condition")
    func startHybrid() throws {
        let policy = SessionPolicies.start(
            node: try NodeID("mi-0123456789abcdef0"),
            tags: [:],
            document: "SSMBroker-Shell-Ops",
            account: try AccountID(Cast.account),
            region: try Region("cn-north-1")
        )
        #expect(
            policy.canonicalText == """
                {"Statement":[{"Action":["ssm:StartSession"],"Effect":"Allow","Resource":["arn:aws-cn:ssm:cn-north-1:111122223333:\
                managed-instance/mi-0123456789abcdef0"]},{"Action":["ssm:StartSession"],"Effect":"Allow","Resource":["arn:aws-cn:\
                ssm:cn-north-1:111122223333:document/SSMBroker-Shell-Ops"]}],"Version":"2012-10-17"}
                """
        )
    }

    @Test(
        "the channel's session may open, resume and end the sessions of one name, and make data keys when there is a key"
    )
    func channel() throws {
        let account = try AccountID(Cast.account)
        let region = try Region("us-gov-west-1")
        let plain = SessionPolicies.channel(
            roleSessionName: Self.roleSessionName,
            kmsKey: nil,
            account: account,
            region: region
        )
        #expect(
            plain.canonicalText == """
                {"Statement":[{"Action":["ssm:ResumeSession","ssm:TerminateSession","ssmmessages:OpenDataChannel"],"Effect":"Allow",\
                "Resource":["arn:aws-us-gov:ssm:us-gov-west-1:111122223333:session/alice@example.com.0001020304050607-*"]}],\
                "Version":"2012-10-17"}
                """
        )
        let key = "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        let encrypted = SessionPolicies.channel(
            roleSessionName: Self.roleSessionName,
            kmsKey: key,
            account: account,
            region: region
        )
        #expect(
            encrypted["Statement"]?.elements?.last
                == ["Action": ["kms:GenerateDataKey"], "Effect": "Allow", "Resource": [.string(key)]]
        )
        #expect(encrypted["Statement"]?.elements?.dropLast() == plain["Statement"]?.elements?[...])
    }

    @Test("the session that ends may end the sessions of one name")
    func end() throws {
        let policy = SessionPolicies.end(
            roleSessionName: Self.roleSessionName,
            account: try AccountID(Cast.account),
            region: try Region("eu-west-1")
        )
        #expect(
            policy.canonicalText == """
                {"Statement":[{"Action":["ssm:TerminateSession"],"Effect":"Allow","Resource":["arn:aws:ssm:eu-west-1:111122223333:\
                session/alice@example.com.0001020304050607-*"]}],"Version":"2012-10-17"}
                """
        )
    }
}
