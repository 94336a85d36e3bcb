/// The inline session policies that narrow the broker's three role sessions in a member account.
///
/// What a role session may do is what both the role's own policies and this one allow.
/// Source: IAM User Guide, "Session policies"; Service Authorization Reference, "AWS Systems Manager" and "Amazon Session Manager Message
/// Gateway Service"; Systems Manager User Guide, "Sample IAM policies for Session Manager".
public enum SessionPolicies {
    /// The longest policy that STS takes, in characters.
    public static let maximumLength = 2048

    /// To look, in one account: prove roles, read the own role's tags and session documents, find nodes and sessions.
    ///
    /// Nothing that starts or changes.
    ///
    /// - Parameters:
    ///   - account: The account.
    ///   - partition: The account's partition.
    ///   - targetRole: The ARN of the broker's role there.
    /// - Returns: The policy.
    public static func inspect(account: AccountID, partition: Partition, targetRole: String) -> JSON {
        let arn = "arn:\(partition.rawValue)"
        return policy([
            allow(["iam:GetRole"], on: ["\(arn):iam::\(account):role\(RoleProof.reservedPath)*", targetRole]),
            allow(
                ["ssm:DescribeDocument", "ssm:GetDocument"],
                on: ["\(arn):ssm:*:\(account):document/SSMBroker-*"]
            ),
            allow(
                [
                    "ec2:DescribeInstances", "ssm:DescribeInstanceInformation", "ssm:DescribeSessions",
                    "ssm:GetConnectionStatus",
                ],
                on: ["*"]
            ),
            allow(["ssm:ListTagsForResource"], on: ["\(arn):ssm:*:\(account):managed-instance/*"]),
        ])
    }

    /// To prove one role outside Identity Center: another of its name has another path, and stays hidden.
    public static func prove(_ role: RoleARN) -> JSON {
        policy([allow(["iam:GetRole"], on: [role.text])])
    }

    /// To start one session: this node, with these tags, through this document.
    public static func start(
        node: NodeID,
        tags: [String: [String]],
        document: String,
        account: AccountID,
        region: Region
    ) -> JSON {
        var onNode = allow(["ssm:StartSession"], on: [node.arn(account: account, region: region)])
        if !tags.isEmpty, case .object(var members) = onNode {
            let conditions = tags.map { ("ssm:resourceTag/\($0.key)", JSON.array($0.value.map(JSON.string))) }
            members["Condition"] = ["StringEquals": .object(Dictionary(conditions) { first, _ in first })]
            onNode = .object(members)
        }
        let arn = "arn:\(region.partition.rawValue):ssm:\(region):\(account):document/\(document)"
        return policy([onNode, allow(["ssm:StartSession"], on: [arn])])
    }

    /// To open, resume and end the data channel of sessions with this name, and nothing else.
    public static func channel(
        roleSessionName: RoleSessionName,
        kmsKey: String?,
        account: AccountID,
        region: Region
    ) -> JSON {
        var statements = [
            allow(
                ["ssm:ResumeSession", "ssm:TerminateSession", "ssmmessages:OpenDataChannel"],
                on: [sessions(of: roleSessionName, account: account, region: region)]
            )
        ]
        if let kmsKey { statements.append(allow(["kms:GenerateDataKey"], on: [kmsKey])) }
        return policy(statements)
    }

    /// To end sessions with this name.
    public static func end(roleSessionName: RoleSessionName, account: AccountID, region: Region) -> JSON {
        policy([
            allow(["ssm:TerminateSession"], on: [sessions(of: roleSessionName, account: account, region: region)])
        ])
    }

    /// The ARNs of sessions whose id begins with a role session name and its dash.
    private static func sessions(of name: RoleSessionName, account: AccountID, region: Region) -> String {
        "arn:\(region.partition.rawValue):ssm:\(region):\(account):session/\(name)-*"
    }

    private static func allow(_ actions: [String], on resources: [String]) -> JSON {
        [
            "Action": .array(actions.map(JSON.string)),
            "Effect": "Allow",
            "Resource": .array(resources.map(JSON.string)),
        ]
    }

    private static func policy(_ statements: [JSON]) -> JSON {
        ["Statement": .array(statements), "Version": "2012-10-17"]
    }
}
