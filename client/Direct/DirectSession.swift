internal import AWSClient
internal import SessionCore

/// A session that is started without the broker, with the engineer's own rights: IAM alone decides, CloudTrail alone records.
struct DirectSession: SessionOrigin {
    /// What is asked for.
    struct Request: Sendable, Hashable {
        let id: RecordID
        let node: NodeID
        let region: Region
        /// The document named on the command line; nil for the permission set's own.
        let document: String?
        /// 1 to 256 characters on one line; CloudTrail keeps it.
        let reason: String?
    }

    /// Who asks, and with which document.
    struct Plan: Sendable, Hashable {
        let caller: CallerIdentity
        let document: String

        /// The plan for programs.
        ///
        /// Shape: `{"account":"111122223333","document":"SSMBroker-Shell-DatabaseAdmin","permissionSet":"DatabaseAdmin","user":"alice"}`;
        /// a role outside Identity Center has `role` instead of `permissionSet`.
        var json: JSON {
            .compact([
                "account": .string(caller.account.digits),
                "document": .string(document),
                "permissionSet": caller.permissionSet.map { .string($0.name) },
                "role": caller.isPerson ? nil : .string(caller.arn.roleName),
                "user": .string(caller.arn.sessionName),
            ])
        }
    }

    let request: Request
    let credentials: any CredentialSource
    let aws: AWSClient

    /// Longer than any answer takes that still comes, in seconds.
    private static let openSeconds: Int64 = 33
    /// Ending a session must not hold a person's shell up, in seconds.
    private static let endSeconds: Int64 = 10
    /// After this time, in seconds, keys whose end nobody knows are asked for anew: whoever gave them may give others.
    private static let unstatedSeconds: Int64 = 900
    private static let purpose = "No session was opened"

    var counterpart: String { "Systems Manager" }

    /// Finds out who asks, and with which document; starts nothing.
    ///
    /// - Throws: ``CommandFailure``.
    func plan() async throws -> Plan { try await plan(as: try await keys(Self.purpose)) }

    func open() async throws -> OpenedSession {
        let keys = try await keys(Self.purpose)
        let plan = try await plan(as: keys)
        // Before anything is started: without it the plugin could not open the session's data channel.
        let channel = try channelCredentials(keys)
        do {
            let started = try await ssm(keys, seconds: Self.openSeconds).startSession(
                node: request.node,
                documentName: plan.document,
                reason: request.reason
            )
            return opened(started, plan, channel)
        } catch let failure as AWSFailure {
            throw CommandFailure(starting: failure, plan, request)
        }
    }

    func credentials(for session: OpenedSession) async throws -> ChannelCredentials {
        try channelCredentials(try await keys("The session's credentials were not renewed"))
    }

    func end(_ session: OpenedSession, holding credentials: ChannelCredentials) async throws -> SessionEnd {
        let purpose = "The session was not ended"
        let keys = try await keys(purpose)
        do {
            try await ssm(keys, seconds: Self.endSeconds).terminateSession(id: session.name)
        } catch let failure as AWSFailure {
            throw CommandFailure(failure, purpose: purpose)
        }
        return SessionEnd()
    }

    // MARK: Parts

    private func plan(as keys: AWSCredentials) async throws -> Plan {
        let identity: STS.Identity
        do {
            identity = try await STS(
                client: client(seconds: Self.openSeconds),
                region: request.region,
                credentials: keys
            )
            .callerIdentity()
        } catch let failure as AWSFailure {
            throw CommandFailure(failure, purpose: Self.purpose)
        }
        guard
            // Which part is wrong is of no use to a person: such credentials are of no role that people sign in with.
            let caller = try? CallerIdentity(
                arn: identity.arn,
                callerID: identity.userID,
                account: identity.account.digits
            )
        else {
            throw CommandFailure(
                .denied,
                code: ProblemCode.callerNotPermissionSet.rawValue,
                what: "\(Self.purpose): these credentials are of no permission set.",
                why: ["AWS takes you for \(identity.arn)."],
                next: "aws sso login --profile NAME, then add --profile NAME"
            )
        }
        guard let document = request.document ?? caller.permissionSet.map({ SessionDocument.name(.shell, of: $0) })
        else {
            throw CommandFailure(
                .usage,
                code: "DOCUMENT_NOT_NAMED",
                what: "\(Self.purpose): \(caller.title) is no permission set, so nothing says which document is its.",
                next: "Add --document, for example --document \(SessionDocument.prefix)Shell-DatabaseAdmin."
            )
        }
        return Plan(caller: caller, document: document)
    }

    private func opened(
        _ started: SSM.StartedSession,
        _ plan: Plan,
        _ channel: ChannelCredentials
    ) -> OpenedSession {
        let (caller, node, region) = (plan.caller, request.node, request.region)
        return OpenedSession(
            id: request.id,
            name: started.sessionID,
            node: node,
            region: region,
            announcement: [
                "The broker does not record this session; CloudTrail in \(caller.account) names you, \(caller.arn.sessionName), with \(caller.title).",
                "\(caller.sentenceTitle) in \(caller.account): \(plan.document) on \(node) (\(region)), session \(started.sessionID)",
            ],
            toEnd: "aws ssm terminate-session --region \(region) --session-id \(started.sessionID)",
            channel: OpenSessionReply.Channel(
                session: StartedSession(
                    sessionID: started.sessionID,
                    tokenValue: started.tokenValue,
                    streamURL: started.streamURL
                ),
                credentials: channel
            )
        )
    }

    private func keys(_ purpose: String) async throws -> AWSCredentials {
        let keys: AWSCredentials
        do {
            keys = try await credentials.credentials()
        } catch {
            throw CommandFailure(signIn: error, purpose: purpose)
        }
        guard !keys.expire(before: aws.now()) else { throw CommandFailure(expired: keys, purpose: purpose) }
        return keys
    }

    private func channelCredentials(_ keys: AWSCredentials) throws -> ChannelCredentials {
        guard let token = keys.sessionToken else {
            throw CommandFailure(
                .signIn,
                code: "CREDENTIALS_LONG_LIVED",
                what: "\(Self.purpose): these are long-lived keys, of no permission set.",
                next: "aws sso login --profile NAME, then add --profile NAME"
            )
        }
        return ChannelCredentials(
            accessKeyID: keys.accessKeyID,
            secretAccessKey: keys.secretAccessKey,
            sessionToken: token,
            expiration: keys.expiration ?? aws.now().advanced(bySeconds: Self.unstatedSeconds)
        )
    }

    private func ssm(_ keys: AWSCredentials, seconds: Int64) -> SSM {
        SSM(client: client(seconds: seconds), region: request.region, credentials: keys)
    }

    private func client(seconds: Int64) -> AWSClient {
        aws.with(deadline: aws.now().advanced(bySeconds: seconds))
    }
}
