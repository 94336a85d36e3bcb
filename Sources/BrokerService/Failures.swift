internal import AWSClient
internal import Logging
internal import SessionCore

extension Exchange {
    /// The problem that the caller sees for whatever ended their request; the cause is kept for the log.
    mutating func problem(for error: any Error) -> Problem {
        if let problem = error as? Problem { return problem.plain }
        note(error)
        if let unknown = error as? UnknownChange { return unknown.problem }
        if let failure = error as? AWSFailure { return Problem(failure).plain }
        if let damage = error as? RoleMapDamage {
            return Problem(
                .mapMissing,
                detail: "The published role map cannot be used: \(damage).",
                next: "Tell the platform team the request id."
            )
        }
        switch error as? AuditStoreFailure {
        case .requestAlreadyUsed:
            return Problem(
                .requestReplayed,
                detail: "This request was made before; a request starts one session at most.",
                next:
                    "Run the command again, which makes a new request. If you did not make it twice, tell the security team."
            )
        case .tooManySessions(let maximum):
            return Problem(
                .tooManySessions,
                detail:
                    "You have \(maximum) \(maximum == 1 ? "session" : "sessions") already, which is as many as the role map allows at a time.",
                next: "See them with ssm-broker sessions, and end one: ssm-broker sessions end <id>"
            )
        case .blocked(let block):
            // The reason is the administrators' own business; the block's record has it.
            return Problem(
                .callerBlocked,
                detail:
                    "An administrator has blocked \(block.key.isUser ? "this user" : "everybody with this role") since \(block.since).",
                next: "Ask your security team; only they can lift the block: ssm-broker unblock"
            )
        case .mapChanged(let current):
            return Problem(
                .mapChanged,
                detail: "Version \(current) of the role map was published meanwhile, so nothing was published.",
                next: "See what changed, bring your map up to it and publish again: ssm-broker map plan"
            )
        case .outcomeAlreadyRecorded, .unavailable:
            return Problem(
                .auditUnavailable,
                detail: "The broker could not record this request, so it was refused.",
                next: "Try again in a minute; if it stays, tell the platform team."
            )
        case nil:
            return Problem(
                .internalFailure,
                detail: "The broker failed in a way that it does not know.",
                next: "Tell the platform team the request id."
            )
        }
    }

    /// Keeps why something failed for the request's line in the log.
    ///
    /// AWS's messages are left out: they name the role session, and so the person. The record has them.
    ///
    /// - Parameters:
    ///   - error: What was thrown.
    ///   - part: What failed; `failure` for the request itself.
    mutating func note(_ error: any Error, of part: String = "failure") {
        switch error {
        case let error as AWSFailure:
            failure["\(part).operation"] = "\(error.service.rawValue):\(error.operation)"
            failure["\(part).kind"] = "\(error.kind.rawValue)"
            failure["\(part).code"] = error.code.map { "\($0)" }
            failure["\(part).aws.request.id"] = error.requestID.map { "\($0)" }
        case AuditStoreFailure.blocked:
            // The block names a person, and says why.
            failure["\(part).audit"] = "blocked"
        case let error as AuditStoreFailure:
            failure["\(part).audit"] = "\(error)"
        case let error as UnknownChange:
            failure["\(part).audit"] = "\(error.cause)"
        default:
            failure["\(part).type"] = "\(type(of: error))"
        }
    }
}

extension Problem {
    /// The longest detail that leaves the broker, in characters.
    static let maximumDetailLength = 1024

    /// The same problem; what its detail quotes from outside does nothing to a terminal.
    var plain: Problem {
        Problem(code, detail: detail.printable(maximumLength: Self.maximumDetailLength), next: next)
    }

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
