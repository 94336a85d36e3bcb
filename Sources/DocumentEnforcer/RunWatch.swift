internal import SessionCore

/// Decides whether a run may go on: time, the map's number, and what has gone wrong so far.
actor RunWatch {
    private let map: PublishedMap
    private let reserveMilliseconds: Int64
    private let deadline: Timestamp
    private let dependencies: Enforcer.Dependencies
    private var asked: Timestamp?
    /// Why nothing more is begun; nil while the run may go on.
    private(set) var end: RunReport.End?

    init(scope: Scope, map: PublishedMap, deadline: Timestamp, dependencies: Enforcer.Dependencies) {
        self.map = map
        // Somebody waits for a narrow run, which does what it can until its deadline.
        reserveMilliseconds = scope == .everything ? Int64(dependencies.settings.placeMilliseconds) : 1
        self.deadline = deadline
        self.dependencies = dependencies
    }

    /// Nothing more is begun; the first reason stays.
    func stop(_ reason: RunReport.End) {
        end = end ?? reason
    }

    /// Whether another place may be begun.
    ///
    /// A run that goes on with an older map after a newer one was published would undo what the newer one's run has done.
    func mayBeginAnother() async -> Bool {
        guard end == nil else { return false }
        let now = dependencies.clock.now()
        guard now.milliseconds + reserveMilliseconds <= deadline.milliseconds else {
            stop(.deadline)
            return false
        }
        if let asked, now.milliseconds - asked.milliseconds < Int64(dependencies.settings.pointerMilliseconds) {
            return true
        }
        asked = now
        do {
            if let number = try await dependencies.currentNumber(), number > map.number {
                stop(.superseded(by: number))
            }
        } catch {
            stop(.stopped("the current map's number cannot be read: \(error)"))
        }
        return end == nil
    }
}
