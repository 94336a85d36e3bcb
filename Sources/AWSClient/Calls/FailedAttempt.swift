internal import HTTPTransport

/// One attempt that gave no output, and whether asking again makes sense.
struct FailedAttempt: Error, Sendable, Hashable {
    /// The failure as the caller will see it if this attempt is the last.
    var failure: AWSFailure
    /// Whether the reason may pass by itself.
    let isTransient: Bool

    /// A failure that will not pass.
    init(_ failure: AWSFailure) {
        self.failure = failure
        isTransient = false
    }

    /// No whole answer came.
    init<Output>(_ call: AWSCall<Output>, transport: HTTPFailure) {
        failure = AWSFailure(
            transport.kind == .cancelled ? .cancelled : .unreachable,
            call,
            message: transport.explanation,
            outcomeUnknown: transport.mayHaveReachedServer
        )
        switch transport.kind {
        case .unresolved, .unreachable, .timeout, .interrupted: isTransient = true
        case .invalidURL, .proxy, .untrusted, .tooLarge, .cancelled: isTransient = false
        }
    }

    /// An answer came that is no success.
    init<Output>(_ call: AWSCall<Output>, response: HTTPResponse, requestID: String?) {
        let fault = call.fault(response)
        let kind = FaultKind.kind(code: fault?.code, status: response.status)
        failure = AWSFailure(
            kind,
            call,
            code: fault?.code,
            message: fault?.message
                ?? "an answer with status \(response.status) that is not \(call.service.rawValue)'s",
            status: response.status,
            requestID: requestID,
            // Only the service itself, refusing by name, vouches that nothing was done.
            outcomeUnknown: fault == nil || (kind != .throttled && response.status >= 500),
            cancellationReasons: fault?.reasons ?? []
        )
        isTransient =
            kind == .throttled || kind == .unavailable || response.status == 429
            || FaultKind.transientCodes.contains(fault?.code ?? "")
    }

    /// A success came that cannot be read.
    init<Output>(_ call: AWSCall<Output>, broken: any Error, status: Int, requestID: String?) {
        failure = AWSFailure(
            .brokenAnswer,
            call,
            message: (broken as? BrokenOutput).map { "no usable \($0.part) in the answer" }
                ?? "the answer is unreadable",
            status: status,
            requestID: requestID,
            outcomeUnknown: true
        )
        isTransient = true
    }

    /// Whether another attempt is allowed.
    func mayBeRepeated<Output>(_ rule: AWSCall<Output>.Repeatable) -> Bool {
        switch rule {
        case .always: isTransient
        case .onlyWhenThrottled: failure.kind == .throttled
        }
    }
}

extension AWSFailure {
    init<Output>(
        _ kind: Kind,
        _ call: AWSCall<Output>,
        code: String? = nil,
        message: String,
        status: Int? = nil,
        requestID: String? = nil,
        outcomeUnknown: Bool = false,
        cancellationReasons: [AWSFailure.CancellationReason] = []
    ) {
        self.init(
            kind,
            service: call.service,
            operation: call.operation,
            code: code,
            message: message,
            status: status,
            requestID: requestID,
            outcomeUnknown: outcomeUnknown,
            cancellationReasons: cancellationReasons
        )
    }
}
