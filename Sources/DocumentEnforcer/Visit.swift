internal import SessionCore

/// What one visit found and did in a place.
struct Visit: Sendable {
    /// How the place stood before; nil when it was never looked at.
    let last: RolloutPlace?
    let place: Place
    /// What became of each document.
    var outcomes: [DocumentOutcome] = []
    /// Why the place was not looked at, or not to its end.
    var problem: String?
    /// Whether it is right that it was not looked at.
    var isSkipped = false
    /// Whether every document of ours that stands there was looked for.
    var isThorough = false

    init(_ errand: Errand) {
        last = errand.last
        place = errand.place
    }

    init(_ errand: Errand, skippedBecause reason: String) {
        self.init(errand)
        problem = reason
        isSkipped = true
    }

    /// What was changed, by us now, or since the last record by whomever: a run that was killed between a change and its record is
    /// among these, and so is somebody who changed a document and changed it back.
    var changes: [DocumentChange] {
        let known = Dictionary((last?.documents ?? []).map { ($0.name, $0) }) { first, _ in first }
        var changes = outcomes.compactMap { DocumentChange($0, last: known[$0.name]) }
        if isThorough {
            let seen = Set(outcomes.map(\.name))
            changes += (last?.documents ?? []).filter { $0.version != nil && !seen.contains($0.name) }
                .map { DocumentChange(vanished: $0) }
        }
        return changes
    }

    /// How the place stands after the visit.
    ///
    /// A visit to some of its documents changes nothing about which version of the map the place has and when it was checked.
    func standing(number: Int64, scope: Scope, at now: Timestamp) -> RolloutPlace {
        let known = Dictionary((last?.documents ?? []).map { ($0.name, $0) }) { first, _ in first }
        let problem = problem ?? outcomes.compactMap { one in one.problem.map { "\(one.name): \($0)" } }.first
        var documents = outcomes.compactMap { $0.standing(last: known[$0.name]) }
        let isWhole = scope.coversPlaces && !outcomes.isEmpty
        if !isWhole {
            let seen = Set(documents.map(\.name))
            documents = ((last?.documents ?? []).filter { !seen.contains($0.name) } + documents)
                .sorted { $0.name < $1.name }
        }
        let isCovered = scope.coversPlaces || isSkipped
        return RolloutPlace(
            account: place.account,
            region: place.region,
            number: isCovered ? number : last?.number ?? 0,
            state: isSkipped ? .skipped : problem != nil ? .failed : isCovered ? .current : last?.state ?? .current,
            documents: documents,
            checked: isCovered ? now : last?.checked ?? Timestamp(milliseconds: 0),
            problem: isCovered ? problem : problem ?? last?.problem
        )
    }
}
