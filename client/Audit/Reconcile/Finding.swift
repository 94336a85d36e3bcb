internal import SessionCore

/// One thing in which CloudTrail and the broker's records do not agree, or that somebody must look at.
struct Finding: Hashable {
    /// What kind of thing; the raw values are stable.
    enum Kind: String, Hashable, CaseIterable {
        case startedAround = "started-around-broker"
        case assumedAround = "role-assumed-around-broker"
        case intentWithoutSession = "intent-without-session"
        case missingInTrail = "missing-in-cloudtrail"
        case resumedByOther = "resumed-by-other"
        case endedByOther = "terminated-by-other"
        case mismatch = "mismatch"
        case outcomeResolved = "outcome-resolved"
        case breakGlass = "break-glass"

        /// What it means, for a person.
        var meaning: String {
            switch self {
            case .startedAround: "a session was started without the broker"
            case .assumedAround: "the broker's role was assumed without the broker"
            case .intentWithoutSession: "granted, then neither an outcome nor a session"
            case .missingInTrail: "in the records, but not in CloudTrail"
            case .resumedByOther: "resumed by somebody else than its owner"
            case .endedByOther: "terminated by somebody else than the broker"
            case .mismatch: "the same session, told in two ways"
            case .outcomeResolved: "its outcome was not known; CloudTrail knows it"
            case .breakGlass: "done with a break-glass role"
            }
        }
    }

    let kind: Kind
    let time: Timestamp
    let area: TrailPlace.Area
    /// Who did it, as CloudTrail names them; for a session that CloudTrail lacks, its owner.
    let who: String?
    let node: String?
    /// Systems Manager's id of the session.
    let sessionID: String?
    /// The broker's id of the session.
    let session: RecordID?
    let eventID: String?
    let requestID: String?
    /// What differs, one sentence.
    let detail: String

    /// A finding about an event.
    init(_ kind: Kind, _ event: TrailEvent, session: BrokerSession? = nil, detail: String) {
        self.kind = kind
        time = event.place.time
        area = event.place.area
        who = event.principal.name
        node = event.node ?? session?.node
        sessionID = event.sessionID ?? session?.sessionID
        self.session = session?.id
        eventID = event.eventID
        requestID = event.requestID
        self.detail = detail
    }

    /// A finding about a session of the records.
    init(_ kind: Kind, _ session: BrokerSession, detail: String) {
        self.kind = kind
        time = session.opened ?? Timestamp(milliseconds: 0)
        area = session.area
        who = session.owner
        node = session.node
        sessionID = session.sessionID ?? session.match?.sessionID
        self.session = session.id
        eventID = session.match?.eventID
        requestID = session.startRequestID
        self.detail = detail
    }

    /// The finding for programs.
    ///
    /// Shape: `{"account":"…","detail":"…","eventId":"…","kind":"mismatch","node":"i-…","region":"…","requestId":"…","session":"<uuid>",
    /// "sessionId":"…","time":"…","who":"…"}`; what is not known is left out.
    var json: JSON {
        .compact([
            "account": .string(area.account), "detail": .string(detail), "eventId": eventID.map(JSON.string),
            "kind": .string(kind.rawValue), "node": node.map(JSON.string), "region": .string(area.region),
            "requestId": requestID.map(JSON.string), "session": session.map { .string($0.text) },
            "sessionId": sessionID.map(JSON.string), "time": .string(time.description), "who": who.map(JSON.string),
        ])
    }

    /// In the order of time; then of the class, so that a listing is the same each time.
    static func precedes(_ left: Finding, _ right: Finding) -> Bool {
        if left.time != right.time { return left.time < right.time }
        if left.kind != right.kind { return left.kind.rawValue < right.kind.rawValue }
        return (left.eventID ?? left.session?.text ?? "") < (right.eventID ?? right.session?.text ?? "")
    }
}
