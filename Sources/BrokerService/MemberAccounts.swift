public import AWSClient
internal import Logging
public import SessionCore

/// The member accounts, each reached through the broker's role there, narrowed by a session policy for every use.
public struct MemberAccounts: Sendable {
    /// The broker's role as it stands in every member account.
    public struct TargetRole: Sendable, Hashable {
        /// Path and name without the leading slash, for example `ssm-broker/SSMBrokerTarget`.
        public let pathAndName: String

        /// Keeps path and name; nil when they are none.
        public init?(_ pathAndName: String) {
            let parts = pathAndName.split(separator: "/", omittingEmptySubsequences: false)
            let isAllowed = { (character: Character) in
                character.isASCII && (character.isLetter || character.isNumber || "_+=,.@-".contains(character))
            }
            guard let name = parts.last, (1...64).contains(name.utf8.count),
                parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isAllowed) }), pathAndName.utf8.count <= 512
            else { return nil }
            self.pathAndName = pathAndName
        }

        /// The name without the path, as it stands in session ARNs.
        public var name: String { String(pathAndName.split(separator: "/").last ?? "") }

        /// The role's ARN in one account.
        public func arn(in account: AccountID, partition: Partition) -> String {
            "arn:\(partition.rawValue):iam::\(account):role/\(pathAndName)"
        }
    }

    private(set) var client: AWSClient
    private let credentials: any CredentialSource
    private let region: Region
    let role: TargetRole
    let cache: FactsCache

    /// Names the way to the member accounts.
    ///
    /// - Parameters:
    ///   - client: Calls AWS.
    ///   - credentials: The broker's own, of its execution role.
    ///   - region: The broker's Region, whose STS is asked.
    ///   - role: The broker's role in the member accounts.
    public init(client: AWSClient, credentials: any CredentialSource, region: Region, role: TargetRole) {
        self.client = client
        self.credentials = credentials
        self.region = region
        self.role = role
        cache = FactsCache()
    }

    /// The same accounts, for one request: its deadline bounds every call, and its logger hears of each.
    func bounded(by exchange: Exchange) -> MemberAccounts {
        bounded(until: exchange.deadline, logger: exchange.logger)
    }

    /// The same accounts, for work that must be over by a moment; the logger hears of each call.
    func bounded(until deadline: Timestamp, logger: Logger) -> MemberAccounts {
        var copy = self
        copy.client.deadline = deadline
        copy.client.logger = logger
        return copy
    }

    /// The ARN that AWS gives to the owner of sessions that are started under a name.
    func ownerARN(_ name: String, account: AccountID, region: Region) -> String {
        AssumedRoleARN(partition: region.partition, account: account, roleName: role.name, sessionName: name).text
    }

    /// The same accounts, for a call that must not begin, nor begin again, after a moment.
    func beginning(notAfter moment: Timestamp) -> MemberAccounts {
        var copy = self
        copy.client.latestAttempt = moment
        return copy
    }

    /// The same accounts, for ending what must not go on: with whatever time Lambda still gives.
    func cleaningUp(after exchange: Exchange) -> MemberAccounts {
        var copy = bounded(by: exchange)
        copy.client.deadline = exchange.cleanUpDeadline
        return copy
    }

    /// The time by the client's clock.
    var now: Timestamp { client.now() }

    /// Waits; throws when the task is cancelled.
    func pause(milliseconds: Int) async throws {
        try await client.sleep(milliseconds)
    }

    /// Makes a role session in a member account.
    func assume(_ session: RoleSessionRequest) async throws -> RoleSession {
        let policy = session.policy.canonicalText
        precondition(policy.utf8.count <= SessionPolicies.maximumLength, "the role map keeps session policies short")
        let sts = STS(client: client, region: region, credentials: try await credentials.credentials())
        let made = try await sts.assumeRole(
            STS.RoleRequest(
                roleARN: role.arn(in: session.account, partition: region.partition),
                sessionName: session.name,
                sourceIdentity: session.sourceIdentity,
                policy: policy,
                durationSeconds: 3600
            )
        )
        return RoleSession(
            credentials: made.credentials,
            assumedRoleARN: made.assumedRoleARN,
            requestID: made.requestID
        )
    }

    /// Systems Manager of a Region, as one role session.
    func ssm(_ session: RoleSession, in region: Region) -> SSM {
        SSM(client: client, region: region, credentials: session.credentials)
    }

    /// IAM of the account of a role session.
    func iam(_ session: RoleSession) -> IAM {
        IAM(client: client, region: region, credentials: session.credentials)
    }
}

