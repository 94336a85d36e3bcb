internal import AWSClient
internal import HTTPTransport
internal import SessionCore

/// The broker's API, signed with the engineer's credentials.
struct BrokerClient: Sendable {
    /// Where it is.
    let endpoint: BrokerEndpoint
    /// What carries requests.
    let transport: any HTTPTransport
    /// The engineer's credentials, asked for each request: a long session outlives one set.
    let credentials: any CredentialSource
    /// The time that signatures carry.
    let now: @Sendable () -> Timestamp
    /// By whose credentials requests are signed, for what is remembered of the answers.
    var signIn = ""
    /// What a refusal is told with that only this machine knows.
    var advice = Advice()
    /// The reading of the log that is under way.
    var reading = OpenReading()

    /// A little more than API Gateway's 29 s: its own answer says more than our giving up.
    private static let openMilliseconds = 33_000
    /// Ending a session must not hold a person's shell up.
    private static let endMilliseconds = 10_000
    private static let readMilliseconds = 33_000

    /// Asks for a session, or with a dry run for the decision.
    ///
    /// Never repeated here: a second request would carry a second id, and could start a second session.
    ///
    /// - Throws: ``CommandFailure``.
    func open(_ request: OpenSessionRequest) async throws -> OpenSessionReply {
        let json: JSON
        do {
            json = try await call(
                "POST",
                "/v1/sessions",
                body: request.json,
                milliseconds: Self.openMilliseconds,
                purpose: request.isDryRun ? "No decision was made" : "No session was opened"
            )
        } catch let failure as CommandFailure {
            throw await explained(failure, request)
        }
        guard let reply = OpenSessionReply(json: json), (reply.channel == nil) == request.isDryRun else {
            // A session may be open all the same. That it could not be ended is less than what is thrown here.
            if !request.isDryRun, let id = json["id"]?.text.flatMap({ try? RecordID($0) }) { _ = try? await end(id) }
            throw unreadable(purpose: "The broker's answer about the session lacks what this client needs")
        }
        return reply
    }

    /// Fresh channel credentials for a session.
    ///
    /// - Throws: ``CommandFailure``.
    func credentials(for session: RecordID) async throws -> ChannelCredentials {
        let json = try await call(
            "POST",
            "/v1/sessions/\(session)/credentials",
            body: .object([:]),
            milliseconds: Self.readMilliseconds,
            purpose: "The session's credentials were not renewed"
        )
        guard let fresh = ChannelCredentials(json: json) else {
            throw unreadable(purpose: "The broker's answer holds no credentials")
        }
        return fresh
    }

    /// Ends a session.
    ///
    /// - Parameters:
    ///   - session: The broker's id of it.
    ///   - request: Why, where there is something to say.
    /// - Returns: Who ended it first; nil when the answer does not say.
    /// - Throws: ``CommandFailure``.
    @discardableResult
    func end(_ session: RecordID, _ request: EndSessionRequest = EndSessionRequest()) async throws -> EndSessionReply? {
        let json = try await call(
            "DELETE",
            "/v1/sessions/\(session)",
            query: request.parameters,
            milliseconds: Self.endMilliseconds,
            purpose: "The session was not ended"
        )
        return EndSessionReply(json: json)
    }

    /// Who the caller is to the broker.
    ///
    /// - Throws: ``CommandFailure``.
    func identity() async throws -> IdentityReply {
        let json = try await call(
            "GET",
            "/v1/identity",
            milliseconds: Self.readMilliseconds,
            purpose: "The broker did not say who you are"
        )
        guard let reply = IdentityReply(json: json) else {
            throw unreadable(purpose: "The broker's answer about you lacks what this client needs")
        }
        return reply
    }

    /// A request, and the JSON of a good answer.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - path: The route.
    ///   - query: Names and values, not encoded.
    ///   - body: The body; nil for none.
    ///   - milliseconds: How long the whole exchange may take.
    ///   - purpose: What did not happen when this fails, without a full stop.
    /// - Returns: The answer.
    /// - Throws: ``CommandFailure``.
    func call(
        _ method: String,
        _ path: String,
        query: [(name: String, value: String)] = [],
        body: JSON? = nil,
        milliseconds: Int,
        purpose: String
    ) async throws -> JSON {
        let signed = try await sign(
            method,
            path,
            query: query,
            body: body,
            milliseconds: milliseconds,
            purpose: purpose
        )
        let response: HTTPResponse
        do throws(HTTPFailure) {
            response = try await transport.send(signed)
        } catch {
            throw CommandFailure(error, host: endpoint.host, purpose: purpose, mayHaveStarted: method == "POST")
        }
        let json = try? JSON(parsing: response.body)
        if (200..<300).contains(response.status), let json, json.members != nil { return json }
        if let problem = json.flatMap(Problem.init(json:)) {
            throw advice.completed(problem, purpose: purpose, response, at: now())
        }
        throw CommandFailure(foreign: response, host: endpoint.host, purpose: purpose)
    }

    private func sign(
        _ method: String,
        _ path: String,
        query: [(name: String, value: String)],
        body: JSON?,
        milliseconds: Int,
        purpose: String
    ) async throws -> HTTPRequest {
        let keys: AWSCredentials
        do {
            keys = try await credentials.credentials()
        } catch {
            throw CommandFailure(signIn: error, purpose: purpose)
        }
        guard !keys.expire(before: now()) else {
            throw CommandFailure(expired: keys, purpose: purpose, next: advice.signIn)
        }
        let pairs = query.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }
        var request = HTTPRequest(
            method: method,
            url: endpoint.url + path + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")),
            headers: [HTTPHeader("Accept", "application/json"), HTTPHeader("User-Agent", Version.client)],
            limits: HTTPLimits(
                connectMilliseconds: min(10_000, milliseconds),
                totalMilliseconds: milliseconds,
                maximumBodyBytes: HTTPLimits.standard.maximumBodyBytes
            )
        )
        if let body {
            request.headers.append(HTTPHeader("Content-Type", "application/json"))
            request.body = body.canonicalBytes
        }
        do {
            return try SigV4(credentials: keys, service: endpoint.service, region: endpoint.region.name)
                .sign(request, at: now())
        } catch {
            throw CommandFailure(
                .usage,
                code: "SETTINGS_INVALID",
                what: "\(purpose): the request cannot be signed.",
                why: ["\(BrokerEndpoint.Key.url) or the credentials hold characters that no request can carry."]
            )
        }
    }

    private static func encoded(_ text: String) -> String {
        var output = ""
        for byte in text.utf8 {
            let scalar = Character(Unicode.Scalar(byte))
            let isUnreserved = byte < 0x80 && (scalar.isLetter || scalar.isNumber || "-._~".contains(scalar))
            let digits = String(byte, radix: 16, uppercase: true)
            output += isUnreserved ? String(scalar) : "%" + (digits.count == 1 ? "0" : "") + digits
        }
        return output
    }

    private func unreadable(purpose: String) -> CommandFailure {
        CommandFailure(
            .failed,
            code: "ANSWER_UNREADABLE",
            what: "\(purpose).",
            why: ["This is \(Version.client); the broker at \(endpoint.host) may be of another version."],
            next: "Update ssm-broker, or ask whoever runs the broker."
        )
    }
}
