public import Logging
public import SessionCore

/// Makes the session documents of all accounts and Regions what the published role map says, and keeps them so.
///
/// Users and documents come from the map alone: a run's scope names places, and nothing that a caller says can name a user or have
/// a document deleted that the map has. Every step may be done twice, so a run that is killed leaves nothing to clear away.
public struct Enforcer: Sendable {
    /// What a run needs of the world.
    public struct Dependencies: Sendable {
        /// The organisation's accounts.
        public var organization: any Organization
        /// The way into them.
        public var members: any MemberAccess
        /// Where changes are recorded.
        public var audit: any AuditStore
        /// Where each place's standing is kept.
        public var rollout: any RolloutStore
        /// The number of the current map; nil when none is published.
        public var currentNumber: @Sendable () async throws -> Int64?
        /// Time and chance.
        public var clock: EnforcerClock
        /// Makes a record's id; unique.
        public var makeID: @Sendable () -> RecordID
        /// Hears of each place that was changed or failed, and of each run.
        public var logger: Logger
        /// How fast and how long.
        public var settings: RunSettings

        /// Names what a run needs.
        public init(
            organization: any Organization,
            members: any MemberAccess,
            audit: any AuditStore,
            rollout: any RolloutStore,
            currentNumber: @escaping @Sendable () async throws -> Int64?,
            clock: EnforcerClock,
            makeID: @escaping @Sendable () -> RecordID,
            logger: Logger,
            settings: RunSettings = RunSettings()
        ) {
            self.organization = organization
            self.members = members
            self.audit = audit
            self.rollout = rollout
            self.currentNumber = currentNumber
            self.clock = clock
            self.makeID = makeID
            self.logger = logger
            self.settings = settings
        }
    }

    let dependencies: Dependencies

    /// Makes an enforcer.
    public init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// Looks at every place in a scope and makes its documents what the map says.
    ///
    /// Places that were looked at longest ago come first, those never looked at before them, so that runs which their deadline
    /// ends reach every place in turn.
    ///
    /// - Parameters:
    ///   - scope: How far.
    ///   - map: The published map.
    ///   - trigger: Why; it stands in the records.
    ///   - deadline: When the run must be over.
    /// - Returns: How it went; a failed place is no failed run.
    public func run(_ scope: Scope, map: PublishedMap, trigger: Trigger, deadline: Timestamp) async -> RunReport {
        let began = dependencies.clock.now()
        var report = RunReport(number: map.number)
        do {
            let queue = try await agenda(scope, map: map, deadline: deadline)
            report.inScope = queue.count
            if scope.coversPlaces { await announce(queue) }
            await work(off: queue, scope: scope, map: map, trigger: trigger, deadline: deadline, into: &report)
        } catch is OutOfTime {
            report.end = .deadline
        } catch {
            report.end = .stopped("\(error)")
        }
        dependencies.logger.info(
            "documents enforced",
            metadata: [
                "rollout.number": "\(report.number)", "rollout.trigger": "\(trigger.rawValue)",
                "rollout.end": "\(report.end)", "rollout.inScope": "\(report.inScope)",
                "rollout.current": "\(report.current)", "rollout.changed": "\(report.changed)",
                "rollout.failed": "\(report.failed)", "rollout.skipped": "\(report.skipped)",
                "rollout.left": "\(report.left)",
                "duration.ms": "\(dependencies.clock.now().milliseconds - began.milliseconds)",
            ]
        )
        return report
    }

    /// Visits the places, some at a time.
    private func work(
        off agenda: [Errand],
        scope: Scope,
        map: PublishedMap,
        trigger: Trigger,
        deadline: Timestamp,
        into report: inout RunReport
    ) async {
        let watch = RunWatch(scope: scope, map: map, deadline: deadline, dependencies: dependencies)
        let visits = Visits(
            scope: scope,
            map: map,
            trigger: trigger,
            deadline: deadline,
            dependencies: dependencies,
            roles: Pace(
                perSecond: dependencies.settings.rolesPerSecond,
                burst: max(1, Int(dependencies.settings.rolesPerSecond)),
                clock: dependencies.clock
            )
        )
        await withTaskGroup(of: Visits.Result?.self) { group in
            var next = agenda.makeIterator()
            var underWay = 0
            while true {
                while underWay < max(1, dependencies.settings.concurrency), await watch.mayBeginAnother(),
                    let errand = next.next()
                {
                    underWay += 1
                    group.addTask { await visits.visit(errand) }
                }
                guard let finished = await group.next() else { break }
                underWay -= 1
                switch finished {
                case .looked(let place, let isChanged)?:
                    report.add(place, isChanged: isChanged, isWide: scope == .everything)
                case .cannotGoOn(let reason)?: await watch.stop(.stopped(reason))
                case .outOfTime?: await watch.stop(.deadline)
                case nil: break
                }
            }
        }
        let end = await watch.end
        report.end = end ?? .complete
    }
}
