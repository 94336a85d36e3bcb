internal import SessionCore

/// Compares CloudTrail's events, one after the other, with the sessions of the broker's records.
///
/// In memory stand the sessions of the records and what was found; of CloudTrail nothing but where its files begin and end.
struct Reconciliation {
    /// What counts as the broker, and which events count.
    struct Rules: Hashable {
        /// The name of the role that the broker assumes in member accounts.
        var targetRole = "SSMBrokerTarget"
        /// The name of the broker's own role.
        var brokerRole = "BrokerExecution"
        /// The permission sets and other roles that may go around the broker, and are reported as such, by name.
        var breakGlass: Set<String> = ["BreakGlass"]
        var since: Timestamp?
        var until: Timestamp?

        /// The name under which the broker looks around in a member account.
        static let inspection = "ssm-broker"
        /// CloudTrail delivers late and out of order: at its edges a missing event means nothing.
        static let graceSeconds: Int64 = 900
        /// The longest time between a grant and the last event of its session: Session Manager ends sessions after a day.
        static let lookBackSeconds: Int64 = 2 * 86_400
    }

    /// The first and the last event of an area.
    struct Coverage: Hashable {
        var first: Timestamp
        var last: Timestamp
        var events = 0
    }

    let rules: Rules
    private(set) var sessions: BrokerSessions
    private(set) var findings = FindingList()
    private(set) var coverage: [TrailPlace.Area: Coverage] = [:]
    /// Sessions outside of what the files cover: whether CloudTrail knows them, nobody can say.
    private(set) var uncovered = 0
    /// Sessions found on both sides.
    private(set) var matched = 0

    init(rules: Rules, sessions: BrokerSessions) {
        self.rules = rules
        self.sessions = sessions
    }

    /// Takes an event, in whatever order.
    mutating func take(_ place: TrailPlace, _ event: TrailEvent?) {
        if let since = rules.since, place.time < since { return }
        if let until = rules.until, place.time >= until { return }
        var covered = coverage[place.area] ?? Coverage(first: place.time, last: place.time)
        covered.first = min(covered.first, place.time)
        covered.last = max(covered.last, place.time)
        covered.events += 1
        coverage[place.area] = covered
        guard let event else { return }
        switch event.call {
        case .start: started(event)
        case .resume, .end: touched(event)
        case .assume: assumed(event)
        }
    }

    // MARK: Starts

    private mutating func started(_ event: TrailEvent) {
        guard event.errorCode == nil else { return refused(event) }
        if let place = sessions.exactly(event) { return matched(place, event) }
        if isBreakGlass(event) { return report(.breakGlass, event, "Started a session on \(event.node ?? "a node").") }
        guard isBroker(event) else { return report(.startedAround, event, "The caller is not the broker's role.") }
        guard let place = sessions.named(event.principal.roleSessionName) else {
            return report(.startedAround, event, "The broker's role started it, and no record grants it.")
        }
        let session = sessions[place]
        guard session.node == event.node, session.area == event.place.area else {
            let granted = "\(session.node) in \(session.area.account), \(session.area.region)"
            return report(.startedAround, event, "The grant behind this role session is for \(granted).", of: session)
        }
        // With a key known, a start that has another one is another session.
        guard session.startRequestID == nil, session.sessionID == nil, isFirst(event, of: session) else {
            return report(.startedAround, event, "The grant behind this role session was used already.", of: session)
        }
        matched(place, event)
    }

    private func isFirst(_ event: TrailEvent, of session: BrokerSession) -> Bool {
        session.match.map { $0.eventID == event.eventID } ?? true
    }

    private mutating func refused(_ event: TrailEvent) {
        guard let code = event.errorCode else { return }
        if let place = sessions.exactly(event) {
            if sessions[place].outcome == .started {
                report(.mismatch, event, "The records say started; CloudTrail says \(code).", of: sessions[place])
            }
            sessions[place].refusal = code
        } else if isBroker(event), let place = sessions.named(event.principal.roleSessionName) {
            sessions[place].refusal = code
        }
    }

    private mutating func matched(_ place: Int, _ event: TrailEvent) {
        let session = sessions[place]
        guard isFirst(event, of: session) else {
            return report(.startedAround, event, "The grant behind this role session was used already.", of: session)
        }
        guard session.match == nil else { return }
        sessions[place].match = BrokerSession.Match(eventID: event.eventID, sessionID: event.sessionID)
        matched += 1
        // In one finding: a second one of the same kind about this event would pass for its repetition.
        var differences = Self.differences(session, event)
        if session.outcome == .failed { differences.insert("The records say failed; CloudTrail says started.", at: 0) }
        if !differences.isEmpty { report(.mismatch, event, differences.joined(separator: " "), of: session) }
    }

