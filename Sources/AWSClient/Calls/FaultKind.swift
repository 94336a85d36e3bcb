/// What the services' error codes mean to us.
///
/// Source: botocore 1.43, `retries/standard.py` (throttling and transient codes) and the services' models; IAM User
/// Guide, "Common errors".
enum FaultKind {
    static let throttlingCodes: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "RequestThrottled",
        "TooManyRequestsException", "TooManyRequests", "ProvisionedThroughputExceededException",
        "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown", "EC2ThrottledException",
        "ThrottlingError",
    ]

    /// Codes of 4xx answers that may pass by themselves.
    static let transientCodes: Set<String> = [
        "RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete", "TransactionInProgressException",
        "TransactionConflictException",
    ]

    private static let known: [String: AWSFailure.Kind] = [
        "AccessDenied": .accessDenied, "AccessDeniedException": .accessDenied,
        "UnauthorizedOperation": .accessDenied, "OptInRequired": .accessDenied, "NotAuthorized": .accessDenied,
        "ExpiredToken": .credentialsRejected, "ExpiredTokenException": .credentialsRejected,
        "InvalidClientTokenId": .credentialsRejected, "UnrecognizedClientException": .credentialsRejected,
        "InvalidSignatureException": .credentialsRejected, "SignatureDoesNotMatch": .credentialsRejected,
        "IncompleteSignature": .credentialsRejected, "MissingAuthenticationToken": .credentialsRejected,
        "MissingAuthenticationTokenException": .credentialsRejected, "RequestExpired": .credentialsRejected,
        "RequestTimeTooSkewed": .credentialsRejected,
        "NoSuchEntity": .notFound, "NoSuchEntityException": .notFound, "DoesNotExistException": .notFound,
        "ResourceNotFoundException": .notFound, "AccountNotFoundException": .notFound,
        "ChildNotFoundException": .notFound, "ParentNotFoundException": .notFound, "InvalidInstanceId": .notFound,
        "InvalidDocument": .invalidDocument, "InvalidDocumentVersion": .invalidDocument,
        "TargetNotConnected": .targetNotConnected,
    ]

    /// The kind of a failure with an answer.
    ///
    /// - Parameters:
    ///   - code: The service's code; nil when the answer has none of its form.
    ///   - status: The HTTP status, no 2xx.
    /// - Returns: What the caller can act on.
    static func kind(code: String?, status: Int) -> AWSFailure.Kind {
        guard let code else { return status >= 500 ? .unavailable : .brokenAnswer }
        if throttlingCodes.contains(code) { return .throttled }
        if status >= 500 { return .unavailable }
        return known[code] ?? .refused
    }
}
