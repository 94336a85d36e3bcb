internal import Logging
internal import SessionCore

extension Broker {
    /// Appends a record, and asks once more when it is not known whether the record is there; twice where the record changes what holds
    /// for others.
    ///
    /// The store knows the record again by its id, so asking again records once; a passing fault then costs neither a session nor
    /// a record of it.
    ///
    /// - Parameters:
    ///   - record: What to record.
    ///   - terms: What must hold for it, and what changes with it.
    ///   - exchange: The request, whose deadline bounds the asking.
    /// - Returns: The record in its chain.
    /// - Throws: ``AuditStoreFailure``, whatever the store threw; ``UnknownChange`` where a map or a block may have changed all the same.
    @discardableResult
    func append(
        _ record: AuditRecord,
        terms: AppendTerms = AppendTerms(),
        in exchange: Exchange
    ) async throws -> ChainedRecord {
        var triesLeft = terms.changeShownBy == nil ? 2 : 3
        while true {
            do {
                triesLeft -= 1
                return try await appendOnce(record, terms: terms, in: exchange)
            } catch AuditStoreFailure.unavailable(let reason) {
                if triesLeft > 0, dependencies.now() < exchange.deadline { continue }
                let failure = AuditStoreFailure.unavailable(reason)
                guard let command = terms.changeShownBy else { throw failure }
                throw UnknownChange(cause: failure, shownBy: command)
            }
        }
    }

    private func appendOnce(
        _ record: AuditRecord,
        terms: AppendTerms,
        in exchange: Exchange
    ) async throws -> ChainedRecord {
        do {
            let chained = try await dependencies.audit.append(record, terms: terms)
            chained.anchor(record, in: exchange.logger)
            return chained
        } catch let failure as AuditStoreFailure {
            throw failure
        } catch {
            throw AuditStoreFailure.unavailable("\(type(of: error))")
        }
    }

    /// Turns whatever ended a request into the problem that the caller sees, and records the refusal.
    ///
    /// A refusal that cannot be recorded tells the caller only that: nobody may explore the map unseen.
    func refuse(_ error: any Error, in exchange: inout Exchange) async -> Problem {
        var problem = exchange.problem(for: error)
        if !exchange.isRecorded {
            do {
                try await recordRefusal(&problem, in: &exchange)
            } catch {
                // A change that may have happened was not refused, whatever else could not be recorded.
                let unrecorded = exchange.problem(for: error)
                if problem.code != .changeUnknown { problem = unrecorded }
            }
        }
        problem.requestID = exchange.request.id
        return problem
    }

    private func recordRefusal(_ problem: inout Problem, in exchange: inout Exchange) async throws {
        var refusal = exchange.refusal(problem)
        // Where an intent may stand in the log, what became of it is recorded in any case.
        if exchange.doubtfulIntent == nil {
            switch refusals.course(of: refusal) {
            case .record: break
            case .announce(let end): refusal.details["othersSummedUntil"] = end.description
            case .counted:
                if let block = try await dependencies.blocks.block(matching: exchange.blockKeys(insteadOf: problem)) {
                    problem = exchange.problem(for: AuditStoreFailure.blocked(block))
                }
                return
            }
        }
        do {
            try await record(refusal, of: &problem, in: &exchange)
        } catch {
            refusals.withdraw(refusal)
            throw error
        }
    }

    private func record(
        _ refusal: AuditRecord,
        of problem: inout Problem,
        in exchange: inout Exchange
    ) async throws {
        // Not every intent claims its request id, so nothing else need stop a refusal beside an intent that stands there open.
        if try await closeDoubtfulIntent(problem, in: &exchange) { return }
        do {
            let terms = AppendTerms(unlessBlocked: exchange.blockKeys(insteadOf: problem))
            try await append(refusal, terms: terms, in: exchange)
        } catch AuditStoreFailure.blocked(let block) {
            problem = exchange.problem(for: AuditStoreFailure.blocked(block))
            var blocked = exchange.refusal(problem)
            blocked.details = refusal.details
            try await record(blocked, of: &problem, in: &exchange)
        } catch AuditStoreFailure.requestAlreadyUsed {
            if try await closeDoubtfulIntent(problem, in: &exchange) { return }
            // The first use stands in the log; of the second, its being one is what is to be recorded.
            problem = exchange.problem(for: AuditStoreFailure.requestAlreadyUsed)
            var second = exchange.refusal(problem)
            second.details = refusal.details
            try await append(second, in: exchange)
        }
    }

    /// Writes the outcome of an intent that the store took without saying so; false when it did not take it.
    private func closeDoubtfulIntent(_ problem: Problem, in exchange: inout Exchange) async throws -> Bool {
        guard let session = exchange.doubtfulIntent,
            try await dependencies.audit.session(session) != nil
        else { return false }
        exchange.session = session
        let decision = AuditDecision(code: problem.code.rawValue, detail: problem.detail)
        try await append(exchange.record(.failed, decision: decision), in: exchange)
        return true
    }
}

extension ChainedRecord {
    /// Writes where a record stands to the log, and nothing that is in it.
    ///
    /// Kept elsewhere, these lines anchor the chains: `audit verify --anchors` then sees a cut end and a rewrite that fits together.
    func anchor(_ record: AuditRecord, in logger: Logger) {
        let place = ChainHead(chain: chain, sequence: sequence, hash: hash).json
        logger.info(
            "audit record appended",
            metadata: [
                "audit.chain": "\(chain)", "audit.hash": "\(place["hash"]?.text ?? "")",
                "audit.record": "\(record.id)", "audit.sequence": "\(sequence)",
            ]
        )
    }
}
