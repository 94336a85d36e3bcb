internal import AWSClient
internal import Logging
internal import SessionCore

/// The sweep in one account and Region: what it asks there.
struct SweepVisit: Sendable {
    /// The most questions about single sessions in one visit.
    private static let maximumQuestions = 50
    /// How long a session that waits for its connection is given to show that it only connects anew.
    private static let secondLookMilliseconds = 3000
    /// How far AWS's time of a start may be from the intent's.
    private static let startTolerance: Int64 = 300
    /// The most pages of sessions that are read to find the intent of one.
    private static let maximumPages = 4

    let sweep: Sweep
    let place: SweepPlace
    let maximumMinutes: [String: Int64]
    let blocked: Set<BlockKey>
    let forbidden: Set<RecordID>

    /// Looks, plans, acts; what fails stands in the report.
    func run(_ histories: [SessionHistory], report: inout SweepReport) async {
        var plan: SweepPlan
        do {
            plan = try await look(histories, report: &report)
        } catch {
            fail(error, report: &report)
            return
        }
        var waiting: [SweepPlan.Action] = []
        for action in plan.actions {
            if case .end(_, _, .neverConnected) = action {
                waiting.append(action)
            } else {
                await act(action, plan, report: &report)
            }
        }
        guard !waiting.isEmpty, sweep.hasTime else {
            report.isComplete = report.isComplete && waiting.isEmpty
            return
        }
        do {
            // A session whose client reconnects is listed like one that was never connected to, for a moment.
            try await sweep.accounts.pause(milliseconds: Self.secondLookMilliseconds)
            let listing = try await sweep.accounts.activeSessions(in: place)
            let still = Set(listing.sessions.filter(\.isWaiting).map(\.sessionID))
            plan.active.removeAll { !still.contains($0.sessionID) }
        } catch {
            fail(error, report: &report)
            return
        }
        for action in waiting {
            guard case .end(_, let listed, _) = action, plan.active.contains(where: { listed.contains($0) }) else {
                continue
            }
            await act(action, plan, report: &report)
        }
    }

    private func act(_ action: SweepPlan.Action, _ plan: SweepPlan, report: inout SweepReport) async {
        guard sweep.hasTime else {
            report.isComplete = false
            return
        }
        do {
            report.findings += try await carryOut(action, plan)
        } catch {
            fail(error, report: &report)
        }
    }

    private func fail(_ error: any Error, report: inout SweepReport) {
        let code: ProblemCode =
            switch error {
            case let failure as AWSFailure: Problem(failure).code
            case is AuditStoreFailure: .auditUnavailable
            default: .internalFailure
            }
        report.failures.append(SweepFailure(place: place, code: code))
        var logger = sweep.occasion.logger
        logger[metadataKey: "place"] = "\(place)"
        if let failure = error as? AWSFailure {
            logger[metadataKey: "operation"] = "\(failure.service.rawValue):\(failure.operation)"
            logger[metadataKey: "aws.code"] = failure.code.map { "\($0)" }
        }
        logger.warning("sweep failed in one place", metadata: ["code": "\(code.rawValue)"])
    }

    private func look(_ histories: [SessionHistory], report: inout SweepReport) async throws -> SweepPlan {
        let accounts = sweep.accounts
        let listing = try await accounts.activeSessions(in: place)
        var plan = SweepPlan(
            place: place,
            histories: histories,
            owners: [:],
            active: listing.sessions,
            isComplete: listing.isComplete,
            maximumMinutes: maximumMinutes,
            blocked: blocked,
            forbidden: forbidden,
            now: sweep.dependencies.now()
        )
        for history in histories { plan.owners[history.id] = owner(of: history) }
        if !listing.isComplete { try await completeListing(&plan, report: &report) }
        for id in limited(plan.questions, report: &report) {
            plan.past[id] = try await accounts.session(id, .history, in: place)
        }
        for session in limited(plan.unmatched, report: &report) {
            switch try await intent(of: session) {
            case .found(let history):
                plan.histories.append(history)
                plan.owners[history.id] = session.owner
            case .missing: plan.strangers.insert(session.sessionID)
            case .undetermined: report.isComplete = false
            }
        }
        return plan
    }

    /// Asks for each unresolved intent's sessions by their owner, where the listing does not say that there are none.
    private func completeListing(_ plan: inout SweepPlan, report: inout SweepReport) async throws {
        report.isComplete = false
        var listed = Set(plan.active.map(\.sessionID))
        let unresolved = limited(plan.histories.filter { $0.state != .live }, report: &report)
        // Of those that are not asked for nothing is known, so nothing is done about them in this run.
        let asked = Set(unresolved.map(\.id))
        plan.histories.removeAll { $0.state != .live && !asked.contains($0.id) }
        for history in unresolved {
            guard let owner = plan.owners[history.id] else { continue }
            for session in try await sweep.accounts.activeSessions(ownedBy: owner, in: place)
            where listed.insert(session.sessionID).inserted { plan.active.append(session) }
        }
    }

    private func limited<Element>(_ all: [Element], report: inout SweepReport) -> ArraySlice<Element> {
        if all.count > Self.maximumQuestions { report.isComplete = false }
        return all.prefix(Self.maximumQuestions)
    }

    private func owner(of history: SessionHistory) -> String {
        sweep.accounts.ownerARN(history.roleSessionName.text, account: place.account, region: place.region)
    }

    private enum Intent {
        case found(SessionHistory)
        case missing, undetermined
    }

    /// Looks the intent of a session up by its node and the time of its start.
    private func intent(of session: SSM.ListedSession) async throws -> Intent {
        // Every intent of ours is about a node.
        guard let node = try? NodeID(session.target) else { return .missing }
        guard let started = session.started else { return .undetermined }
        var query = SessionQuery(
            node: node,
            openedBefore: started.advanced(bySeconds: Self.startTolerance),
            limit: SessionQuery.maximumLimit
        )
        for _ in 0..<Self.maximumPages {
            let page = try await sweep.dependencies.audit.sessions(matching: query)
            if let own = page.sessions.first(where: { $0.place == place && owner(of: $0) == session.owner }) {
                return .found(own)
            }
            guard let next = page.next else { return .missing }
            if next.time < started.advanced(bySeconds: -Self.startTolerance) { return .missing }
            query.cursor = next
        }
        return .undetermined
    }
}
