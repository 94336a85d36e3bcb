public import AWSClient
public import SessionCore

/// The way into member accounts by the enforcer's role there, narrowed to the documents of one Region.
public struct MemberRoles: MemberAccess {
    /// The name that the role's sessions have, and the source identity that CloudTrail shows with them.
    public static let sessionName = "ssm-broker-enforcer"

    private let client: AWSClient
    private let region: Region
    private let credentials: any CredentialSource
    private let role: String

    /// Names the way.
    ///
    /// - Parameters:
    ///   - client: Calls AWS.
    ///   - region: The enforcer's own Region, whose STS is asked: tokens of the global endpoint are not valid in Regions that an
    ///     account has to opt in to.
    ///   - credentials: The enforcer's own, of its execution role.
    ///   - role: Path and name of its role in the member accounts, for example `ssm-broker/SSMBrokerEnforcer`.
    public init(client: AWSClient, region: Region, credentials: any CredentialSource, role: String) {
        self.client = client
        self.region = region
        self.credentials = credentials
        self.role = role
    }

    /// Assumes the role and opens the documents of a Region.
    public func documents(in place: Place, until deadline: Timestamp) async throws -> any MemberDocuments {
        let client = client.with(deadline: deadline)
        let sts = STS(client: client, region: region, credentials: try await credentials.credentials())
        let session = try await sts.assumeRole(
            STS.RoleRequest(
                roleARN: "arn:\(region.partition.rawValue):iam::\(place.account):role/\(role)",
                sessionName: Self.sessionName,
                sourceIdentity: Self.sessionName,
                policy: Self.policy(place).canonicalText,
                durationSeconds: 3600
            )
        )
        return RegionDocuments(SSM(client: client, region: place.region, credentials: session.credentials))
    }

    /// What a role session may do: everything about our documents and the preferences of one account and Region.
    static func policy(_ place: Place) -> JSON {
        let arn = "arn:\(place.region.partition.rawValue):ssm:\(place.region):\(place.account):document"
        return [
            "Statement": [
                [
                    "Action": [
                        "ssm:CreateDocument", "ssm:DeleteDocument", "ssm:DescribeDocument",
                        "ssm:DescribeDocumentPermission", "ssm:GetDocument", "ssm:ListDocumentVersions",
                        "ssm:ModifyDocumentPermission", "ssm:UpdateDocument", "ssm:UpdateDocumentDefaultVersion",
                    ],
                    "Effect": "Allow",
                    "Resource": [
                        .string("\(arn)/\(WantedDocument.prefix)*"), .string("\(arn)/\(WantedDocument.preferences)"),
                    ],
                ],
                ["Action": "ssm:ListDocuments", "Effect": "Allow", "Resource": "*"],
            ],
            "Version": "2012-10-17",
        ]
    }
}
