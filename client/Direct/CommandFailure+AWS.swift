internal import AWSClient
internal import SessionCore

extension CommandFailure {
    /// AWS started no session for the engineer.
    ///
    /// - Parameters:
    ///   - failure: What AWS said.
    ///   - plan: Who asked, and with which document.
    ///   - request: For which node.
    init(starting failure: AWSFailure, _ plan: DirectSession.Plan, _ request: DirectSession.Request) {
        let purpose = "No session was opened"
        let (node, region) = (request.node, request.region)
        let command = "ssm-broker connect \(node) --region \(region)"
        let form: (status: ExitStatus, code: String, what: String, why: [String], next: String)
        switch failure.kind {
        case _ where failure.outcomeUnknown:
            form = (
                .failed, ProblemCode.startUnknown.rawValue,
                "It is not known whether a session was opened: AWS's answer was lost.",
                ["A session without a user ends by itself when its idle time is over."],
                "aws ssm describe-sessions --state Active --region \(region) --filters key=Target,value=\(node)"
            )
        case .accessDenied:
            form = (
                .denied, "ACCESS_DENIED", "\(purpose): IAM refused StartSession to \(plan.caller.title).",
                ["Where the guardrails stand, only the BreakGlass permission set starts sessions around the broker."],
                "\(command) asks the broker. When it is down: \(command) --direct --profile BREAKGLASS --document \(plan.document)"
            )
        case .targetNotConnected:
            form = (
                .nodeNotReady, ProblemCode.nodeNotConnected.rawValue,
                "\(purpose): \(node) is not connected to Session Manager in \(plan.caller.account), \(region).",
                [],
                "aws ssm get-connection-status --target \(node) --region \(region); check --region and --profile too."
            )
        case .notFound:
            form = (
                .nodeNotFound, ProblemCode.nodeNotFound.rawValue,
                "\(purpose): there is no \(node) in \(plan.caller.account), \(region).",
                [], "Check the id, --region, and --profile for the account."
            )
        case .invalidDocument:
            form = (
                .failed, ProblemCode.documentMissing.rawValue,
                "\(purpose): \(plan.document) is no session document in \(plan.caller.account), \(region).",
                [],
                "Roll the map out (ssm-broker map rollout shows where it stands), or name a document: \(command) --direct --document NAME"
            )
        default:
            self.init(failure, purpose: purpose)
            return
        }
        self.init(
            form.status,
            code: form.code,
            what: form.what,
            why: form.why + [failure.words],
            next: form.next,
            requestID: failure.requestID
        )
    }

    /// AWS did not do what the engineer asked of it.
    ///
    /// - Parameters:
    ///   - failure: What AWS said.
    ///   - purpose: What did not happen, without a full stop.
    init(_ failure: AWSFailure, purpose: String) {
        let service = failure.service.rawValue
        let form: (status: ExitStatus, code: ProblemCode, what: String, next: String)
        switch failure.kind {
        case .credentialsRejected where failure.clockSkew != nil:
            self.init(purpose: purpose, skew: failure.clockSkew, said: failure.words, requestID: failure.requestID)
            return
        case .credentialsRejected:
            form = (
                .signIn, .credentialsExpired, "AWS does not accept your credentials",
                "aws sso login, and name the profile with --profile, or export fresh keys; then repeat the command."
            )
        case .accessDenied:
            form = (
                .denied, .startFailed, "IAM refused \(failure.operation)", "Ask for the right to \(failure.operation)."
            )
        case .throttled:
            form = (.failed, .awsThrottled, "AWS asks to slow down", "Repeat the command in a minute.")
        case .unavailable, .brokenAnswer, .unreachable, .deadline:
            form = (
                .failed, .awsUnavailable, "no answer to use came from \(service)",
                "Check the network, VPN and HTTPS_PROXY; then repeat the command."
            )
        case .cancelled:
            form = (.failed, .awsUnavailable, "the call to \(service) was given up", "Repeat the command.")
        case .notFound, .invalidDocument, .targetNotConnected, .refused:
            form = (
                .failed, .startFailed, "AWS refused \(failure.operation)",
                "Correct what AWS names, and repeat the command."
            )
        }
        self.init(
            form.status,
            code: form.code.rawValue,
            what: "\(purpose): \(form.what).",
            why: [failure.words],
            next: form.next,
            requestID: failure.requestID
        )
    }
}

extension AWSFailure {
    /// What AWS said, in one line.
    fileprivate var words: String {
        [code, message.isEmpty ? nil : message].compactMap(\.self).joined(separator: ": ")
    }
}