    private static func differences(_ session: BrokerSession, _ event: TrailEvent) -> [String] {
        let pairs: [(what: String, recorded: String?, seen: String?)] = [
            ("account", session.area.account, event.place.area.account),
            ("Region", session.area.region, event.place.area.region),
            ("node", session.node, event.node),
            ("document", session.document, event.document),
            ("owner", session.assumedRoleARN, event.principal.name),
            ("role session", session.roleSessionName, event.principal.roleSessionName),
            ("source identity", session.sourceIdentity, event.principal.sourceIdentity),
            ("session id", session.sessionID, event.sessionID),
            ("request id", session.startRequestID, event.requestID),
        ]
        return pairs.compactMap { what, recorded, seen in
            // What the records do not hold cannot differ.
            guard let recorded, recorded != seen else { return nil }
            return "The records have the \(what) \(recorded), CloudTrail has \(seen ?? "none")."
        }
    }

    // MARK: Resumptions, ends, roles

    private mutating func touched(_ event: TrailEvent) {
        guard event.errorCode == nil, let sessionID = event.sessionID else { return }
        let isResumption = event.call == .resume
        let kind: Finding.Kind = isResumption ? .resumedByOther : .endedByOther
        let session = sessions.with(sessionID: sessionID).map { sessions[$0] }
        if isBreakGlass(event) {
            return report(
                .breakGlass,
                event,
                isResumption ? "Resumed a session." : "Terminated a session.",
                of: session
            )
        }
        guard isBroker(event) else {
            // To end a session of one's own that is not the broker's is nobody's loss; its start is a finding.
            if isResumption || session != nil || sessions.mayOwn(sessionID) {
                report(kind, event, "The caller is not the broker's role.", of: session)
            }
            return
        }
        let owner = session ?? sessions.named(event.principal.roleSessionName).map { sessions[$0] }
        guard let owner, let name = owner.roleSessionName, name == event.principal.roleSessionName,
            session != nil || sessionID.hasPrefix(name + "-")
        else {
            return report(kind, event, "The role session is not the one that was granted this session.", of: session)
        }
        if isResumption, let identity = owner.sourceIdentity, identity != event.principal.sourceIdentity {
            let seen = event.principal.sourceIdentity ?? "none"
            report(kind, event, "The owner is \(identity); the source identity is \(seen).", of: owner)
        }
    }

    private mutating func assumed(_ event: TrailEvent) {
        guard event.errorCode == nil, let role = event.assumedRole?.split(separator: "/").last,
            role == rules.targetRole
        else { return }
        if isBreakGlass(event) { return report(.breakGlass, event, "Assumed the broker's role \(role).") }
        // In the account that is entered, CloudTrail names the caller's account and no role.
        if let caller = event.principal.role, caller != rules.brokerRole {
            return report(.assumedAround, event, "The caller is not the broker.")
        }
        guard let name = event.assumedName, name != Rules.inspection, sessions.named(name) == nil else { return }
        report(.assumedAround, event, "No record grants the role session \(name).")
    }

    // MARK: What CloudTrail lacks

    /// Says that there are no more events.
    mutating func finish() {
        for session in sessions.all {
            switch (session.outcome, session.match) {
            case (.started, .some), (.failed, _): break
            case (.none, .some(let match)), (.unknown, .some(let match)):
                findings.add(Finding(.outcomeResolved, session, detail: "It was started as \(match.sessionID ?? "-")."))
            case (.none, nil), (.unknown, nil):
                if let code = session.refusal {
                    findings.add(Finding(.outcomeResolved, session, detail: "AWS refused to start it: \(code)."))
                } else if isCovered(session) {
                    findings.add(
                        session.outcome == .unknown
                            ? Finding(.outcomeResolved, session, detail: "It was never started.")
                            : Finding(.intentWithoutSession, session, detail: "There is no outcome and no session.")
                    )
                } else if isWanted(session) {
                    uncovered += 1
                }
            case (.started, nil):
                if isCovered(session) {
                    findings.add(Finding(.missingInTrail, session, detail: "CloudTrail covers the time and lacks it."))
                } else if isWanted(session) {
                    uncovered += 1
                }
            }
        }
    }

    private func isWanted(_ session: BrokerSession) -> Bool {
        guard let opened = session.opened else { return false }
        return rules.since.map { opened >= $0 } ?? true && rules.until.map { opened < $0 } ?? true
    }

    private func isCovered(_ session: BrokerSession) -> Bool {
        guard let opened = session.opened, let covered = coverage[session.area] else { return false }
        return opened >= covered.first.advanced(bySeconds: Rules.graceSeconds)
            && opened <= covered.last.advanced(bySeconds: -Rules.graceSeconds)
    }

    // MARK: Who

    private func isBroker(_ event: TrailEvent) -> Bool {
        event.principal.isRole(rules.targetRole, of: event.place.area.account)
    }

    private func isBreakGlass(_ event: TrailEvent) -> Bool {
        let names = [event.principal.permissionSet, event.principal.role].compactMap(\.self)
        return !rules.breakGlass.isDisjoint(with: names)
    }

    private mutating func report(
        _ kind: Finding.Kind,
        _ event: TrailEvent,
        _ detail: String,
        of session: BrokerSession? = nil
    ) {
        findings.add(Finding(kind, event, session: session, detail: detail))
    }
}
