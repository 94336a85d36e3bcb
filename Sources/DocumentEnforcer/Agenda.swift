internal import SessionCore

/// One place to visit, and what is known of it beforehand.
struct Errand: Sendable, Hashable {
    let place: Place
    let account: MemberAccount
    /// How it stood when it was last looked at; nil when it never was.
    let last: RolloutPlace?
    /// Why nothing is done there, where the account does not tell; nil when something is.
    var exclusion: PublishedMap.Exclusion?
    /// Whether the map goes to the Region no longer.
    var isGivenUp = false
}

extension Enforcer {
    /// The places in a scope, those looked at longest ago first.
    func agenda(_ scope: Scope, map: PublishedMap, deadline: Timestamp) async throws -> [Errand] {
        let accounts = try await accounts(in: scope, deadline: deadline)
        let regions =
            if case .one(_, let region, _) = scope { map.regions.filter { $0 == region } } else { map.regions }
        let last = try await standing(in: scope)
        var errands = accounts.flatMap { account in
            regions.map { region in
                let place = Place(account.id, region)
                return Errand(place: place, account: account, last: last[place])
            }
        }
        if scope == .everything { errands += Self.leftBehind(last, accounts: accounts, map: map) }
        let never = Timestamp(milliseconds: .min)
        return errands.sorted { left, right in
            let (one, other) = (left.last?.checked ?? never, right.last?.checked ?? never)
            // By Region first: neighbours in the order are in different accounts, so each has limits of its own.
            return one == other
                ? (left.place.region, left.place.account.digits) < (right.place.region, right.place.account.digits)
                : one < other
        }
    }

    /// Keeps the places that were never looked at as waiting, so that a rollout which has still to reach them is not taken for done.
    func announce(_ agenda: [Errand]) async {
        let waiting = agenda.filter { $0.last == nil }.map { errand in
            RolloutPlace(
                account: errand.place.account,
                region: errand.place.region,
                number: 0,
                state: .current,
                documents: [],
                checked: Timestamp(milliseconds: 0)
            )
        }
        guard !waiting.isEmpty else { return }
        // It is only told; a store that keeps nothing ends the run with the first visit.
        try? await dependencies.rollout.record(waiting)
    }

    /// The places that were looked at once and are none of the map's any more: Regions given up, and accounts that have left.
    ///
    /// Unless they are gone to, they would be pending for ever.
    private static func leftBehind(
        _ last: [Place: RolloutPlace],
        accounts: [MemberAccount],
        map: PublishedMap
    ) -> [Errand] {
        let known = Dictionary(accounts.map { ($0.id, $0) }) { first, _ in first }
        let regions = Set(map.regions)
        // What was looked at under a newer map is that one's business.
        return last.filter { $0.value.number <= map.number }.compactMap { place, standing in
            guard let account = known[place.account] else {
                let gone = MemberAccount(
                    id: place.account,
                    organizationalUnits: [],
                    isActive: false,
                    isManagement: false
                )
                return Errand(place: place, account: gone, last: standing, exclusion: .left)
            }
            guard !regions.contains(place.region) else { return nil }
            // Our documents are taken away from there; where none was found twice there is nothing more to look for.
            let isDone = standing.documents.isEmpty && standing.state == .skipped
            return Errand(
                place: place,
                account: account,
                last: standing,
                exclusion: isDone ? .region : nil,
                isGivenUp: true
            )
        }
    }

    private func accounts(in scope: Scope, deadline: Timestamp) async throws -> [MemberAccount] {
        let named: [AccountID]
        switch scope {
        case .everything: return try await dependencies.organization.accounts(until: deadline)
        case .accounts(let accounts): named = accounts
        case .one(let account, _, _): named = [account]
        }
        var found: [MemberAccount] = []
        for id in Set(named).sorted(by: { $0.digits < $1.digits }) {
            // An account that is not of the organisation is nobody's business here, whoever names it.
            if let account = try await dependencies.organization.account(id, until: deadline) { found.append(account) }
        }
        return found
    }

    private func standing(in scope: Scope) async throws -> [Place: RolloutPlace] {
        let queries: [RolloutQuery]
        switch scope {
        case .everything: queries = [RolloutQuery()]
        case .accounts(let accounts): queries = accounts.map { RolloutQuery(account: $0) }
        case .one(let account, let region, _): queries = [RolloutQuery(account: account, region: region)]
        }
        var standing: [Place: RolloutPlace] = [:]
        for query in queries {
            for place in try await dependencies.rollout.allPlaces(matching: query) {
                standing[Place(place.account, place.region)] = place
            }
        }
        return standing
    }
}
