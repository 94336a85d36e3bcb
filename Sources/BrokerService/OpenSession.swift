internal import AWSClient
internal import SessionCore

extension Broker {
    /// Decide, record, start, record, answer: nothing leaves the broker that is not in the log.
    func openSession(for caller: CallerIdentity, in exchange: inout Exchange) async throws -> OpenSessionReply {
        let request = try OpenSessionRequest(body: exchange.request.body)
        exchange.note(request, of: caller)
        // A publication can overtake the map that was held and the document that was remembered: each is asked anew then, once.
        for _ in 0..<2 {
            do {
                return try await open(request, for: caller, in: &exchange)
            } catch let problem as Problem where exchange.mayBeginAgain(after: problem) {
                exchange.beginAgain(request, of: caller)
            }
        }
        return try await open(request, for: caller, in: &exchange)
    }

    private func open(
        _ request: OpenSessionRequest,
        for caller: CallerIdentity,
        in exchange: inout Exchange
    ) async throws -> OpenSessionReply {
        let granted = try await entitlement(of: caller, to: request, in: &exchange)
        exchange.note(granted)
        let accounts = dependencies.accounts.bounded(by: exchange)
        let (entitlement, lookup) = try await admit(granted, in: &exchange)
        exchange.session = RecordID(random: dependencies.randomBytes(16))
        if request.isDryRun {
            return try await check(entitlement, accounts: accounts, in: exchange)
        }
        let start = SessionStart(
            entitlement: entitlement,
            name: RoleSessionName(user: caller.user, nonce: dependencies.randomBytes(8)),
            documentVersion: lookup.facts.document?.contentVersion,
            isFresh: lookup.isFresh
        )
        exchange.access?.roleSessionName = start.name.text
        exchange.access?.sourceIdentity = RoleSessionName.sourceIdentity(of: caller.user)
        let prepared = try await prepare(start, accounts: accounts, in: &exchange)
        return try await self.start(start, prepared, accounts: accounts, in: &exchange)
    }

    /// What the map gives to the caller for the request.
    ///
    /// A session's opening is decided on the map held from before, and the map in force is asked for beside the intent; whatever that
    /// earlier map refuses, the map in force is asked first.
    private func entitlement(
        of caller: CallerIdentity,
        to request: OpenSessionRequest,
        in exchange: inout Exchange
    ) async throws -> Entitlement {
        let held = request.isDryRun ? try await dependencies.map() : try await dependencies.maps.recent().map
        do throws(Problem) {
            return try entitlement(of: caller, to: request, under: held, in: &exchange)
        } catch {
            var refusal = error
            let map = try await dependencies.map()
            if map.version != held.version {
                do throws(Problem) {
                    return try entitlement(of: caller, to: request, under: map, in: &exchange)
                } catch {
                    refusal = error
                }
            }
            // Only a proven caller learns what the map says, and only a proven one is a person in the record.
            try await prove(caller, in: &exchange)
            throw refusal
        }
    }

    /// What a map gives to the caller for the request.
    func entitlement(
        of caller: CallerIdentity,
        to request: OpenSessionRequest,
        under map: RoleMap,
        in exchange: inout Exchange
    ) throws(Problem) -> Entitlement {
        exchange.access?.mapVersion = map.version
        return try Entitlement(
            caller: caller,
            request: request,
            map: map,
            ceiling: dependencies.ceiling,
            now: exchange.received
        )
    }

    /// The intent and both role sessions, side by side; nothing may start before all three are there.
    private func prepare(
        _ start: SessionStart,
        accounts: MemberAccounts,
        in exchange: inout Exchange
    ) async throws -> PreparedStart {
        let known = exchange
        let intent = exchange.record(.intent, decision: .grant)
        let terms = AppendTerms(
            limit: start.entitlement.entry.limits.sessionLimit,
            unlessBlocked: start.entitlement.caller.owner.blockKeys
        )
        async let recorded = append(intent, terms: terms, in: known)
        async let starting = accounts.assume(.start(start.name, start.entitlement))
        async let channel = accounts.assume(.channel(start.name, start.entitlement))
        async let version = start.recheckDocument(accounts)
        async let inForce = dependencies.maps.confirmed()
        // The intent first: without it nothing may start, whatever the others say; they are cancelled then.
        do {
            _ = try await recorded
        } catch {
            if case AuditStoreFailure.unavailable = error { exchange.doubtfulIntent = exchange.session }
            exchange.session = nil
            throw error
        }
        do {
            let sessions = StartingSessions(start: try await starting, channel: try await channel)
            let documentVersion = try await version
            exchange.note(documentVersion: documentVersion)
            let confirmed = try await inForce
            try hold(start.entitlement, to: confirmed.map, in: &exchange)
            try mayStillStart(exchange)
            return PreparedStart(sessions: sessions, inForce: confirmed, documentVersion: documentVersion)
        } catch {
            let meaning = await meaning(of: error, for: start.entitlement)
            throw try await fail(meaning, cause: error, in: &exchange)
        }
    }