/// A role session in a member account.
struct RoleSession: Sendable {
    let credentials: AWSCredentials
    let assumedRoleARN: String
    let requestID: String?

    /// What a record says of it.
    var audit: AuditAWS {
        var requestIDs: [String: String] = [:]
        requestIDs["AssumeRole"] = requestID
        return AuditAWS(
            assumedRoleARN: assumedRoleARN,
            accessKeyID: credentials.accessKeyID,
            requestIDs: requestIDs
        )
    }

    /// The credentials as the client gets them.
    var channelCredentials: ChannelCredentials {
        ChannelCredentials(
            accessKeyID: credentials.accessKeyID,
            secretAccessKey: credentials.secretAccessKey,
            sessionToken: credentials.sessionToken ?? Secret(""),
            // AWSClient promises an expiration for role sessions.
            expiration: credentials.expiration ?? Timestamp(milliseconds: 0)
        )
    }
}

/// What a role session is made for, and so how it is named and narrowed.
struct RoleSessionRequest: Sendable {
    let account: AccountID
    let name: String
    let sourceIdentity: String
    let policy: JSON

    /// To look, in the broker's own name.
    static func inspect(_ account: AccountID, partition: Partition, role: MemberAccounts.TargetRole)
        -> RoleSessionRequest
    {
        RoleSessionRequest(
            account: account,
            name: "ssm-broker",
            sourceIdentity: "ssm-broker",
            policy: SessionPolicies.inspect(
                account: account,
                partition: partition,
                targetRole: role.arn(in: account, partition: partition)
            )
        )
    }

    /// To prove one role outside Identity Center, in the broker's own name.
    static func prove(_ role: RoleARN) -> RoleSessionRequest {
        RoleSessionRequest(
            account: role.account,
            name: "ssm-broker",
            sourceIdentity: "ssm-broker",
            policy: SessionPolicies.prove(role)
        )
    }

    /// To start one session in the engineer's name.
    static func start(_ name: RoleSessionName, _ entitlement: Entitlement) -> RoleSessionRequest {
        let account = entitlement.caller.account
        return RoleSessionRequest(
            account: account,
            name: name.text,
            sourceIdentity: RoleSessionName.sourceIdentity(of: entitlement.caller.user),
            policy: SessionPolicies.start(
                node: entitlement.request.node,
                tags: entitlement.entry.nodes.tags,
                document: entitlement.document.name,
                account: account,
                region: entitlement.request.region
            )
        )
    }

    /// To keep one session's channel open, in the engineer's name.
    static func channel(_ name: RoleSessionName, _ entitlement: Entitlement) -> RoleSessionRequest {
        channel(
            name,
            user: entitlement.caller.user,
            kmsKey: entitlement.document.kmsKey,
            account: entitlement.caller.account,
            region: entitlement.request.region
        )
    }

    /// To keep a recorded session's channel open, in its owner's name.
    static func channel(
        _ name: RoleSessionName,
        user: String,
        kmsKey: String?,
        account: AccountID,
        region: Region
    ) -> RoleSessionRequest {
        RoleSessionRequest(
            account: account,
            name: name.text,
            sourceIdentity: RoleSessionName.sourceIdentity(of: user),
            policy: SessionPolicies.channel(
                roleSessionName: name,
                kmsKey: kmsKey,
                account: account,
                region: region
            )
        )
    }

    /// To end a session: under its own name, with who ends it as the source identity.
    static func end(_ session: SessionHistory, by user: String) -> RoleSessionRequest {
        RoleSessionRequest(
            account: session.access.account,
            name: session.roleSessionName.text,
            sourceIdentity: RoleSessionName.sourceIdentity(of: user),
            policy: SessionPolicies.end(
                roleSessionName: session.roleSessionName,
                account: session.access.account,
                region: session.access.region
            )
        )
    }
}
