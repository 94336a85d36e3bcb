internal import AWSClient
internal import Logging
internal import SessionCore

/// Visits places: looks at each, makes it right, records what was changed, and keeps how it stands.
struct Visits: Sendable {
    /// How a visit ended.
    enum Result: Sendable {
        /// The place was looked at.
        case looked(RolloutPlace, isChanged: Bool)
        /// Nothing more may be changed: a change could not be recorded, or our own credentials are refused.
        case cannotGoOn(String)
        /// There was no time to look at all of it.
        case outOfTime
    }

    let scope: Scope
    let map: PublishedMap
    let trigger: Trigger
    let deadline: Timestamp
    let dependencies: Enforcer.Dependencies
    let roles: Pace

    /// Visits one place.
    func visit(_ errand: Errand) async -> Result {
        if let exclusion = errand.exclusion ?? map.exclusion(of: errand.account) {
            return await keep(Visit(errand, skippedBecause: exclusion.text), of: errand)
        }
        do {
            return await keep(try await look(at: errand), of: errand)
        } catch Interruption.regionOff(let reason) {
            return await keep(Visit(errand, skippedBecause: "the Region is off in this account: \(reason)"), of: errand)
        } catch Interruption.outOfTime(let outcomes) {
            // What was done is done, and recorded; the place counts as not looked at, so that it is among the first next time.
            var visit = Visit(errand)
            visit.outcomes = outcomes
            if case .cannotGoOn(let reason) = await keep(visit, of: errand, covers: false) {
                return .cannotGoOn(reason)
            }
            return .outOfTime
        } catch is OutOfTime {
            return .outOfTime
        } catch let failure as AWSFailure where failure.service == .sts && failure.kind == .credentialsRejected {
            return .cannotGoOn("the enforcer's own credentials are refused: \(failure)")
        } catch let missing as CredentialsNotFound {
            return .cannotGoOn("the enforcer has no credentials: \(missing)")
        } catch {
            var visit = Visit(errand)
            visit.problem = Self.explain(error, in: errand.place)
            visit.isSkipped = map.isRetired(errand.place.account)
            return await keep(visit, of: errand)
        }
    }

    /// Looks at every document of a place and makes each right.
    private func look(at errand: Errand) async throws -> Visit {
        let documents = try await open(errand.place)
        let convergence = Convergence(
            documents: documents,
            clock: dependencies.clock,
            deadline: deadline,
            keptVersions: max(2, dependencies.settings.keptVersions)
        )
        var visit = Visit(errand)
        visit.isLooked = true
        visit.isThorough = findsStale(at: errand)
        for wanted in try await wanted(at: errand, documents) {
            do {
                visit.outcomes.append(try await convergence.converge(wanted))
            } catch Interruption.outOfTime(let last) {
                throw Interruption.outOfTime(visit.outcomes + last)
            }
        }
        // Once is not enough: a run that still had the older map may have been at work there.
        if errand.isGivenUp, visit.outcomes.isEmpty, let last = errand.last, last.number > 0, last.documents.isEmpty {
            visit.problem = PublishedMap.Exclusion.region.text
            visit.isSkipped = true
        }
        return visit
    }

    /// What the place's documents must be, those included that the map no longer has.
    private func wanted(at errand: Errand, _ documents: any MemberDocuments) async throws -> [WantedDocument] {
        let wanted = map.wanted(in: errand.place, of: errand.account)
        guard findsStale(at: errand) else {
            return wanted.filter { scope.contains(document: $0.name) }
        }
        let known = Set(wanted.map(\.name))
        let stale = try await names(documents).filter { $0.hasPrefix(WantedDocument.prefix) && !known.contains($0) }
        return stale.sorted().map { .gone(name: $0) } + wanted
    }

    /// The names of our documents, asked for again after what may pass.
    private func names(_ documents: any MemberDocuments) async throws -> [String] {
        var tries = 1
        while true {
            do {
                return try await documents.names(beginningWith: [WantedDocument.prefix])
            } catch {
                switch Obstacle(error) {
                case .regionOff: throw Interruption.regionOff("\(error)")
                case .outOfTime: throw OutOfTime()
                case .lookAgain where tries < 5:
                    let wait = Convergence.backoff.wait(after: tries, random: dependencies.clock.random())
                    try await dependencies.clock.wait(milliseconds: wait, before: deadline)
                    tries += 1
                default: throw error
                }
            }
        }
    }

