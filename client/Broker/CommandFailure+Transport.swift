internal import AWSClient
internal import HTTPTransport
internal import SessionCore

extension CommandFailure {
    /// No answer came.
    ///
    /// - Parameters:
    ///   - failure: Why.
    ///   - host: The broker's host.
    ///   - purpose: What did not happen, without a full stop.
    ///   - mayHaveStarted: Whether the request could have had an effect that nobody here knows of.
    init(_ failure: HTTPFailure, host: String, purpose: String, mayHaveStarted: Bool) {
        var why = [failure.explanation]
        let isUncertain = mayHaveStarted && failure.mayHaveReachedServer
        if isUncertain {
            why.append(
                "The request may have reached the broker; what it started without an answer ends without a user."
            )
        }
        let next: String
        switch failure.kind {
        case .invalidURL: next = "Check \(BrokerEndpoint.Key.url)."
        case .unresolved:
            next = "Check \(BrokerEndpoint.Key.url) and that this machine resolves \(host); a VPN may be needed."
        case .unreachable: next = "Check the network, VPN and HTTPS_PROXY; the host is \(host)."
        case .proxy: next = "Check HTTPS_PROXY and NO_PROXY; \(host) is behind the proxy that they name."
        case .untrusted: next = "Set AWS_CA_BUNDLE to the certificates of a proxy that inspects TLS, and check \(host)."
        case .timeout, .interrupted:
            next = "Repeat the command; if it goes on, look for a proxy between you and \(host)."
        case .tooLarge: next = "Ask for less, for example with --limit."
        case .cancelled: next = "Repeat the command."
        }
        self.init(
            .failed,
            code: isUncertain ? "ANSWER_LOST" : "BROKER_UNREACHABLE",
            what: "\(purpose): \(Self.words[failure.kind] ?? "no answer came") (\(host)).",
            why: why,
            next: next
        )
    }

    private static let words: [HTTPFailure.Kind: String] = [
        .invalidURL: "the broker's address cannot be used",
        .unresolved: "the broker's name has no address",
        .unreachable: "the broker cannot be reached",
        .proxy: "a proxy refused to pass the request on",
        .untrusted: "the broker's certificate is not trusted",
        .timeout: "the broker did not answer in time",
        .interrupted: "the connection broke before the answer was there",
        .tooLarge: "the answer is too large",
        .cancelled: "the request was given up",
    ]

    /// An answer came that is none of the broker's.
    init(foreign response: HTTPResponse, host: String, purpose: String) {
        let via = response.header("Via") ?? response.header("Server")
        let kind = response.header("Content-Type").map { String($0.prefix { $0 != ";" }.prefix(60)) }
        let size = response.body.isEmpty ? "nothing in it" : "\(kind ?? "text of no stated kind") in it"
        var why = ["Status \(response.status) came back with \(size), which is not how the broker answers."]
        if let via { why.append("It names itself \(via.prefix(80)).") }
        let next: String
        switch response.status {
        case 407: next = "Give HTTPS_PROXY the proxy's user and password, or add \(host) to NO_PROXY."
        case 300..<400: next = "Check \(BrokerEndpoint.Key.url): something at \(host) sends requests elsewhere."
        default: next = "Check \(BrokerEndpoint.Key.url), HTTPS_PROXY and NO_PROXY."
        }
        self.init(
            .failed,
            code: response.status == 407 ? "PROXY_REFUSED" : "ANSWER_FOREIGN",
            what: "\(purpose): something between you and the broker answered in its place (\(host)).",
            why: why,
            next: next,
            requestID: response.header("x-amzn-RequestId")
        )
    }

    /// There are no credentials to sign with.
    init(signIn error: any Error, purpose: String) {
        let failure = error as? CredentialsNotFound
        let why = failure?.tried.map { "\($0.source): \($0.reason)" } ?? ["The credentials could not be read."]
        self.init(
            .signIn,
            code: "CREDENTIALS_MISSING",
            what: "\(purpose): there are no AWS credentials to sign with.",
            why: why,
            next: failure?.tried.lazy.compactMap(\.fix).first ?? "aws sso login --profile NAME, then add --profile NAME"
        )
    }

    /// The credentials are known to be out of date, so asking is of no use.
    ///
    /// - Parameters:
    ///   - credentials: Those.
    ///   - purpose: What did not happen, without a full stop.
    ///   - next: The command that signs in again, where it is known.
    init(expired credentials: AWSCredentials, purpose: String, next: String? = nil) {
        self.init(
            .signIn,
            code: ProblemCode.credentialsExpired.rawValue,
            what: "\(purpose): your AWS credentials have expired.",
            why: credentials.expiration.map { ["They ended at \($0)."] } ?? [],
            next: next
                ?? "aws sso login, and name the profile with --profile, or export fresh keys; then repeat the command."
        )
    }
}
