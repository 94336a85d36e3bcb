internal import AWSClient
internal import Logging
internal import SessionCore

/// When a session document is not what the map renders: told apart what that means, and mended where a rollout is under way.
///
/// The document that was found is used in no case: it is read again after the enforcer was there, and must be right then.
extension Broker {
    /// How long the enforcer is waited for at most, in milliseconds.
    private static let patience: Int64 = 10_000
    /// What must be left before the latest moment at which a session may start: for reading the document again and for the intent.
    private static let reserve: Int64 = 3_000
    /// Waiting less than this is of no use.
    private static let leastPatience: Int64 = 1_000

    /// Decides on the facts, and has a document made right that only the rollout has not reached.
    ///
    /// - Parameters:
    ///   - entitlement: What a map gives, which may be the one that was in force a moment ago.
    ///   - exchange: The request.
    /// - Returns: What the session is granted under, and the facts that grant it.
    /// - Throws: ``Problem`` with the code of the first thing that forbids the session; `DOCUMENT_PENDING` where only the rollout of
    ///   the document does.
    func admit(
        _ entitlement: Entitlement,
        in exchange: inout Exchange
    ) async throws -> (Entitlement, MemberAccounts.Lookup) {
        do {
            return (entitlement, try await decide(on: entitlement, in: &exchange))
        } catch let problem as Problem where problem.code.isAboutDocument {
            // The rollout may be ahead of the map held from before: nothing is said of a document before the map in force was asked.
            let inForce = try await dependencies.map()
            guard inForce.version == entitlement.mapVersion else {
                let newer = try self.entitlement(
                    of: entitlement.caller,
                    to: entitlement.request,
                    under: inForce,
                    in: &exchange
                )
                exchange.note(newer)
                return try await admit(newer, in: &exchange)
            }
            return (entitlement, try await catchUp(entitlement, problem, in: &exchange))
        }
    }

    /// What a refusal beside the intent means, where it is about a document that was looked at again; every other one as it is.
    func meaning(of error: any Error, for entitlement: Entitlement) async -> any Error {
        guard let problem = error as? Problem, problem.code.isAboutDocument else { return error }
        // That the rollout cannot be read leaves the problem as it was found.
        guard let rollout = try? await rollout(of: entitlement) else { return problem }
        return rollout.isAsked ? rollout.problem(problem) : Problem.mapChangedMeanwhile
    }

    /// Facts that grant the session after all, once the rollout has made the document right.
    private func catchUp(
        _ entitlement: Entitlement,
        _ problem: Problem,
        in exchange: inout Exchange
    ) async throws -> MemberAccounts.Lookup {
        guard let rollout = try await rollout(of: entitlement) else { throw problem }
        guard case .pending = rollout.standing, case .made(let place) = try await converge(entitlement, in: exchange)
        else { throw rollout.problem(problem) }
        do {
            return try await decide(on: entitlement, in: &exchange)
        } catch let problem as Problem where problem.code.isAboutDocument {
            throw rollout.after(place).problem(problem)
        }
    }

    private func decide(on entitlement: Entitlement, in exchange: inout Exchange) async throws -> MemberAccounts.Lookup
    {
        let lookup = try await dependencies.accounts.bounded(by: exchange).facts(for: entitlement)
        exchange.note(proofOf: entitlement.caller, role: lookup.facts.role)
        exchange.note(documentVersion: lookup.facts.document?.contentVersion)
        try entitlement.decide(on: lookup.facts)
        return lookup
    }

    /// Whether the enforcer was asked.
    private enum Attempt {
        /// It was not: there is none, there was no time, or nothing is to be started.
        case none
        /// It was; how it says that the place stands now, if it said so.
        case made(RolloutPlace?)
    }

    /// Has the enforcer make the document right, if there is one and there is time.
    private func converge(_ entitlement: Entitlement, in exchange: Exchange) async throws -> Attempt {
        guard let enforcer = dependencies.enforcer, !entitlement.request.isDryRun else { return .none }
        let begun = dependencies.now()
        let time = min(
            Self.patience,
            exchange.latestStart.milliseconds - begun.milliseconds - Self.reserve
        )
        guard time >= Self.leastPatience else { return .none }
        // A blocked caller has nothing done for them; elsewhere the intent's transaction says so, which is still to come.
        try await refuseBlocked(entitlement.caller)
        let place: RolloutPlace?
        var metadata: Logger.Metadata = ["document": "\(entitlement.document.name)"]
        do {
            place = try await enforcer.converge(
                entitlement.id,
                account: entitlement.caller.account,
                region: entitlement.request.region,
                waiting: Int(time),
                logger: exchange.logger
            )
        } catch let failure as AWSFailure {
            // It may have done its work all the same, so the document is read again in any case.
            metadata["failure.kind"] = "\(failure.kind.rawValue)"
            place = nil
        }
        metadata["milliseconds"] = "\(dependencies.now().milliseconds - begun.milliseconds)"
        exchange.logger.info("asked the enforcer for a document", metadata: metadata)
        return .made(place)
    }
}

extension Broker {
    /// How long the enforcer's taking notice of a publication may take, in seconds.
    private static let announcementSeconds: Int64 = 5

    /// Tells the enforcer of a publication, if there is an enforcer.
    ///
    /// The publication stands whatever becomes of this: the schedule comes, and a connect asks for what it needs.
    func announce(_ number: Int64, in exchange: Exchange) async {
        guard let enforcer = dependencies.enforcer else { return }
        let deadline = min(exchange.deadline, dependencies.now().advanced(bySeconds: Self.announcementSeconds))
        var metadata: Logger.Metadata = ["number": "\(number)"]
        do {
            try await enforcer.announce(number, until: deadline, logger: exchange.logger)
        } catch {
            metadata["failure.type"] = "\((error as? AWSFailure)?.kind.rawValue ?? "\(type(of: error))")"
        }
        exchange.logger.info("told the enforcer of a publication", metadata: metadata)
    }
}

extension ProblemCode {
    /// Whether it says that a session document is not what the map renders.
    var isAboutDocument: Bool { [.documentMissing, .documentChanged, .documentNotDefault].contains(self) }

    /// Whether it says, of an intent, that a publication came before the start.
    var isOvertaken: Bool { [.mapChanged, .documentPending].contains(self) }
}

extension Problem {
    /// The map that a session was granted under is no longer the one in force, and the one in force grants another session.
    static let mapChangedMeanwhile = Problem(
        .mapChanged,
        detail: "The role map was changed for you just now, so this session was not started as it was granted.",
        next: "Run the command again, which asks the new map."
    )
}
