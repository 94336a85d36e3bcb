internal import AWSClient
internal import HTTPTransport
internal import SessionCore

/// What this machine knows and the broker does not, for whoever is refused: how they signed in, where their settings come from, whom to
/// ask.
struct Advice: Sendable {
    /// What signs the person in again; nil when that is not known.
    var signIn: String?
    /// Whom to ask for what the role map does not give.
    var contact: String?
    /// The Region that the settings name for nodes.
    var nodeRegion: Settings.Value?
    /// The broker's Region, and where it comes from.
    var brokerRegion: Settings.Value?

    /// Knows nothing.
    init() {}

    /// Reads the settings.
    init(_ settings: Settings, environment: [String: String]) {
        signIn = Self.signIn(settings, environment)
        contact = settings.value(.contact)?.text
        nodeRegion = settings.value(.region)
        brokerRegion = settings.value(.brokerRegion)
    }

    private static func signIn(_ settings: Settings, _ environment: [String: String]) -> String {
        let keys = "AWS_ACCESS_KEY_ID"
        if settings.namedProfile == nil, environment[keys]?.isEmpty == false {
            return "The keys come from the environment: export fresh ones, or unset \(keys) and add --profile NAME."
        }
        let options = ProfileOptions(profile: settings.namedProfile, environment: environment)
        guard let profile = options.identityCenterProfile else {
            return "Renew the credentials of profile \(options.profile), then repeat the command."
        }
        return "aws sso login --profile \(profile)"
    }

    /// The broker's or its front door's refusal, completed.
    func completed(_ problem: Problem, purpose: String, _ response: HTTPResponse, at now: Timestamp) -> CommandFailure {
        var failure = CommandFailure(problem, purpose: purpose)
        switch problem.code {
        case .signatureInvalid, .credentialsExpired, .requestExpired:
            if let skew = ClockSkew(of: response, now: now), skew.isTooLarge {
                return CommandFailure(
                    purpose: purpose,
                    skew: skew,
                    said: problem.detail,
                    requestID: problem.requestID,
                    isFromBroker: true
                )
            }
            // Source: what SigV4's verifiers say of a credential's scope, for example API Gateway's.
            if problem.code == .signatureInvalid, problem.detail.lowercased().contains("valid region") {
                return wrongRegion(problem, purpose: purpose)
            }
            if problem.code == .credentialsExpired, let signIn { failure.advise(signIn) }
        default: break
        }
        if failure.status == .denied, let contact { failure.advise("\(failure.next ?? "") Ask \(contact) for more.") }
        return failure
    }

    private func wrongRegion(_ problem: Problem, purpose: String) -> CommandFailure {
        let region = brokerRegion?.text ?? "another Region"
        let source = brokerRegion?.source.name(of: .brokerRegion) ?? BrokerEndpoint.Key.region
        var failure = CommandFailure(
            .usage,
            code: "BROKER_REGION_WRONG",
            what: "\(purpose): the broker is not in \(region), for which the request was signed.",
            why: ["\(source) says \(region). The front door says: \(problem.detail)"],
            next: "Correct \(source): the Region that whoever runs the broker tells you, or that its address names.",
            requestID: problem.requestID
        )
        failure.isFromBroker = true
        return failure
    }

    /// Where a node was looked for, and why there.
    func place(_ region: Region) -> String {
        let source = nodeRegion.flatMap { $0.text == region.name ? $0.source.name(of: .region) : nil } ?? "--region"
        return "It was looked for in \(region) (\(source)), in the account of the permission set that signs."
    }
}

extension CommandFailure {
    /// A signature was refused because this machine's clock is wrong: signing in again would not help.
    init(purpose: String, skew: ClockSkew?, said: String, requestID: String?, isFromBroker: Bool = false) {
        self.init(
            .failed,
            code: "CLOCK_WRONG",
            what: "\(purpose): \(skew.map { "\($0)" } ?? "this machine's clock is wrong").",
            why: ["Signatures are good for five minutes. \(said)"],
            next: "Set the clock (timedatectl set-ntp true), then repeat the command.",
            requestID: requestID
        )
        self.isFromBroker = isFromBroker
    }
}

extension BrokerClient {
    /// How long the question what the person may do may take, when something else has failed already.
    private static let standingMilliseconds = 5000

    /// A refused session with what helps to find another: where it was looked for, or what the role map gives.
    func explained(_ failure: CommandFailure, _ request: OpenSessionRequest) async -> CommandFailure {
        var explained = failure
        switch ProblemCode(rawValue: failure.code) {
        case .nodeNotFound, .nodeNotConnected, .nodeOffline: explained.explain(advice.place(request.region))
        case .kindNotAllowed, .regionNotAllowed, .nodeNotAllowed:
            // The refusal stands without it, so why it could not be had is of no use to anybody.
            let standing = try? await call(
                "GET",
                "/v1/identity",
                milliseconds: Self.standingMilliseconds,
                purpose: ""
            )
            if let standing = standing.flatMap(IdentityReply.init(json:)) { explained.explain(standing.sentence) }
        default: break
        }
        return explained
    }
}

extension IdentityReply {
    /// What the role map gives, in one sentence.
    var sentence: String {
        let who = "Permission set \(permissionSet) in account \(account)"
        guard let linuxUser else { return "\(who) starts no sessions." }
        let tags = nodeTags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.joined(separator: "|"))" }
        let places = regions.isEmpty ? "every Region" : regions.map(\.name).joined(separator: ", ")
        let nodes = tags.isEmpty ? "any node" : "nodes with \(tags.joined(separator: ", "))"
        return "\(who) may: \(kinds.map(\.rawValue).joined(separator: ", ")) as \(linuxUser) on \(nodes) in \(places)."
    }
}
