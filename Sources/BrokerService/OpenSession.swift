internal import AWSClient
internal import Logging
internal import SessionCore

extension Broker {
    /// No StartSession begins later than this into a request: API Gateway gives up at 29 s, and what starts then is nobody's.
    static let latestStartMilliseconds: Int64 = 15_000

    /// Decide, record, start, record, answer: nothing leaves the broker that is not in the log.
    func openSession(for caller: CallerIdentity, in exchange: inout Exchange) async throws -> OpenSessionReply {
        let request = try OpenSessionRequest(body: exchange.request.body)
        exchange.note(request, of: caller)
        let map = try await dependencies.map()
        let entitlement = try Entitlement(
            caller: caller,
            request: request,
            map: map,
            ceiling: dependencies.ceiling,
            now: exchange.received
        )
        exchange.note(entitlement)
        let accounts = dependencies.accounts.bounded(by: exchange)
        let lookup = try await accounts.facts(for: entitlement)
        exchange.note(proofOf: caller, role: lookup.facts.role)
        exchange.note(documentVersion: lookup.facts.document?.contentVersion)
        try entitlement.decide(on: lookup.facts)
        exchange.session = RecordID(random: dependencies.randomBytes(16))
        if request.isDryRun {
            _ = try await dependencies.audit.append(exchange.record(.checked, decision: .grant))
            return entitlement.reply(id: exchange.session, channel: nil)
        }
        let start = SessionStart(
            entitlement: entitlement,
            name: RoleSessionName(user: caller.user, nonce: dependencies.randomBytes(8)),
            isDocumentFresh: lookup.isDocumentFresh
        )
        exchange.access?.roleSessionName = start.name.text
        exchange.access?.sourceIdentity = caller.user
        return try await self.start(start, accounts: accounts, in: &exchange)
    }

    /// The intent and both role sessions side by side, then the session, then its outcome.
    private func start(
        _ start: SessionStart,
        accounts: MemberAccounts,
        in exchange: inout Exchange
    ) async throws -> OpenSessionReply {
        let entitlement = start.entitlement
        let intent = exchange.record(.intent, decision: .grant)
        async let recorded = dependencies.audit.append(intent)
        async let starting = accounts.assume(.start(start.name, entitlement))
        async let channel = accounts.assume(.channel(start.name, entitlement))
        async let document: Void = start.recheckDocument(accounts)
        // The intent first: without it nothing may start, whatever the others say.
        do {
            _ = try await recorded
        } catch {
            // What the tasks beside it found out does not matter any more.
            _ = try? await (starting, channel, document)
            exchange.session = nil
            throw error
        }
        let sessions: (start: RoleSession, channel: RoleSession)
        do {
            sessions = try await (starting, channel)
            try await document
            try mayStillStart(exchange)
        } catch {
            throw try await fail(error, in: &exchange)
        }
        let started: SSM.StartedSession
        do {
            started = try await accounts.ssm(sessions.start, in: entitlement.request.region).startSession(
                node: entitlement.request.node,
                documentName: entitlement.document.name,
                reason: entitlement.request.reason
            )
        } catch let failure as AWSFailure where failure.outcomeUnknown {
            throw try await settle(failure, sessions, accounts: accounts, in: &exchange)
        } catch {
            throw try await fail(
                entitlement.startFailure(error),
                aws: sessions.start.audit,
                in: &exchange
            )
        }
        var aws = sessions.start.audit
        aws.sessionID = started.sessionID
        aws.requestIDs["StartSession"] = started.requestID
        do {
            _ = try await dependencies.audit.append(exchange.record(.started, decision: .grant, aws: aws))
        } catch {
            _ = await end([started.sessionID], with: sessions.channel, accounts: accounts, in: exchange)
            exchange.isRecorded = true
            throw error
        }
        return entitlement.reply(id: exchange.session, channel: started.channel(credentials: sessions.channel))
    }

    private func mayStillStart(_ exchange: Exchange) throws(Problem) {
        let now = dependencies.now()
        guard now.milliseconds - exchange.received.milliseconds <= Self.latestStartMilliseconds,
            now < exchange.deadline.advanced(bySeconds: -10)
        else {
            throw Problem(
                .deadlineTooClose,
                detail: "Preparing the session took too long to start it safely.",
                next: "Try again."
            )
        }
    }

    /// Records that the intent came to nothing, and gives back the reason; what cannot be recorded is the reason then.
    private func fail(_ error: any Error, aws: AuditAWS? = nil, in exchange: inout Exchange) async throws -> Problem {
        let problem = exchange.problem(for: error)
        exchange.isRecorded = true
        _ = try await dependencies.audit.append(
            exchange.record(
                .failed,
                decision: AuditDecision(code: problem.code.rawValue, detail: problem.detail),
                aws: aws
            )
        )
        return problem
    }

    /// No clear answer: finds what StartSession may have started, by its exact owner, ends it and records what is known.
    private func settle(
        _ failure: AWSFailure,
        _ sessions: (start: RoleSession, channel: RoleSession),
        accounts: MemberAccounts,
        in exchange: inout Exchange
    ) async throws -> Problem {
        exchange.logger.warning("StartSession gave no clear answer", metadata: ["failure": "\(failure)"])
        exchange.isRecorded = true
        var aftermath = Aftermath()
        do {
            aftermath.found = try await accounts.sessions(startedBy: sessions.start, like: exchange.access)
            aftermath.ended = await end(aftermath.found, with: sessions.channel, accounts: accounts, in: exchange)
        } catch {
            exchange.logger.error("sessions could not be listed", metadata: ["failure": "\(error)"])
            aftermath.isListed = false
        }
        var aws = sessions.start.audit
        aws.sessionID = aftermath.found.first
        aws.requestIDs["StartSession"] = failure.requestID
        let problem = aftermath.problem
        _ = try await dependencies.audit.append(
            exchange.record(
                .unknown,
                decision: AuditDecision(code: problem.code.rawValue, detail: "\(problem.detail) (\(failure))"),
                aws: aws,
                details: aftermath.details
            )
        )
        return problem
    }

    /// Ends sessions whose token will never leave the broker.
    ///
    /// - Returns: Those that were ended; the others nobody can use, and the sweep ends them.
    private func end(
        _ sessionIDs: [String],
        with role: RoleSession,
        accounts: MemberAccounts,
        in exchange: Exchange
    ) async -> [String] {
        guard let region = exchange.access?.region else { return [] }
        var ended: [String] = []
        for id in sessionIDs {
            do {
                try await accounts.ssm(role, in: region).terminateSession(id: id)
                ended.append(id)
            } catch {
                exchange.logger.error(
                    "session could not be ended",
                    metadata: ["failure": "\(error)", "ssm.session.id": "\(id)"]
                )
            }
        }
        return ended
    }
}
