internal import SessionCore

/// What CloudTrail saw of one session: the calls that made it, resumed it and ended it, by whomever.
struct SessionTrail {
    /// One call.
    struct Sighting {
        let event: TrailEvent
        /// Whether a record of the session names this very request.
        let isRecorded: Bool
    }

    private let names: Set<String>
    private let sessionIDs: Set<String>
    private let requestIDs: Set<String>
    private var seen: Set<String> = []
    private var found: [TrailEvent] = []

    /// - Parameter records: The session's.
    init(of records: [AuditRecord]) {
        names = Set(records.compactMap { $0.access?.roleSessionName })
        sessionIDs = Set(records.compactMap { $0.aws?.sessionID } + records.compactMap { $0.details["sessionId"] })
        requestIDs = Set(
            records.flatMap { $0.aws?.requestIDs.values.map(\.self) ?? [] }
                + records.compactMap { $0.details["channelAssumeRole"] }
        )
    }

    /// Looks at an event; files may hold it twice.
    mutating func take(_ event: TrailEvent) {
        guard isOfSession(event), event.eventID.isEmpty || seen.insert(event.eventID).inserted else { return }
        found.append(event)
    }

    /// The calls, oldest first.
    var sightings: [Sighting] {
        // CloudTrail's times have whole seconds; of one second the calls stand in the order in which a session makes them.
        let order: [TrailEvent.Call] = [.assume, .start, .resume, .end]
        func place(_ event: TrailEvent) -> (Timestamp, Int, String) {
            (event.place.time, order.firstIndex(of: event.call) ?? order.count, event.eventID)
        }
        return found.sorted { place($0) < place($1) }.map { event in
            Sighting(event: event, isRecorded: event.requestID.map(requestIDs.contains) ?? false)
        }
    }

    private func isOfSession(_ event: TrailEvent) -> Bool {
        if let id = event.requestID, requestIDs.contains(id) { return true }
        // A role session's name is in one intent only, so whatever is done under it, or made under it, belongs here.
        if let name = event.principal.roleSessionName, names.contains(name) { return true }
        if let name = event.assumedName, names.contains(name) { return true }
        guard let id = event.sessionID else { return false }
        return sessionIDs.contains(id) || id.lastIndex(of: "-").map { names.contains(String(id[..<$0])) } ?? false
    }

    /// The calls for programs.
    var json: JSON {
        .array(
            sightings.map { sighting in
                let event = sighting.event
                return .compact([
                    "account": .string(event.place.area.account),
                    "by": .string(event.principal.name),
                    "call": .string(event.call.rawValue),
                    "error": event.errorCode.map(JSON.string),
                    "eventId": .string(event.eventID),
                    "isRecorded": .bool(sighting.isRecorded),
                    "region": .string(event.place.area.region),
                    "requestId": event.requestID.map(JSON.string),
                    "roleSessionName": event.assumedName.map(JSON.string),
                    "sessionId": event.sessionID.map(JSON.string),
                    "sourceIdentity": event.principal.sourceIdentity.map(JSON.string),
                    "time": .string(event.place.time.description),
                ])
            }
        )
    }

    /// The calls for a person.
    ///
    /// - Parameter width: The columns there are.
    /// - Returns: Lines no wider than that.
    func lines(width: Int) -> [String] {
        guard !sightings.isEmpty else { return ["", "CloudTrail          nothing about this session in these files"] }
        return sightings.flatMap { sighting -> [String] in
            let event = sighting.event
            let error = event.errorCode.map { "  \(Printable.line($0))" } ?? ""
            let facts: [(String, String?)] = [
                ("by", event.principal.name), ("source identity", event.principal.sourceIdentity),
                ("role session", event.assumedName), ("SSM session", event.sessionID),
                ("place", "\(event.place.area.account), \(event.place.area.region)"), ("request", event.requestID),
                ("event", event.eventID), ("in the records", sighting.isRecorded ? "yes, this request" : "no"),
            ]
            let heading = "\(RecordLine.moment(event.place.time))  CloudTrail \(event.call.rawValue)\(error)"
            return ["", heading]
                + facts.flatMap { Paragraph.wrapped($0.0, $0.1, indent: 2, label: 21, width: width) }
        }
    }
}