    /// Whether documents that the map no longer has are looked for: in a whole run, and where the map gives the account up.
    private func findsStale(at errand: Errand) -> Bool {
        scope.findsStale || (map.isRetired(errand.place.account) && scope.coversPlaces)
    }

    /// Opens a place, waiting for a role that may be new.
    private func open(_ place: Place) async throws -> any MemberDocuments {
        let clock = dependencies.clock
        let patience = scope.waitsForRole ? dependencies.settings.roleMilliseconds : 0
        let limit = Timestamp(milliseconds: min(clock.now().milliseconds + Int64(patience), deadline.milliseconds))
        let backoff = Backoff(first: 2000, longest: 10_000)
        var tries = 1
        while true {
            try await roles.turn(before: deadline)
            do {
                let documents = try await dependencies.members.documents(in: place, until: deadline)
                return PacedDocuments(documents, settings: dependencies.settings, clock: clock, deadline: deadline)
            } catch let failure as AWSFailure where [.deadline, .cancelled].contains(failure.kind) {
                throw OutOfTime()
            } catch let failure as AWSFailure {
                // IAM makes a new role known within seconds, and until then refuses it as it refuses a stranger's.
                let wait = backoff.wait(after: tries, random: clock.random())
                let mayPass =
                    failure.kind == .accessDenied ? patience > 0 : Obstacle(failure) == .lookAgain && tries < 5
                let isInTime =
                    failure.kind != .accessDenied || clock.now().milliseconds + Int64(wait) < limit.milliseconds
                guard mayPass, isInTime else { throw failure }
                try await clock.wait(milliseconds: wait, before: deadline)
                tries += 1
            }
        }
    }

    /// Records a visit and keeps how the place stands now.
    ///
    /// - Parameters:
    ///   - visit: What was found and done.
    ///   - errand: The place.
    ///   - covers: Whether the place's standing follows from it; nil for what the scope says.
    /// - Returns: How the visit ends.
    private func keep(_ visit: Visit, of errand: Errand, covers: Bool? = nil) async -> Result {
        if let refusal = await record(visit, of: errand) { return refusal }
        let place = visit.standing(
            number: map.number,
            covers: covers ?? (scope.coversPlaces || visit.isSkipped),
            at: dependencies.clock.now()
        )
        do {
            try await dependencies.rollout.record([place])
        } catch {
            return .cannotGoOn("the standing of \(errand.place) cannot be kept: \(error)")
        }
        // An alarm counts these lines: what the map or AWS rightly leaves out is no such place, and would keep it ringing for ever.
        if !visit.isSkipped, let problem = visit.problem ?? visit.outcomes.compactMap(\.problem).first {
            dependencies.logger.notice(
                "place not as the map says",
                metadata: ["rollout.place": "\(errand.place)", "rollout.problem": "\(problem)"]
            )
        }
        return .looked(place, isChanged: !visit.changes.isEmpty)
    }

    /// Appends the records of a visit's changes, if there are any; gives how the visit ends when that fails.
    private func record(_ visit: Visit, of errand: Errand) async -> Result? {
        for details in EnforcedDetails.of(visit.changes, in: errand.place, map: map, trigger: trigger) {
            let record = AuditRecord(
                id: dependencies.makeID(),
                time: dependencies.clock.now(),
                event: .documentsEnforced,
                details: details
            )
            do {
                _ = try await dependencies.audit.append(record)
            } catch {
                return .cannotGoOn("the change of \(errand.place) cannot be recorded: \(error)")
            }
        }
        return nil
    }

    private static func explain(_ error: any Error, in place: Place) -> String {
        guard let failure = error as? AWSFailure, failure.kind == .accessDenied, failure.service == .sts else {
            return "\(error)"
        }
        return
            "the enforcer's role in account \(place.account) cannot be assumed: deploy the member account layer there, or name the account in rollout.excludedAccounts (\(failure.message))"
    }
}
