/// The body of `POST /v1/sessions`.
///
/// Shape: `{"kind":"shell","node":"i-0aaaaaaaaaaaaaaa1","region":"eu-west-1","requestId":"6f1c…","time":"2026-11-21T08:00:00Z"}`,
/// `command` for a command, `port` and perhaps `host` and `localPort` for a port, and `reason`, `ticket`, `dryRun` and `client` when
/// there is something to say.
public struct OpenSessionRequest: Sendable, Hashable {
    /// Made by the client, once for each attempt of a person; a second use is refused.
    public var requestID: RecordID
    /// When the client made the request.
    public var time: Timestamp
    /// What kind of session.
    public var kind: SessionKind
    /// What the session is for; the parts that belong to the kind.
    public var parameters: SessionParameters
    /// Where to.
    public var node: NodeID
    /// The node's Region.
    public var region: Region
    /// Why, in the engineer's words; 1 to 256 characters without controls, not all blank.
    public var reason: String?
    /// The ticket that this belongs to; 1 to 128 characters without controls, not all blank.
    public var ticket: String?
    /// Whether to stop after the decision.
    public var isDryRun: Bool
    /// Which client asks, for example `ssm-broker/0.1.0`; recorded, never trusted.
    public var client: String?

    /// Makes a request.
    public init(
        requestID: RecordID,
        time: Timestamp,
        kind: SessionKind,
        parameters: SessionParameters = SessionParameters(),
        node: NodeID,
        region: Region,
        reason: String? = nil,
        ticket: String? = nil,
        isDryRun: Bool = false,
        client: String? = nil
    ) {
        self.requestID = requestID
        self.time = time
        self.kind = kind
        self.parameters = parameters
        self.node = node
        self.region = region
        self.reason = reason
        self.ticket = ticket
        self.isDryRun = isDryRun
        self.client = client
    }

    /// The longest reason that StartSession takes, in characters.
    ///
    /// Source: Systems Manager API Reference, `SessionReason`.
    public static let maximumReasonLength = 256

    /// The largest body that is read, in bytes: a command line has up to six for each character, when all are escaped.
    static let maximumBytes = 32_768

    /// Whether text may stand in a record and in StartSession's `Reason`: within the length, not blank, and without control characters.
    public static func isPlainText(_ text: String, maximumLength: Int) -> Bool {
        // AWS counts UTF-16 code units.
        (1...maximumLength).contains(text.utf16.count)
            && text.unicodeScalars.allSatisfy(\.isPrintable)
            && !text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
    }

    /// The request as JSON.
    public var json: JSON {
        .compact([
            "client": client.map(JSON.string),
            "command": parameters.commandJSON,
            "dryRun": isDryRun ? true : nil,
            "host": parameters.hostJSON,
            "kind": .string(kind.rawValue),
            "localPort": parameters.localPortJSON,
            "node": .string(node.text),
            "port": parameters.portJSON,
            "reason": reason.map(JSON.string),
            "region": .string(region.name),
            "requestId": .string(requestID.text),
            "ticket": ticket.map(JSON.string),
            "time": .string(time.description),
        ])
    }

    /// Reads a body.
    ///
    /// - Parameter body: The bytes as they came.
    /// - Throws: ``Problem`` with `BODY_INVALID` naming every wrong member, or `REASON_INVALID` when only the reason is wrong.
    public init(body: [UInt8]) throws(Problem) {
        let json = try RequestBody.parse(body, maximumBytes: Self.maximumBytes)
        var reader = JSONReader(json)
        let requestID = reader.required("requestId", expected: "a UUID") { try? RecordID($0) }
        let time = reader.required("time", expected: "a time as RFC 3339") { Timestamp($0) }
        let kinds = SessionKind.allCases.map(\.rawValue).joined(separator: ", ")
        let kind = reader.required("kind", expected: "one of \(kinds)") { SessionKind(rawValue: $0) }
        let parameters = SessionParameters(reader: &reader, kind: kind)
        let node = reader.required("node", expected: "a node id as i-0123456789abcdef0") { try? NodeID($0) }
        let region = reader.required("region", expected: "a Region as eu-west-1") { try? Region($0) }
        let ticket = reader.optional("ticket", expected: "a ticket of 1 to 128 characters") { text in
            Self.isPlainText(text, maximumLength: 128) ? text : nil
        }
        let client = reader.optional("client", expected: "a client name of 1 to 128 characters") { text in
            Self.isPlainText(text, maximumLength: 128) ? text : nil
        }
        let isDryRun = reader.bool("dryRun") ?? false
        let reason = reader.optional("reason", expected: "text") { $0 }
        let problems = reader.finished()
        guard problems.isEmpty, let requestID, let time, let kind, let node, let region else {
            throw RequestBody.problem(problems)
        }
        if let reason, !Self.isPlainText(reason, maximumLength: Self.maximumReasonLength) {
            throw Problem(
                .reasonInvalid,
                detail: reason.utf16.count > Self.maximumReasonLength
                    ? "The reason has \(reason.utf16.count) characters; at most \(Self.maximumReasonLength) are taken."
                    : "The reason is empty or blank, or holds control characters.",
                next: "Say why in a few words after --reason; a ticket number often says enough."
            )
        }
        self.init(
            requestID: requestID,
            time: time,
            kind: kind,
            parameters: parameters,
            node: node,
            region: region,
            reason: reason,
            ticket: ticket,
            isDryRun: isDryRun,
            client: client
        )
    }
}

/// What all bodies have in common.
public enum RequestBody {
    /// The largest body that is read, in bytes.
    static let maximumBytes = 8192

    /// Reads a body's JSON.
    ///
    /// - Throws: ``Problem`` with `BODY_INVALID`.
    public static func parse(_ body: [UInt8]) throws(Problem) -> JSON {
        try parse(body, maximumBytes: maximumBytes)
    }

    static func parse(_ body: [UInt8], maximumBytes: Int) throws(Problem) -> JSON {
        guard body.count <= maximumBytes else {
            throw invalid("The body has \(body.count) bytes; at most \(maximumBytes) are read.")
        }
        do throws(JSON.SyntaxRejection) {
            return try JSON(parsing: body)
        } catch {
            throw invalid("The body is not JSON: \(error.reason) at byte \(error.offset).")
        }
    }

    /// What is wrong with a body, as its sender sees it.
    public static func problem(_ problems: [JSONReader.Problem]) -> Problem {
        let lines = problems.map { problem in
            problem.path.isEmpty
                ? problem.explanation : "\(problem.path.joined(separator: ".")): \(problem.explanation)"
        }
        return invalid(lines.joined(separator: " "))
    }

    static func invalid(_ detail: String) -> Problem {
        Problem(
            .bodyInvalid,
            detail: detail.printable(maximumLength: 1024),
            next: "Send what the broker's openapi.yaml describes, or use the ssm-broker command."
        )
    }
}
