/// What `DELETE /v1/sessions/{id}` answers: that the session has ended, and who ended it first.
///
/// Shape: `{"by":"administrator","cause":"block","ended":true,"id":"6f1c…"}`. `by` is absent when the log could not be asked, and
/// `cause` unless something larger ended the session: `block`, `named together`, `role map version 12`.
public struct EndSessionReply: Sendable, Hashable {
    /// The session.
    public var id: RecordID
    /// Who ended it: `owner`, `administrator`, `sweep`, `broker`, or `elsewhere` when it was found ended.
    public var by: String?
    /// What it ended with.
    public var cause: String?

    /// Makes a reply.
    public init(id: RecordID, by: String? = nil, cause: String? = nil) {
        self.id = id
        self.by = by
        self.cause = cause
    }

    /// Makes the reply about a session from its records: the first record of an end says who was first.
    ///
    /// - Parameters:
    ///   - id: The session.
    ///   - records: All of its records.
    public init(id: RecordID, records: [AuditRecord]) {
        let first = records.filter { $0.event == .ended }.min { $0.time < $1.time }
        self.init(id: id, by: first?.details["by"], cause: first?.details["cause"])
    }

    /// The reply as JSON.
    public var json: JSON {
        .compact([
            "by": by.map(JSON.string), "cause": cause.map(JSON.string), "ended": true, "id": .string(id.text),
        ])
    }

    /// Reads a reply; nil when it is none.
    public init?(json: JSON) {
        guard let id = json["id"]?.text.flatMap({ try? RecordID($0) }), json["ended"] == true else { return nil }
        self.init(id: id, by: json["by"]?.text, cause: json["cause"]?.text)
    }
}
