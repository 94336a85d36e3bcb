internal import AWSClient
internal import Logging
internal import SessionCore

extension Exchange {
    /// The problem that the caller sees for whatever ended their request; the cause goes to the log.
    func problem(for error: any Error) -> Problem {
        if let problem = error as? Problem { return problem }
        if let failure = error as? AWSFailure {
            logger.warning(
                "AWS call failed",
                metadata: ["failure": "\(failure)", "aws.request.id": "\(failure.requestID ?? "none")"]
            )
            return Problem(failure)
        }
        switch error as? AuditStoreFailure {
        case .requestAlreadyUsed:
            return Problem(
                .requestReplayed,
                detail: "This request was made before; a request starts one session at most.",
                next:
                    "Run the command again, which makes a new request. If you did not make it twice, tell the security team."
            )
        case .outcomeAlreadyRecorded, .unavailable:
            logger.error("audit store failed", metadata: ["failure": "\(error)"])
            return Problem(
                .auditUnavailable,
                detail: "The broker could not record this request, so it was refused; no usable session results.",
                next: "Try again in a minute; if it stays, tell the platform team."
            )
        case nil:
            logger.error("request failed", metadata: ["failure": "\(type(of: error))"])
            return Problem(
                .internalFailure,
                detail: "The broker failed in a way that it does not know.",
                next: "Tell the platform team the request id."
            )
        }
    }
}

extension Problem {
    /// What an AWS failure means to the caller, where the call's own meaning adds nothing.
    init(_ failure: AWSFailure) {
        let call = "\(failure.service.rawValue):\(failure.operation)"
        switch failure.kind {
        case .throttled:
            self.init(.awsThrottled, detail: "AWS is throttling \(call).", next: "Try again in a minute.")
        case .accessDenied where failure.operation == "AssumeRole":
            self.init(
                .targetRoleRefused,
                detail: "The broker's role in your account cannot be assumed.",
                next: "Ask the platform team whether the account is enrolled."
            )
        case .accessDenied:
            self.init(
                .targetRoleRefused,
                detail: "The broker's role in your account lacks a right for \(call).",
                next: "Ask the platform team to update the role in the account."
            )
        case .deadline:
            self.init(.deadlineTooClose, detail: "The time for this request ran out at \(call).", next: "Try again.")
        default:
            self.init(.awsUnavailable, detail: "\(call) gave no usable answer.", next: "Try again in a minute.")
        }
    }
}
