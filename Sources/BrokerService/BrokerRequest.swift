public import SessionCore

/// An HTTP request as the front door hands it over, with the caller that its IAM authoriser vouches for.
public struct BrokerRequest: Sendable {
    /// The caller as the front door vouches for it; each text as it came.
    public struct Caller: Sendable, Hashable {
        /// The caller's ARN.
        public var arn: String
        /// The caller's unique id, `AROA…:<session name>`.
        public var callerID: String
        /// The caller's account.
        public var account: String
        /// The access key id that signed the request.
        public var accessKeyID: String?
        /// The caller's organisation; nil when AWS names none.
        public var organization: String?
        /// The caller's address.
        public var sourceIP: String?
        /// The caller's user agent.
        public var userAgent: String?

        /// Makes a caller.
        public init(
            arn: String,
            callerID: String,
            account: String,
            accessKeyID: String? = nil,
            organization: String? = nil,
            sourceIP: String? = nil,
            userAgent: String? = nil
        ) {
            self.arn = arn
            self.callerID = callerID
            self.account = account
            self.accessKeyID = accessKeyID
            self.organization = organization
            self.sourceIP = sourceIP
            self.userAgent = userAgent
        }
    }

    /// `GET`, `POST` and so on.
    public var method: String
    /// Where the request goes, as it is shown to a person: the front door's route, or the path.
    public var resource: String
    /// The values of a route template's variables when the request goes there; nil when it does not.
    public var parameters: @Sendable (_ template: String) -> [String: String]?
    /// The query, decoded, in order.
    public var query: [(name: String, value: String)]
    /// The body; empty for none.
    public var body: [UInt8]
    /// Who asks.
    public var caller: Caller
    /// The front door's id of the request.
    public var id: String
    /// Lambda's id of the invocation.
    public var invocationID: String
    /// When the front door took the request; its own patience is counted from there.
    public var time: Timestamp
    /// When Lambda stops the function.
    public var deadline: Timestamp

    /// Makes a request.
    public init(
        method: String,
        resource: String,
        parameters: @escaping @Sendable (_ template: String) -> [String: String]?,
        query: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        caller: Caller,
        id: String,
        invocationID: String,
        time: Timestamp,
        deadline: Timestamp
    ) {
        self.method = method
        self.resource = resource
        self.parameters = parameters
        self.query = query
        self.body = body
        self.caller = caller
        self.id = id
        self.invocationID = invocationID
        self.time = time
        self.deadline = deadline
    }
}

/// What the broker answers.
public struct BrokerReply: Sendable, Hashable {
    /// The HTTP status.
    public let status: Int
    /// The body's media type.
    public let mediaType: String
    /// The body.
    public let body: JSON

    /// Answers with a result.
    public init(_ body: JSON) {
        status = 200
        mediaType = "application/json"
        self.body = body
    }

    /// Answers with a problem.
    public init(_ problem: Problem) {
        status = problem.code.status
        mediaType = Problem.mediaType
        body = problem.json
    }
}
