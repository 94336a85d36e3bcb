public import SessionCore

/// AWS Security Token Service: role sessions.
///
/// Every call throws ``AWSFailure``.
public struct STS: Sendable {
    private static let version = "2011-06-15"

    private let client: AWSClient
    private let region: Region
    private let credentials: AWSCredentials

    /// Makes a caller of the Region's own endpoint.
    public init(client: AWSClient, region: Region, credentials: AWSCredentials) {
        self.client = client
        self.region = region
        self.credentials = credentials
    }

    /// A proof that the caller holds an MFA device.
    public struct MFA: Sendable, Hashable {
        /// The device's ARN, or its serial number.
        public let serial: String
        /// The six digits that it shows.
        public let code: Secret<String>

        /// Names device and code.
        public init(serial: String, code: Secret<String>) {
            self.serial = serial
            self.code = code
        }
    }

    /// What AssumeRole is asked.
    public struct RoleRequest: Sendable, Hashable {
        /// The role, for example `arn:aws:iam::111122223333:role/ssm-broker/SSMBrokerTarget`.
        public var roleARN: String
        /// Shape: 2 to 64 of `[\w+=,.@-]`; ends up in the session's ARN and in the ids of sessions it starts.
        public var sessionName: String
        /// Who is behind the session, in the form of a session name and never to change; nil for none.
        public var sourceIdentity: String?
        /// The session policy as JSON, at most 2048 characters, which narrows the role's rights; nil for all of them.
        public var policy: String?
        /// What the role's owner asks for in the trust policy; nil for none.
        public var externalID: String?
        /// The MFA device and the code that it shows; nil for none.
        public var mfa: MFA?
        /// Seconds, 900 to 43 200, and at most 3600 when the caller is a role session; nil for AWS's default, 3600.
        public var durationSeconds: Int?

        /// Makes a request.
        public init(
            roleARN: String,
            sessionName: String,
            sourceIdentity: String? = nil,
            policy: String? = nil,
            durationSeconds: Int? = nil
        ) {
            self.roleARN = roleARN
            self.sessionName = sessionName
            self.sourceIdentity = sourceIdentity
            self.policy = policy
            self.durationSeconds = durationSeconds
        }
    }

    /// A role session that was made.
    public struct RoleSession: Sendable, Hashable {
        /// Its keys; `expiration` is always there.
        public let credentials: AWSCredentials
        /// Shape: `arn:aws:sts::<account>:assumed-role/<role name>/<session name>`; the role's path is not in it.
        public let assumedRoleARN: String
        /// Shape: `<role id>:<session name>`, for example `AROA1234567890EXAMPLE:ana.k3x`.
        public let assumedRoleID: String
        /// The request ID that CloudTrail knows; nil when the answer had none.
        public let requestID: String?
    }

    /// Assumes a role.
    public func assumeRole(_ request: RoleRequest) async throws -> RoleSession {
        let call: AWSCall<RoleSession> = QueryProtocol.call(
            .sts,
            version: Self.version,
            "AssumeRole",
            parameters: [
                ("RoleArn", request.roleARN), ("RoleSessionName", request.sessionName), ("Policy", request.policy),
                ("DurationSeconds", request.durationSeconds.map { String($0) }),
                ("SourceIdentity", request.sourceIdentity), ("ExternalId", request.externalID),
                ("SerialNumber", request.mfa?.serial), ("TokenCode", request.mfa?.code.reveal()),
            ],
            output: Self.roleSession
        )
        return try await client.send(call, in: region, as: credentials)
    }

    /// Assumes a role with a token that an OpenID Connect provider has issued; such a call is not signed.
    ///
    /// - Parameters:
    ///   - roleARN: The role.
    ///   - sessionName: Shape: 2 to 64 of `[\w+=,.@-]`.
    ///   - token: The provider's token.
    ///   - client: Calls AWS.
    ///   - region: Whose endpoint is called.
    /// - Returns: The role session.
    /// - Throws: ``AWSFailure``.
    public static func assumeRole(
        _ roleARN: String,
        sessionName: String,
        webIdentity token: Secret<String>,
        client: AWSClient,
        region: Region
    ) async throws -> RoleSession {
        let call: AWSCall<RoleSession> = QueryProtocol.call(
            .sts,
            version: version,
            "AssumeRoleWithWebIdentity",
            parameters: [
                ("RoleArn", roleARN), ("RoleSessionName", sessionName), ("WebIdentityToken", token.reveal()),
            ],
            output: roleSession
        )
        return try await client.send(call, in: region, as: nil)
    }

    private static func roleSession(_ result: XMLTree, _ requestID: String?) throws -> RoleSession {
        let keys = try result.child("Credentials")
        let user = try result.child("AssumedRoleUser")
        guard let expiration = Timestamp(try keys.value("Expiration")) else {
            throw BrokenOutput(part: "Expiration")
        }
        return RoleSession(
            credentials: AWSCredentials(
                accessKeyID: try keys.value("AccessKeyId"),
                secretAccessKey: Secret(try keys.value("SecretAccessKey")),
                sessionToken: Secret(try keys.value("SessionToken")),
                expiration: expiration
            ),
            assumedRoleARN: try user.value("Arn"),
            assumedRoleID: try user.value("AssumedRoleId"),
            requestID: requestID
        )
    }

    /// Who AWS takes the credentials for.
    public struct Identity: Sendable, Hashable {
        /// The account.
        public let account: AccountID
        /// The caller's ARN.
        public let arn: String
        /// The unique id; of a role session `<role id>:<session name>`.
        public let userID: String
        /// The request ID that CloudTrail knows; nil when the answer had none.
        public let requestID: String?
    }

    /// Asks who the caller is; needs no permission.
    public func callerIdentity() async throws -> Identity {
        let call: AWSCall<Identity> = QueryProtocol.call(
            .sts,
            version: Self.version,
            "GetCallerIdentity",
            parameters: []
        ) { result, requestID in
            guard let account = try? AccountID(try result.value("Account")) else {
                throw BrokenOutput(part: "Account")
            }
            return Identity(
                account: account,
                arn: try result.value("Arn"),
                userID: try result.value("UserId"),
                requestID: requestID
            )
        }
        return try await client.send(call, in: region, as: credentials)
    }
}
