internal import SessionCore

/// A session as the broker's records tell it: only what CloudTrail can be compared with.
struct BrokerSession {
    /// What the records say became of it.
    enum Outcome: Hashable {
        case none
        case started
        case failed
        case unknown
    }

    /// The event of CloudTrail that is its start.
    struct Match {
        let eventID: String
        let sessionID: String?
    }

    let id: RecordID
    var area: TrailPlace.Area
    var node: String
    var document: String?
    var roleSessionName: String?
    var sourceIdentity: String?
    /// Who asked, for a person.
    var owner: String?
    /// When it was granted; nil when that record was not read.
    var opened: Timestamp?
    var outcome = Outcome.none
    var sessionID: String?
    var startRequestID: String?
    /// The ARN under which it was started.
    var assumedRoleARN: String?
    var match: Match?
    /// With which error AWS refused to start it, as far as CloudTrail tells.
    var refusal: String?

    /// Takes in a record of this session; the order does not matter.
    fileprivate mutating func take(_ record: AuditRecord, _ access: AuditAccess) {
        document = document ?? access.document?.name
        roleSessionName = roleSessionName ?? access.roleSessionName
        sourceIdentity = sourceIdentity ?? access.sourceIdentity
        owner = owner ?? record.caller.map { "\($0.owner.user) (\($0.permissionSet ?? "-"))" }
        switch record.event {
        case .intent: opened = record.time
        case .started: outcome = .started
        case .failed: outcome = .failed
        case .unknown: outcome = .unknown
        default: break
        }
        guard let aws = record.aws else { return }
        sessionID = sessionID ?? aws.sessionID
        startRequestID = startRequestID ?? aws.requestIDs[TrailEvent.Call.start.rawValue]
        assumedRoleARN = assumedRoleARN ?? aws.assumedRoleARN
    }
}

/// The sessions of the records, found by what CloudTrail's events hold.
struct BrokerSessions {
    private struct Request: Hashable {
        let area: TrailPlace.Area
        let id: String
    }

    private(set) var all: [BrokerSession] = []
    private var byID: [RecordID: Int] = [:]
    private var byRequest: [Request: Int] = [:]
    private var bySessionID: [String: Int] = [:]
    private var byName: [String: Int] = [:]

    subscript(_ place: Int) -> BrokerSession {
        get { all[place] }
        set { all[place] = newValue }
    }

    /// Takes a record; the order does not matter.
    mutating func take(_ record: AuditRecord) {
        guard let id = record.session, let access = record.access else { return }
        switch record.event {
        case .intent, .started, .failed, .unknown: break
        // Renewals and ends tell nothing that the start does not, and carry the keys of other calls.
        default: return
        }
        let place = byID[id] ?? add(id, access)
        // Within the list: a copy of it for each record would take longer than everything else.
        all[place].take(record, access)
        let session = all[place]
        if let request = session.startRequestID { byRequest[Request(area: session.area, id: request)] = place }
        if let sessionID = session.sessionID { bySessionID[sessionID] = place }
        if let name = session.roleSessionName { byName[name] = place }
    }

    private mutating func add(_ id: RecordID, _ access: AuditAccess) -> Int {
        let area = TrailPlace.Area(account: access.account.digits, region: access.region.name)
        byID[id] = all.count
        all.append(BrokerSession(id: id, area: area, node: access.node.text))
        return all.count - 1
    }

    /// The session that a start is about by an exact key: the request's id, then the session's.
    func exactly(_ event: TrailEvent) -> Int? {
        if let id = event.requestID, let place = byRequest[Request(area: event.place.area, id: id)] { return place }
        return event.sessionID.flatMap { bySessionID[$0] }
    }

    /// The session with this id.
    func with(sessionID: String) -> Int? { bySessionID[sessionID] }

    /// Whether a session's id, in which the name of its role session stands first, is one of ours though no record holds it.
    func mayOwn(_ sessionID: String) -> Bool {
        sessionID.lastIndex(of: "-").map { named(String(sessionID[..<$0])) != nil } ?? false
    }

    /// The session that was granted under this name of a role session; each grant has a name of its own.
    func named(_ roleSessionName: String?) -> Int? { roleSessionName.flatMap { byName[$0] } }
}
