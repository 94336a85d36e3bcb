internal import HTTPTransport
internal import SessionCore

/// One operation with its input, and how to read its output.
struct AWSCall<Output: Sendable>: Sendable {
    /// When a failed attempt may be repeated.
    enum Repeatable: Sendable {
        /// Doing it twice is as good as once.
        case always
        /// Each success makes something new, so only a refusal to begin may be repeated.
        case onlyWhenThrottled
    }

    /// The service.
    let service: AWSService
    /// The operation's name in the service's model.
    let operation: String
    /// When it may be repeated.
    let repeatable: Repeatable
    /// The method; anything but `POST` only in the REST protocols.
    var method = "POST"
    /// What follows the endpoint's address, percent-encoded and without a slash before it.
    var path = ""
    /// Protocol headers besides those of the signature.
    let headers: [HTTPHeader]
    /// The body as it will be sent.
    let body: [UInt8]
    /// Reads a 2xx answer.
    let output: @Sendable (_ response: HTTPResponse, _ requestID: String?) throws -> Output
    /// Reads the error in any other answer.
    let fault: @Sendable (HTTPResponse) -> ServiceFault?
    /// The request ID, where this protocol puts it.
    let requestID: @Sendable (HTTPResponse) -> String?
}

/// What a service says about a refusal.
struct ServiceFault: Sendable, Hashable {
    /// The error code without namespace, for example `ThrottlingException`.
    let code: String
    /// The service's words; may be empty.
    let message: String
    /// Why a transaction was cancelled, one for each of its writes, in their order; else none.
    var reasons: [AWSFailure.CancellationReason] = []
}

/// A 2xx answer that lacks what the service always gives.
struct BrokenOutput: Error, Sendable, Hashable {
    /// What is missing or unreadable, for example `SessionId`; never the value.
    let part: String
}
