internal import SessionCore

extension ExitStatus {
    /// The exit code for the broker's refusal: the one place where the two tables meet.
    init(_ code: ProblemCode) {
        switch code {
        case .signatureInvalid, .credentialsExpired: self = .signIn
        // We sign every request, so API Gateway says this of a path that it does not know: the address is wrong.
        case .notSigned: self = .usage
        case .frontDoorDenied, .organizationNotAllowed, .callerNotPermissionSet, .roleNotProven,
            .permissionSetNotMapped,
            .accountNotAllowed, .regionNotAllowed, .kindNotAllowed, .commandNotAllowed, .portNotAllowed,
            .hostNotAllowed, .sessionNoLongerAllowed, .reasonRequired,
            .ticketRequired,
            .linuxUserForbidden, .nodeNotLinux, .nodeNotAllowed, .targetRoleRefused, .auditNotAllowed,
            .administratorRequired, .blockLocksYouOut,
            .tooManySessions, .callerBlocked, .mapExceedsCeiling, .mapNotAllowed, .mapLocksYouOut:
            self = .denied
        case .nodeNotFound: self = .nodeNotFound
        case .nodeOffline, .nodeNotConnected, .documentPending: self = .nodeNotReady
        case .auditUnavailable: self = .auditUnavailable
        case .bodyInvalid, .queryInvalid, .reasonInvalid, .mapInvalid: self = .usage
        case .integrationTimeout, .integrationFailed, .routeNotFound, .methodNotAllowed, .requestExpired,
            .requestReplayed, .documentMissing, .documentChanged, .documentNotDefault, .sessionNotFound, .blockNotFound,
            .sessionEnded, .startFailed, .startUnknown, .deadlineTooClose, .targetRoleTagged, .awsThrottled,
            .awsUnavailable,
            .changeUnknown, .mapChanged, .mapMissing, .mapVersionNotFound, .internalFailure:
            self = .failed
        }
    }
}

extension CommandFailure {
    /// The broker's refusal.
    ///
    /// - Parameters:
    ///   - problem: What it said.
    ///   - purpose: What did not happen, without a full stop.
    init(_ problem: Problem, purpose: String) {
        self.init(
            ExitStatus(problem.code),
            code: problem.code.rawValue,
            what:
                "\(purpose): \(problem.title.prefix(1).lowercased())\(problem.title.dropFirst()) (\(problem.code.rawValue)).",
            why: problem.code == .notSigned ? ["SSM_BROKER_URL leads to no route of the API."] : [problem.detail],
            next: problem.next.isEmpty || problem.code == .notSigned ? Self.next(after: problem.code) : problem.next,
            requestID: problem.requestID
        )
        isFromBroker = true
    }

    /// What to do where the answer does not say.
    private static func next(after code: ProblemCode) -> String? {
        switch ExitStatus(code) {
        case .usage where code == .notSigned: "Check SSM_BROKER_URL: the API with its stage, as https://…/prod."
        case .signIn: "Sign in again with your permission set, then repeat the command."
        case .denied: "ssm-broker whoami shows what the role map gives you."
        case .failed: "Repeat the command; with the request id, whoever runs the broker finds the reason."
        default: nil
        }
    }
}
