internal import AWSClient
internal import SessionCore

/// Carries out plans on one document until it is as wanted: look, plan, do, and look again.
///
/// Every answer that leaves a doubt (raced, throttled, no answer at all) ends in another look, so a step may be done by us, by
/// another enforcer or not at all, and the end is the same.
struct Convergence: Sendable {
    /// How often one document is looked at in one visit: enough for every chain of mishaps of which each comes once, with some to
    /// spare for a service that is slow.
    static let maximumLooks = 10
    static let backoff = Backoff(first: 1000, longest: 8000)

    let documents: any MemberDocuments
    let clock: EnforcerClock
    let deadline: Timestamp
    /// How many versions of a document are kept.
    let keptVersions: Int

    /// Makes one document what it must be.
    ///
    /// - Returns: What was done, and why it is not as wanted, if so.
    /// - Throws: ``Interruption``.
    func converge(_ wanted: WantedDocument) async throws -> DocumentOutcome {
        var outcome = DocumentOutcome(wanted)
        var isRevision = false
        var lastReason = "Systems Manager is still at work on it"
        for look in 1...Self.maximumLooks {
            var obstacle = Obstacle.lookAgain
            do {
                let found = try await documents.read(wanted.name)
                if look == 1 { outcome.before = found }
                outcome.now = found
                let plan = DocumentPlan(wanted, found: found, isRevision: isRevision)
                outcome.problem = plan.problem
                if plan.steps.isEmpty || plan.problem != nil {
                    try await prune(&outcome)
                    return outcome
                }
                guard case .wait? = plan.steps.first else {
                    for step in plan.steps { try await carryOut(step, on: wanted.name, &outcome) }
                    // What was done is looked at before it is believed, without waiting first.
                    continue
                }
                lastReason = "it stays in status \(found?.status.rawValue ?? "unknown")"
            } catch {
                obstacle = Obstacle(error)
                lastReason = Self.reason(error)
            }
            switch obstacle {
            case .lookAgain: break
            case .sameText where isRevision:
                outcome.problem = "Systems Manager refuses its content as a duplicate, even with a revision's mark"
                return outcome
            case .sameText:
                isRevision = true
                continue
            case .tooManyVersions:
                do {
                    guard try await deleteVersions(of: &outcome, keeping: keptVersions) > 0 else {
                        outcome.problem = "\(lastReason); and no version can be spared"
                        return outcome
                    }
                    continue
                } catch {
                    lastReason = Self.reason(error)
                }
            case .regionOff: throw Interruption.regionOff(lastReason)
            case .outOfTime: throw Interruption.outOfTime([outcome])
            case .lasting(let reason):
                outcome.problem = reason
                return outcome
            }
            try await pause(after: look, outcome)
        }
        outcome.problem = "looked \(Self.maximumLooks) times and it is not as wanted: \(lastReason)"
        return outcome
    }

    private func carryOut(_ step: DocumentPlan.Step, on name: String, _ outcome: inout DocumentOutcome) async throws {
        switch step {
        case .wait: break
        case .unshare(let accounts):
            try await documents.unshare(name, with: accounts)
            outcome.note(.unshared)
        case .delete:
            try await documents.delete(name, version: nil)
            outcome.note(.deleted)
        case .create(let content):
            try await documents.create(name, content: content.canonicalText)
            outcome.note(.created)
        case .write(let content, let latest):
            // Between the look and this somebody may have written keys of theirs, which the content does not have.
            let version = try await documents.write(name, over: latest, content: content.canonicalText)
            outcome.note(.written)
            try await documents.promote(version, of: name)
            outcome.note(.promoted)
        case .promote(let version):
            try await documents.promote(version, of: name)
            outcome.note(.promoted)
        }
    }

    /// Deletes old versions of a document that this visit has written; versions gather in no other way that we cause.
    private func prune(_ outcome: inout DocumentOutcome) async throws {
        guard outcome.deeds.contains(.written), let now = outcome.now, now.latest > keptVersions else { return }
        do {
            try await deleteVersions(of: &outcome, keeping: keptVersions)
        } catch {
            // The document is right, and the next write prunes again; only time that has run out must end the visit.
            if Obstacle(error) == .outOfTime { throw error }
        }
    }

    @discardableResult
    private func deleteVersions(of outcome: inout DocumentOutcome, keeping count: Int) async throws -> Int {
        guard let now = outcome.now else { return 0 }
        let versions = try await documents.versions(of: now.name)
        let superfluous = DocumentPlan.superfluous(versions, default: now.default, keeping: count)
        for version in superfluous {
            try await documents.delete(now.name, version: version)
            outcome.note(.pruned)
        }
        return superfluous.count
    }

    private func pause(after look: Int, _ outcome: DocumentOutcome) async throws {
        do {
            try await clock.wait(
                milliseconds: Self.backoff.wait(after: look, random: clock.random()),
                before: deadline
            )
        } catch {
            throw Interruption.outOfTime([outcome])
        }
    }

    private static func reason(_ error: any Error) -> String {
        (error as? AWSFailure)?.description ?? "\(error)"
    }
}
