/// One fact, as it stands in the audit log.
///
/// Shape: a JSON object with `version`, `id`, `time`, `event` and the parts that the event has:
/// `{"access":{…},"caller":{…},"event":"session.intent","id":"…","request":{…},"session":"…","time":"2026-11-21T08:00:00.000Z","version":1}`.
/// Its bytes are the canonical JSON of that object (RFC 8785); they are what the chain covers.
/// No part has a place for a token, a stream URL or a key.
public struct AuditRecord: Sendable, Hashable {
    /// The version of the shape.
    public static let version: Int64 = 1

    /// The record's own id.
    public var id: RecordID
    /// When the broker made the record.
    public var time: Timestamp
    /// What happened.
    public var event: AuditEvent
    /// The broker's id of the session that the record belongs to.
    public var session: RecordID?
    /// Who asked.
    public var caller: AuditCaller?
    /// The request that asked.
    public var request: AuditRequest?
    /// What was asked for, and what the map made of it.
    public var access: AuditAccess?
    /// What AWS answered.
    public var aws: AuditAWS?
    /// The decision or failure: `GRANTED` or a ``ProblemCode``, and why.
    public var decision: AuditDecision?
    /// What belongs to one kind of event only: the filter of a read, who ended a session, the number of chains.
    public var details: [String: String]

    /// Makes a record.
    public init(
        id: RecordID,
        time: Timestamp,
        event: AuditEvent,
        session: RecordID? = nil,
        caller: AuditCaller? = nil,
        request: AuditRequest? = nil,
        access: AuditAccess? = nil,
        aws: AuditAWS? = nil,
        decision: AuditDecision? = nil,
        details: [String: String] = [:]
    ) {
        self.id = id
        self.time = time
        self.event = event
        self.session = session
        self.caller = caller
        self.request = request
        self.access = access
        self.aws = aws
        self.decision = decision
        self.details = details
    }

    /// The intent whose one outcome this record is; nil for every other record.
    public var outcomeOf: RecordID? { event.isOutcome ? session : nil }

    /// The account that the record is about: the node's, or the caller's where there is no node.
    public var account: String? { access?.account.digits ?? caller?.owner.account }

    /// What may be used once: the caller and the request id they chose.
    ///
    /// Only the first record about a request claims it; the record of the refused second use does not.
    public var claim: String? {
        switch event {
        case .intent, .checked: break
        case .denied where decision?.code != ProblemCode.requestReplayed.rawValue: break
        default: return nil
        }
        guard let caller, let requestID = request?.clientRequestID else { return nil }
        return "\(caller.owner.text)/\(requestID)"
    }

    /// The record as JSON.
    public var json: JSON {
        .compact([
            "access": access?.json,
            "aws": aws?.json,
            "caller": caller?.json,
            "decision": decision?.json,
            "details": details.isEmpty ? nil : .object(details.mapValues(JSON.string)),
            "event": .string(event.rawValue),
            "id": .string(id.text),
            "request": request?.json,
            "session": session.map { .string($0.text) },
            "time": .string(time.description),
            "version": .integer(Self.version),
        ])
    }

    /// Reads a record; nil when it is of another version or shape.
    public init?(json: JSON) {
        guard json["version"] == .integer(Self.version),
            let id = json["id"]?.text.flatMap({ try? RecordID($0) }),
            let time = json["time"]?.text.flatMap({ Timestamp($0) }),
            let event = json["event"]?.text.flatMap(AuditEvent.init(rawValue:))
        else { return nil }
        self.init(
            id: id,
            time: time,
            event: event,
            session: json["session"]?.text.flatMap { try? RecordID($0) },
            caller: json["caller"].flatMap(AuditCaller.init(json:)),
            request: json["request"].flatMap(AuditRequest.init(json:)),
            access: json["access"].flatMap(AuditAccess.init(json:)),
            aws: json["aws"].flatMap(AuditAWS.init(json:)),
            decision: json["decision"].flatMap(AuditDecision.init(json:)),
            details: (json["details"]?.members ?? [:]).compactMapValues(\.text)
        )
    }
}
