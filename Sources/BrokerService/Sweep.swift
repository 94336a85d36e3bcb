internal import AWSClient
internal import Logging
internal import SessionCore

/// One run of the sweep: looks where there are open intents or live sessions, plans, and does what the plan says.
///
/// It ends nothing but sessions of our own intents, found by their exact owner; whatever else it sees is a finding.
struct Sweep: Sendable {
    /// Who or what asked for the run: what each of its records says.
    struct Occasion: Sendable {
        var caller: AuditCaller?
        var request: AuditRequest
        var deadline: Timestamp
        var logger: Logger
    }

    /// The source identity under which the sweep ends sessions.
    static let name = "ssm-broker-sweep"
    /// No new place is begun, and nothing new done in one, with less time left than this.
    private static let reserve: Int64 = 5
    /// How far apart the clocks of two brokers may be, in seconds, and an intent be from its outcome.
    private static let publicationTolerance: Int64 = 60
    /// The most pages of open sessions in one run, of ``SessionQuery/maximumLimit`` each.
    private static let maximumPages = 10

    let dependencies: Broker.Dependencies
    let accounts: MemberAccounts
    let occasion: Occasion

    init(_ dependencies: Broker.Dependencies, _ occasion: Occasion) {
        self.dependencies = dependencies
        self.occasion = occasion
        accounts = dependencies.accounts.bounded(until: occasion.deadline, logger: occasion.logger)
    }

    /// Whether there is time for one thing more.
    var hasTime: Bool { dependencies.now().advanced(bySeconds: Self.reserve) <= occasion.deadline }

    /// Runs once.
    ///
    /// What goes wrong in one place leaves the others alone.
    ///
    /// - Throws: ``AuditStoreFailure`` when the open sessions cannot be read, and whatever the map throws.
    func run() async throws -> SweepReport {
        var report = SweepReport()
        let inForce = try await dependencies.maps.currentIfAny()
        let blocked = Set(try await dependencies.blocks.blocks().map(\.key))
        var maximum: [String: Int64] = [:]
        for (name, entry) in inForce?.map.entries ?? [:] { maximum[name.name] = entry.limits.maximumMinutes }
        // Intents first: of them there are few, and nobody else resolves them.
        let now = dependencies.now().milliseconds
        let cutoff = Timestamp(milliseconds: now - SweepPlan.intentAge * 1000 + 1)
        let open =
            try await sessions([.pending, .unknown], before: cutoff, in: &report)
            + sessions([.live], before: nil, in: &report)
        report.sessions = open.count
        let forbidden = inForce.map { overlooked(open, by: $0) } ?? []
        let places = Dictionary(grouping: open, by: \.place)
        for place in order(places.keys.sorted()) {
            guard hasTime else {
                report.isComplete = false
                break
            }
            guard dependencies.ceiling.admits(place.account) else {
                report.failures.append(SweepFailure(place: place, code: .accountNotAllowed))
                continue
            }
            report.places += 1
            let visit = SweepVisit(
                sweep: self,
                place: place,
                maximumMinutes: maximum,
                blocked: blocked,
                forbidden: forbidden
            )
            await visit.run(places[place, default: []], report: &report)
        }
        return report
    }

    /// The live sessions that the last publication was asked to end and that are there all the same: a list of sessions may lag behind.
    ///
    /// Only those from before it: whatever has come since was granted by it, and a broker that renders documents otherwise after an
    /// update ends nobody's session for that.
    private func overlooked(_ open: [SessionHistory], by inForce: RoleMapInForce) -> Set<RecordID> {
        guard inForce.problem == nil, let version = inForce.version, version.endsSessions else { return [] }
        let forbidden = open.filter { history in
            history.state == .live && history.opened <= version.published.advanced(bySeconds: Self.publicationTolerance)
                && history.objection(under: inForce.map, ceiling: dependencies.ceiling) != nil
        }
        return Set(forbidden.map(\.id))
    }

    /// Begins elsewhere each minute, so that a place that takes all the time does not do so in every run.
    private func order(_ places: [SweepPlace]) -> [SweepPlace] {
        guard !places.isEmpty else { return [] }
        let first = Int(dependencies.now().milliseconds / 60_000 % Int64(places.count))
        return Array(places[first...] + places[..<first])
    }

    private func sessions(
        _ states: Set<SessionHistory.State>,
        before: Timestamp?,
        in report: inout SweepReport
    ) async throws -> [SessionHistory] {
        var query = SessionQuery(states: states, openedBefore: before, limit: SessionQuery.maximumLimit)
        var found: [SessionHistory] = []
        for _ in 0..<Self.maximumPages {
            let page = try await dependencies.audit.sessions(matching: query)
            found += page.sessions
            query.cursor = page.next
            if page.next == nil { return found }
        }
        report.isComplete = false
        return found
    }
}

extension Sweep {
    /// Makes a record of this run.
    func record(
        _ event: AuditEvent,
        id: RecordID? = nil,
        of history: SessionHistory?,
        decision: AuditDecision? = nil,
        aws: AuditAWS? = nil,
        details: [String: String]
    ) -> AuditRecord {
        AuditRecord(
            id: id ?? RecordID(random: dependencies.randomBytes(16)),
            time: dependencies.now(),
            event: event,
            session: history?.id,
            caller: occasion.caller,
            request: occasion.request,
            access: history?.access,
            aws: aws,
            decision: decision,
            details: details
        )
    }

    /// Appends a record, and asks once more when it is not known whether it is there.
    func append(_ record: AuditRecord) async throws {
        let chained: ChainedRecord
        do {
            chained = try await dependencies.audit.append(record)
        } catch AuditStoreFailure.unavailable {
            chained = try await dependencies.audit.append(record)
        }
        chained.anchor(record, in: occasion.logger)
    }
}
