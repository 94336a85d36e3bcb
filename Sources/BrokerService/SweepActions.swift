internal import AWSClient
internal import SessionCore

extension SweepVisit {
    /// Does one thing that the plan says.
    ///
    /// Whatever is done a second time, by the next run or by one beside this, finds it done: an outcome is taken once, AWS ends an
    /// ended session without complaint, and the records of ends and findings have ids that follow from the session.
    ///
    /// - Returns: What is to be reported.
    func carryOut(_ action: SweepPlan.Action, _ plan: SweepPlan) async throws -> [SweepFinding] {
        switch action {
        case .resolve(let history, let running):
            guard try await takeOutcome(of: history) else { return [] }
            var finding = plan.finding(.intentResolved, of: history)
            finding.sessionID = running.first?.sessionID
            try await record(finding, of: history)
            try await end(running, of: history, mayEnd: [.unknown])
            return [finding]
        case .end(let history, let running, let kind):
            // Unknown, failed or ended: nobody has a token. Live: only while it still is what was planned on.
            guard try await end(running, of: history, mayEnd: [history.state]) else { return [] }
            let findings = running.map { plan.finding(kind, of: $0, history) }
            for finding in findings { try await record(finding, of: history) }
            return findings
        case .close(let history):
            try await end([], of: history, mayEnd: [.unknown])
            return []
        case .recordEnd(let history, let past):
            guard try await current(history)?.state == .live else { return [] }
            var details = ["by": "elsewhere", "status": past.status]
            details["endedAt"] = past.ended?.description
            try await sweep.append(ended(history, aws: AuditAWS(sessionID: past.sessionID), details: details))
            let finding = plan.finding(.endedElsewhere, of: past, history)
            try await record(finding, of: history)
            return [finding]
        case .report(let finding):
            let history = plan.histories.first { $0.id == finding.session }
            try await record(finding, of: history)
            return [finding]
        }
    }

    /// Writes the outcome of an intent whose broker must have died; false when there is one by now.
    ///
    /// Before anything is ended: a broker that lives against all expectation then finds the outcome taken and hands nothing out, and
    /// when it was first, its session is somebody's and stays.
    private func takeOutcome(of history: SessionHistory) async throws -> Bool {
        let decision = AuditDecision(
            code: ProblemCode.startUnknown.rawValue,
            detail: "The broker recorded no outcome in time; nobody has the session's token."
        )
        let outcome = sweep.record(.unknown, of: history, decision: decision, details: ["by": "sweep"])
        do {
            try await sweep.append(outcome)
            return true
        } catch AuditStoreFailure.outcomeAlreadyRecorded {
            return false
        }
    }

    /// Ends sessions of one intent under its own name, and records that nothing is left.
    ///
    /// - Parameters:
    ///   - running: Sessions with exactly its owner.
    ///   - history: The intent.
    ///   - states: Only when the log still has it in one of these.
    /// - Returns: Whether it had.
    /// - Throws: ``AWSFailure`` or ``AuditStoreFailure``; what was ended then is seen as ended by the next run.
    @discardableResult
    private func end(
        _ running: [SSM.ListedSession],
        of history: SessionHistory,
        mayEnd states: Set<SessionHistory.State>
    ) async throws -> Bool {
        guard let current = try await current(history), states.contains(current.state) else { return false }
        var aws = AuditAWS()
        if !running.isEmpty {
            let role = try await sweep.accounts.assume(.end(history, by: Sweep.name))
            aws = role.audit
            for session in running {
                aws.sessionID = session.sessionID
                aws.requestIDs["TerminateSession"] = try await sweep.accounts.ssm(role, in: place.region)
                    .terminateSession(id: session.sessionID)
            }
        }
        guard current.state != .ended else { return true }
        let ids = running.map(\.sessionID).joined(separator: " ").printable(maximumLength: 1024)
        let details = ["by": "sweep", "found": ids.isEmpty ? "none" : ids]
        try await sweep.append(ended(history, aws: running.isEmpty ? nil : aws, details: details))
        return true
    }

    private func ended(_ history: SessionHistory, aws: AuditAWS?, details: [String: String]) -> AuditRecord {
        let id = RecordID(derivedFrom: "sweep.ended/\(history.id)")
        return sweep.record(.ended, id: id, of: history, aws: aws, details: details)
    }

    private func record(_ finding: SweepFinding, of history: SessionHistory?) async throws {
        let aws = finding.sessionID.map { AuditAWS(sessionID: $0.printable(maximumLength: 256)) }
        try await sweep.append(
            sweep.record(.swept, id: finding.recordID, of: history, aws: aws, details: finding.details)
        )
    }

    /// The session as the log has it now.
    private func current(_ history: SessionHistory) async throws -> SessionHistory? {
        SessionHistory(records: try await sweep.dependencies.audit.records(ofSession: history.id))
    }
}
