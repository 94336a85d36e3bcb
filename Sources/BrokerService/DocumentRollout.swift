internal import SessionCore

/// How far the rollout of one document has come where a session needs it.
struct DocumentRollout: Sendable {
    /// The document as the map renders it.
    let document: SessionDocument
    /// Where: the account.
    let account: AccountID
    /// Where: the Region.
    let region: Region
    /// The number of the current map.
    let number: Int64
    /// Whether the map that was asked is the current one; a broker may learn of a publication a moment later than the enforcer.
    let isAsked: Bool
    /// What the rollout last saw in the place; nil when it never looked.
    var place: RolloutPlace?
    /// How many other places wait with this one, and how many of them were looked at longer ago; nil when there are too many to count.
    let queue: (waiting: Int, before: Int)?

    /// What it means that the document is wrong.
    var standing: DocumentStanding {
        isAsked ? DocumentStanding(document, in: place, under: number) : .ahead(number)
    }

    /// The same after the enforcer was there.
    ///
    /// - Parameter place: What it answered; nil when it gave no answer.
    /// - Returns: The rollout with that place, if it is the one that was asked about.
    func after(_ place: RolloutPlace?) -> DocumentRollout {
        var copy = self
        // An answer about another place is none.
        if let place, place.account == account, place.region == region { copy.place = place }
        return copy
    }

    /// The refusal that the engineer sees in place of what was found.
    ///
    /// - Parameter found: What is wrong with the document.
    /// - Returns: What that means.
    func problem(_ found: Problem) -> Problem {
        let what = "Session document \(document.name) in account \(account), Region \(region)"
        switch standing {
        case .tampered: return found
        case .leftOut(let why):
            return Problem(
                found.code,
                detail: "\(what) is not rolled out: \(why).",
                next: "Ask an administrator of the role map whether the rollout should reach it."
            )
        case .ahead(let newer):
            return Problem(
                .documentPending,
                detail:
                    "\(what) is not what this broker knows; version \(newer) of the role map was published a moment ago.",
                next: "Try again in a few seconds."
            )
        case .pending(let problem):
            return Problem(
                .documentPending,
                detail: [
                    "\(what) is not yet that of version \(number) of the role map.", progress,
                    problem.map { "The last try failed: \($0)" },
                ]
                .compactMap(\.self).joined(separator: " "),
                next:
                    "Try again in a minute; administrators see how far it is with ssm-broker map rollout --account \(account)"
            )
        }
    }

    /// The place's turn.
    ///
    /// Shape: `Place 37 of 120 that wait for the rollout; last checked 2026-11-21T08:00:00.000Z.`
    private var progress: String {
        let turn =
            queue.map { "Place \($0.before + 1) of \($0.waiting) that wait for the rollout" }
            ?? "The rollout is under way"
        let checked =
            place.flatMap { $0.checked.milliseconds > 0 ? $0.checked.description : nil }.map { "last checked \($0)" }
            ?? "never checked"
        return "\(turn); \(checked)."
    }
}

extension Broker {
    /// The most pages of waiting places that are read to tell a place's turn.
    private static let maximumPages = 5

    /// How far the rollout of a session's document has come; nil when the map in force is not a published one, so that none is rolled out.
    func rollout(of entitlement: Entitlement) async throws -> DocumentRollout? {
        guard let current = try await dependencies.maps.store.pointer() else { return nil }
        let (account, region) = (entitlement.caller.account, entitlement.request.region)
        let place = try await dependencies.rollout.places(
            matching: RolloutQuery(account: account, region: region, limit: 1)
        ).places.first
        return DocumentRollout(
            document: entitlement.document,
            account: account,
            region: region,
            number: current.number,
            isAsked: current.hash == entitlement.mapVersion,
            place: place,
            queue: try await queue(before: place, under: current.number)
        )
    }

    /// How many places wait, and how many of them come before one: the enforcer begins with those looked at longest ago.
    private func queue(before place: RolloutPlace?, under number: Int64) async throws -> (waiting: Int, before: Int)? {
        var query = RolloutQuery(olderThan: number, limit: RolloutQuery.maximumLimit)
        var waiting = place == nil ? 1 : 0
        var before = 0
        for _ in 0..<Self.maximumPages {
            let page = try await dependencies.rollout.places(matching: query)
            waiting += page.places.count
            // Those never looked at come first.
            if let place {
                before += page.places.count { ($0.checked, $0.cursor.text) < (place.checked, place.cursor.text) }
            }
            guard let next = page.next else { return (waiting, before) }
            query.cursor = next
        }
        return nil
    }
}
