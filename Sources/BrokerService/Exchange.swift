internal import AWSClient
internal import Logging
internal import SessionCore

/// One request under way, and what is known about it so far: what a record about it will say.
struct Exchange: Sendable {
    let request: BrokerRequest
    let dependencies: Broker.Dependencies
    let logger: Logger
    /// When the broker took the request up.
    let received: Timestamp
    /// When the front door took it, as far as that can be believed.
    let begun: Timestamp
    var route: Route?
    /// `verified`, or why the caller's role is not proven; nil while no proof was tried.
    var proof: String?
    /// Whether no block keeps the caller from the route: a proven administrator of the deployment's own.
    var isBeyondBlocks = false
    /// The name in the map of a role outside Identity Center; nil for people.
    var entry: PermissionSetName?
    var clientRequestID: RecordID?
    var client: String?
    var access: AuditAccess?
    var session: RecordID?
    /// The session whose intent may be in the log though the store did not say so.
    var doubtfulIntent: RecordID?
    /// Why the request did not end as it should have, for the log: never a text that may name a person.
    var failure: Logger.Metadata = [:]
    /// Whether Systems Manager has started a session for the request: it is not begun again then.
    var hasStarted = false
    /// Whether the request's refusal stands in the log already, as the outcome of its intent.
    var isRecorded = false

    init(_ request: BrokerRequest, dependencies: Broker.Dependencies, logger: Logger) {
        self.request = request
        self.dependencies = dependencies
        var logger = logger
        logger[metadataKey: "request.id"] = "\(request.id)"
        logger[metadataKey: "invocation.id"] = "\(request.invocationID)"
        self.logger = logger
        received = dependencies.now()
        // API Gateway counts its 29 s from when it took the request, cold start included; a time that cannot be is not believed.
        begun = max(received.advanced(bySeconds: -29), min(received, request.time))
    }

    /// When every AWS call of the request must be over: before Lambda's deadline and before API Gateway gives up at 29 s.
    var deadline: Timestamp {
        min(begun.advanced(bySeconds: 27), Timestamp(milliseconds: request.deadline.milliseconds - 1000))
    }

    /// When the answer must be on its way: later, API Gateway has given up, and what the answer holds is nobody's.
    var latestAnswer: Timestamp { deadline.advanced(bySeconds: 1) }

    /// When ending a session that must not go on is over too: Lambda works on after API Gateway has given up.
    var cleanUpDeadline: Timestamp { Timestamp(milliseconds: request.deadline.milliseconds - 500) }

    /// No StartSession begins later than this: 15 s into the request, and 10 s before the deadline.
    var latestStart: Timestamp { min(begun.advanced(bySeconds: 15), deadline.advanced(bySeconds: -10)) }

    /// Reads the caller that the front door vouches for.
    ///
    /// - Throws: ``Problem`` with `CALLER_NOT_PERMISSION_SET`, or `ORGANIZATION_NOT_ALLOWED` for another organisation's caller.
    func identify() throws(Problem) -> CallerIdentity {
        if let organization = dependencies.organization, request.caller.organization != organization {
            throw Problem(
                .organizationNotAllowed,
                detail: "The caller does not belong to this organisation.",
                next: "Sign in to an account of the organisation."
            )
        }
        do throws(CallerIdentity.Rejection) {
            return try CallerIdentity(
                arn: request.caller.arn,
                callerID: request.caller.callerID,
                account: request.caller.account
            )
        } catch {
            throw Problem.callerNotPermissionSet
        }
    }

    /// Makes a record about this request.
    func record(
        _ event: AuditEvent,
        decision: AuditDecision? = nil,
        aws: AuditAWS? = nil,
        details: [String: String] = [:]
    ) -> AuditRecord {
        AuditRecord(
            id: RecordID(random: dependencies.randomBytes(16)),
            time: dependencies.now(),
            event: event,
            session: session,
            caller: auditCaller,
            request: auditRequest,
            access: access,
            aws: aws,
            decision: decision,
            details: details
        )
    }

    /// The record of this request's refusal.
    func refusal(_ problem: Problem) -> AuditRecord {
        var copy = self
        // A session that was denied is none: nothing may look it up by an id.
        if route == .openSession { copy.session = nil }
        return copy.record(
            route == .openSession ? .denied : .refused,
            decision: AuditDecision(code: problem.code.rawValue, detail: problem.detail)
        )
    }

    private var auditCaller: AuditCaller {
        let caller = request.caller
        let identity = try? identify()
        let id = caller.callerID.split(separator: ":", maxSplits: 1).map(String.init)
        // A caller that is no permission-set session is recorded by what AWS says of it, word for word.
        let owner = SessionOwner(
            account: caller.account.recorded,
            roleID: (id.first ?? "").recorded,
            user: (id.count == 2 ? id[1] : "").recorded
        )
        return AuditCaller(
            arn: caller.arn.recorded,
            owner: identity?.owner ?? owner,
            permissionSet: identity?.permissionSet?.name ?? entry?.name,
            accessKeyID: caller.accessKeyID.map(\.recorded),
            proof: proof
        )
    }

    private var auditRequest: AuditRequest {
        AuditRequest(
            id: request.id.recorded,
            invocationID: request.invocationID.recorded,
            clientRequestID: clientRequestID?.text,
            route: route?.rawValue ?? "\(request.method) \(request.resource)".recorded,
            sourceIP: request.caller.sourceIP.map(\.recorded),
            userAgent: request.caller.userAgent.map(\.recorded),
            client: client
        )
    }

    /// One line for the finished request; the person is in the audit record, not in the log.
    func logFinished(status: Int, code: ProblemCode?) {
        var metadata: Logger.Metadata = [
            "route": "\(route?.rawValue ?? "none")",
            "caller.account": "\(request.caller.account)",
            "status": "\(status)",
            "milliseconds": "\(dependencies.now().milliseconds - received.milliseconds)",
        ]
        metadata.merge(failure) { own, _ in own }
        if let code { metadata["code"] = "\(code.rawValue)" }
        if let session { metadata["session.id"] = "\(session)" }
        logger.info("request finished", metadata: metadata)
    }
}

extension Problem {
    /// The answer to whoever is no person, and no role that the map names.
    static let callerNotPermissionSet = Problem(
        .callerNotPermissionSet,
        detail: "The caller is not a permission-set session of IAM Identity Center.",
        next: "Sign in with IAM Identity Center (aws sso login) and name the profile with --profile."
    )
}

extension String {
    /// Text from outside as it may stand in a record: at most 256 characters, and none that a terminal would act on.
    fileprivate var recorded: String { printable(maximumLength: 256) }
}
