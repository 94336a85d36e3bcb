/// A member of a record that queries may ask for, beside those that records are found by.
///
/// No index has it: the records that the other filters and the times leave are gone through.
public enum AuditField: String, Sendable, Hashable, CaseIterable {
    /// The kind of session asked for, exactly.
    case kind
    /// Why, in the engineer's words; a part of them is enough.
    case reason
    /// The ticket, exactly.
    case ticket
    /// Session Manager's id of the session, exactly.
    case sessionID = "sessionId"
    /// The id that answers and failures name the request by, exactly.
    case requestID = "requestId"
    /// The address that the request came from, exactly.
    case sourceIP = "sourceIp"
    /// The access key id, exactly: the caller's, or that of the role session which the broker made.
    case accessKeyID = "accessKeyId"
    /// The client that asked, with its version; a part is enough.
    case client
    /// The session document's name, exactly.
    case document
    /// The version of the role map that decided, exactly: the SHA-256 of its canonical bytes in hexadecimal.
    case mapVersion

    /// Where a record's JSON has it, for example `access.document.name`; either of them, where there are two.
    public var paths: [String] {
        switch self {
        case .kind, .reason, .ticket, .mapVersion: ["access.\(rawValue)"]
        case .sessionID: ["aws.sessionId"]
        case .requestID: ["request.id"]
        case .sourceIP: ["request.sourceIp"]
        case .accessKeyID: ["caller.accessKeyId", "aws.accessKeyId"]
        case .client: ["request.client", "request.userAgent"]
        case .document: ["access.document.name"]
        }
    }

    /// Whether a part of the text is enough.
    public var isPart: Bool { self == .reason || self == .client }

    /// Whether a text can be looked for.
    public func accepts(_ text: String) -> Bool {
        self == .kind
            ? SessionKind(rawValue: text) != nil : OpenSessionRequest.isPlainText(text, maximumLength: 256)
    }

    /// What a text must be, for a person.
    public var expected: String {
        self == .kind
            ? "one of \(SessionKind.allCases.map(\.rawValue).joined(separator: ", "))" : "a text of 1 to 256 characters"
    }

    /// Whether a record has it.
    func fits(_ wanted: String, in record: JSON) -> Bool {
        // By bytes, as databases compare: Swift takes different texts for the same where they look so.
        let wanted = Array(wanted.utf8)
        return paths.contains { path in
            let member = path.split(separator: ".").reduce(record as JSON?) { $0?[String($1)] }
            guard let text = member?.text.map({ Array($0.utf8) }) else { return false }
            return isPart ? text.contains(wanted) : text == wanted
        }
    }
}
