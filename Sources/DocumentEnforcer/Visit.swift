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
    /// Whether its documents were looked at.
    var isLooked = false
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
    var changes: [EnforcedChange] {
        let known = Dictionary((last?.documents ?? []).map { ($0.name, $0) }) { first, _ in first }
        var changes = outcomes.compactMap { EnforcedChange($0, last: known[$0.name]) }
        if isThorough {
            let seen = Set(outcomes.map(\.name))
            changes += (last?.documents ?? [])
                .filter { one in
                    // Preferences that the map no longer sets are still somebody's, and there.
                    one.version != nil && !seen.contains(one.name) && one.name.hasPrefix(WantedDocument.prefix)
                }
                .map { EnforcedChange(vanished: $0) }
        }
        return changes
    }

    /// How the place stands after the visit.
    ///
    /// A visit to some of its documents changes nothing about which version of the map the place has and when it was checked.
    ///
    /// - Parameters:
    ///   - number: The version of the map.
    ///   - covers: Whether the whole of the place was visited, or rightly left out.
    ///   - now: The present moment.
    /// - Returns: What to keep.
    func standing(number: Int64, covers: Bool, at now: Timestamp) -> RolloutPlace {
        let known = Dictionary((last?.documents ?? []).map { ($0.name, $0) }) { first, _ in first }
        let problem = problem ?? outcomes.compactMap { one in one.problem.map { "\(one.name): \($0)" } }.first
        var documents = outcomes.compactMap { $0.standing(last: known[$0.name]) }
        if !(covers && isLooked) {
            let seen = Set(documents.map(\.name))
            documents = ((last?.documents ?? []).filter { !seen.contains($0.name) } + documents)
                .sorted { $0.name < $1.name }
        }
        return RolloutPlace(
            account: place.account,
            region: place.region,
            number: covers ? number : last?.number ?? 0,
            state: isSkipped ? .skipped : problem != nil ? .failed : covers ? .current : last?.state ?? .current,
            documents: documents,
            checked: covers ? now : last?.checked ?? Timestamp(milliseconds: 0),
            problem: covers ? problem : problem ?? last?.problem
        )
    }
}