    private func start(
        _ start: SessionStart,
        _ prepared: PreparedStart,
        accounts: MemberAccounts,
        in exchange: inout Exchange
    ) async throws -> OpenSessionReply {
        let entitlement = start.entitlement
        let region = entitlement.request.region
        let sessions = prepared.sessions
        let started: SSM.StartedSession
        do {
            started = try await accounts.beginning(notAfter: exchange.latestStart).ssm(sessions.start, in: region)
                .startSession(
                    node: entitlement.request.node,
                    documentName: entitlement.document.name,
                    reason: entitlement.request.reason,
                    parameters: entitlement.startParameters
                )
        } catch let failure as AWSFailure where failure.outcomeUnknown {
            throw try await settle(failure, sessions, in: &exchange)
        } catch {
            let meaning = entitlement.startFailure(error)
            throw try await fail(meaning, cause: error, aws: sessions.audit, in: &exchange)
        }
        exchange.hasStarted = true
        var aws = sessions.audit
        aws.sessionID = started.sessionID
        aws.requestIDs["StartSession"] = started.requestID
        let known = exchange
        async let isUpheld: Void = uphold(start, prepared, accounts: accounts, in: known)
        do {
            let record = exchange.record(.started, decision: .grant, aws: aws, details: sessions.details)
            // A block that came meanwhile wins: nothing may leave after its answer.
            let terms = AppendTerms(unlessBlocked: entitlement.caller.owner.blockKeys)
            try await append(record, terms: terms, in: exchange)
        } catch {
            await disown(started.sessionID, sessions, aws: aws, because: error, in: &exchange)
            throw error
        }
        do {
            try await isUpheld
        } catch {
            // The outcome is written, so what is left to record is the end; the caller hears of the cause.
            let problem = exchange.problem(for: error)
            await disown(started.sessionID, sessions, aws: aws, because: problem, in: &exchange)
            throw problem
        }
        guard dependencies.now() < exchange.latestAnswer else {
            let late = Problem(
                .deadlineTooClose,
                detail: "The session was started too late for the answer to reach you, so it was ended.",
                next: "Try again."
            )
            await disown(started.sessionID, sessions, aws: aws, because: late, in: &exchange)
            throw late
        }
        return entitlement.reply(id: exchange.session, channel: started.channel(credentials: sessions.channel))
    }

    /// Holds a session to the map in force, which may be a later one than it was granted under.
    func hold(_ granted: Entitlement, to map: RoleMap, in exchange: inout Exchange) throws(Problem) {
        guard map.version != granted.mapVersion else { return }
        let now = try entitlement(of: granted.caller, to: granted.request, under: map, in: &exchange)
        guard now.entry == granted.entry, now.document == granted.document else {
            throw Problem.mapChangedMeanwhile
        }
    }

    private func mayStillStart(_ exchange: Exchange) throws(Problem) {
        guard dependencies.now() <= exchange.latestStart else {
            throw Problem(
                .deadlineTooClose,
                detail: "Preparing the session took too long to start it safely.",
                next: "Try again."
            )
        }
    }

    /// Records that the intent came to nothing, and gives back the reason; what cannot be recorded is the reason then.
    private func fail(
        _ error: any Error,
        cause: any Error,
        aws: AuditAWS? = nil,
        in exchange: inout Exchange
    ) async throws -> Problem {
        let problem = exchange.problem(for: error)
        exchange.isRecorded = true
        var aws = aws
        var details: [String: String] = [:]
        if let failure = cause as? AWSFailure {
            exchange.note(failure)
            aws = aws ?? AuditAWS()
            aws?.requestIDs[failure.operation] = failure.requestID
            details["cause"] = "\(failure)".printable(maximumLength: 640)
        }
        let decision = AuditDecision(code: problem.code.rawValue, detail: problem.detail)
        let record = exchange.record(.failed, decision: decision, aws: aws, details: details)
        try await append(record, in: exchange)
        return problem
    }
}
