/// Why an AWS call gave no answer to use.
public struct AWSFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure that a caller can act on.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// AWS asks to slow down, and still did after the retries.
        case throttled
        /// IAM says no: the policy, the trust policy or a service control policy.
        case accessDenied
        /// The credentials are expired or not known to AWS.
        case credentialsRejected
        /// The thing named does not exist, for example a role or a session.
        case notFound
        /// The document named does not exist, or AWS cannot use it.
        case invalidDocument
        /// The node is not connected to Session Manager, or belongs to another account or Region.
        case targetNotConnected
        /// AWS refused the request for another reason that repeating it would not change.
        case refused
        /// AWS failed on its side: a 5xx answer.
        case unavailable
        /// An answer came that is none of the service's, or lacks what the service always gives.
        case brokenAnswer
        /// No whole answer came: the network, a proxy, TLS or a time limit of the transport.
        case unreachable
        /// The deadline of the whole request left no time.
        case deadline
        /// The task was cancelled.
        case cancelled
    }

    /// What happened.
    public let kind: Kind
    /// The service called.
    public let service: AWSService
    /// The operation called, for example `StartSession`.
    public let operation: String
    /// The service's own error code, for example `TargetNotConnected`; nil when no answer of the service came.
    public let code: String?
    /// What the service or the transport said, at most 512 characters; for logs and records, it may name resources.
    public let message: String
    /// The HTTP status; nil when no answer came.
    public let status: Int?
    /// The request ID that CloudTrail knows; nil when the answer had none or none came.
    public let requestID: String?
    /// Whether the call may have had its effect all the same: then look before asking again.
    ///
    /// False only when it is certain that there was none.
    public let outcomeUnknown: Bool
    /// Why DynamoDB cancelled a transaction, one for each of its writes, in their order; else none.
    public let cancellationReasons: [CancellationReason]
    /// Set when the credentials or their signature were refused and this machine's clock explains it.
    public internal(set) var clockSkew: ClockSkew?

    /// What one write of a cancelled transaction met.
    public struct CancellationReason: Sendable, Hashable {
        /// `None` when the write itself was all right, else for example `ConditionalCheckFailed`.
        public let code: String
        /// DynamoDB's words; may be empty.
        public let message: String

        /// Makes a reason.
        public init(code: String, message: String = "") {
            self.code = code
            self.message = message
        }
    }

    /// Makes a failure; the message is cut to its limit.
    public init(
        _ kind: Kind,
        service: AWSService,
        operation: String,
        code: String? = nil,
        message: String = "",
        status: Int? = nil,
        requestID: String? = nil,
        outcomeUnknown: Bool,
        cancellationReasons: [CancellationReason] = []
    ) {
        self.kind = kind
        self.service = service
        self.operation = operation
        self.code = code.map { String($0.prefix(128)) }
        self.message = String(message.prefix(512))
        self.status = status
        self.requestID = requestID.map { String($0.prefix(128)) }
        self.outcomeUnknown = outcomeUnknown
        self.cancellationReasons = cancellationReasons
    }

    /// One line: the operation, the code and the message.
    public var description: String {
        "\(service.rawValue):\(operation): \(code ?? kind.rawValue): \(message)\(clockSkew.map { "; \($0)" } ?? "")"
    }
}
