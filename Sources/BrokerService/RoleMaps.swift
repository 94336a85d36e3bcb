public import SessionCore
internal import Synchronization

/// A role map that is in force, and where it comes from.
public struct RoleMapInForce: Sendable {
    /// The map.
    public let map: RoleMap
    /// The version that it is; nil for the map that came with the deployment.
    public let version: RoleMapVersion?
    /// Why the current version is not this one; nil when it is.
    public let problem: String?
}

/// The published role map, kept for as long as it is the current one.
///
/// What is published takes effect at once: every request that begins after a publication was acknowledged is decided on it. The pointer
/// to the current version is read with each request; only the opening of a session may decide on a map that was confirmed in the last
/// ``lifetime``, and reads the pointer beside the intent and beside the outcome, so that a busy broker waits for nothing more, and what
/// the new map forbids is not handed out. Whatever gives somebody something reads the pointer with ``confirmed()``, which a store that
/// does not answer makes fail.
///
/// A version that cannot be read, or is no map, never takes the place of a good one: the good one stays in force, the metric
/// ``Metric/roleMapNotTaken`` says so, and the next request tries again. A process without a good one refuses with `MAP_MISSING`.
public final class RoleMaps: Sendable {
    /// For how long a map that was confirmed is decided on before it is confirmed again, and may be used while the store does not answer;
    /// in seconds.
    ///
    /// Engineers connect in bursts; between them, one read of the pointer costs less than a session that is granted under an old map
    /// and not started under the new one.
    static let lifetime: Int64 = 15
    /// A problem that stays is counted again after so many seconds.
    private static let reminder: Int64 = 60

    private struct State {
        var held: RoleMapInForce?
        var confirmed = Timestamp(milliseconds: 0)
        var reported: (problem: String, at: Timestamp)?
    }

    /// Where maps are published.
    let store: any RoleMapStore
    /// Where troubles are counted.
    let metrics: any Metrics
    private let file: RoleMap?
    private let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    /// Reads maps from a store.
    ///
    /// - Parameters:
    ///   - store: Where maps are published.
    ///   - file: The map that came with the deployment, in force until the first one is published; nil for none.
    ///   - metrics: Where troubles are counted.
    ///   - now: The time.
    public init(
        store: any RoleMapStore,
        file: RoleMap?,
        metrics: any Metrics,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.file = file
        self.metrics = metrics
        self.now = now
    }

    /// The map in force after every publication that was acknowledged before this was asked; never one that only was so a moment ago.
    ///
    /// - Throws: ``Problem`` with `MAP_MISSING` when there is none, or ``AuditStoreFailure/unavailable(_:)``.
    func confirmed() async throws -> RoleMapInForce {
        do {
            guard let pointer = try await store.pointer() else { return try unpublished() }
            return try await follow(pointer)
        } catch let damage as RoleMapDamage {
            return try keep(because: "\(damage)")
        }
    }

    /// The map in force, or while the store does not answer the one that was so in the last ``lifetime``.
    ///
    /// - Throws: ``Problem`` with `MAP_MISSING` when there is none, or ``AuditStoreFailure/unavailable(_:)``.
    func current() async throws -> RoleMapInForce {
        do {
            return try await confirmed()
        } catch let failure as AuditStoreFailure {
            let age = now().milliseconds - state.withLock(\.confirmed).milliseconds
            guard let held = state.withLock(\.held), age <= Self.lifetime * 1000 else { throw failure }
            return held
        }
    }

    /// The map in force; nil when there is none that can be used.
    func currentIfAny() async throws -> RoleMapInForce? {
        do {
            return try await current()
        } catch let problem as Problem where problem.code == .mapMissing {
            return nil
        }
    }

    /// The confirmed map in force; nil when there is none that can be used.
    func confirmedIfAny() async throws -> RoleMapInForce? {
        do {
            return try await confirmed()
        } catch let problem as Problem where problem.code == .mapMissing {
            return nil
        }
    }

    /// The map that was in force a moment ago: whoever decides on it must ask ``confirmed()`` too before anything is started.
    func recent() async throws -> RoleMapInForce {
        let time = now()
        let held = state.withLock { state in
            time.milliseconds - state.confirmed.milliseconds <= Self.lifetime * 1000 ? state.held : nil
        }
        if let held { return held }
        return try await current()
    }

    private func follow(_ pointer: RoleMapPointer) async throws -> RoleMapInForce {
        if let held = state.withLock(\.held), let before = held.version {
            if (before.number, before.hash) == (pointer.number, pointer.hash) { return confirm(held.map, before) }
            guard before.number < pointer.number else {
                return try keep(
                    because: "the pointer to the current role map names version \(pointer.number) again, after another"
                )
            }
        }
        let number = pointer.number
        guard let published = try await store.map(number) else { throw RoleMapDamage(number, "it is not there") }
        guard published.version.hash == pointer.hash else {
            throw RoleMapDamage(number, "it is not the one that the pointer names")
        }
        guard let json = try? JSON(parsing: published.bytes) else { throw RoleMapDamage(number, "it is no JSON") }
        do throws(RoleMap.Rejection) {
            return confirm(try RoleMap(json: json), published.version)
        } catch {
            let first = error.problems.first.map { "\($0.path.joined(separator: ".")): \($0.explanation)" } ?? ""
            return try keep(because: "version \(number) of the role map is none for this broker: \(first)")
        }
    }

    /// What holds while nothing is published.
    private func unpublished() throws -> RoleMapInForce {
        if let held = state.withLock(\.held), held.version != nil {
            return try keep(because: "the pointer to the current role map is gone")
        }
        guard let file else { throw Problem.mapMissing }
        return confirm(file, nil)
    }

    private func confirm(_ map: RoleMap, _ version: RoleMapVersion?) -> RoleMapInForce {
        let found = RoleMapInForce(map: map, version: version, problem: nil)
        let time = now()
        state.withLock { state in
            // Another request may have found a later version meanwhile.
            guard (state.held?.version?.number ?? 0) <= (version?.number ?? 0) else { return }
            state.held = found
            state.confirmed = time
            state.reported = nil
        }
        return found
    }

    /// Stays with the good map, and says so.
    private func keep(because problem: String) throws -> RoleMapInForce {
        let time = now()
        let (held, isDue) = state.withLock { state in
            let isDue = state.reported.map { reported in
                reported.problem != problem
                    || time.milliseconds - reported.at.milliseconds >= Self.reminder * 1000
            }
            if isDue != false { state.reported = (problem, time) }
            if let held = state.held {
                state.held = RoleMapInForce(map: held.map, version: held.version, problem: problem)
                state.confirmed = time
            }
            return (state.held, isDue != false)
        }
        if isDue {
            let kept = held.map { $0.version.map { "version \($0.number)" } ?? "the deployment's own" } ?? "none"
            metrics.count(.roleMapNotTaken, ["problem": problem.printable(maximumLength: 512), "in.force": kept])
        }
        guard let held else {
            throw Problem(
                .mapMissing,
                detail: "The published role map cannot be used: \(problem).",
                next: "Tell the platform team; an administrator can publish a map again: ssm-broker map publish"
            )
        }
        return held
    }
}

extension Problem {
    /// Nothing is published, and the deployment brought no map.
    static let mapMissing = Problem(
        .mapMissing,
        detail: "No role map has been published yet, so nobody is mapped.",
        next: "A bootstrap administrator of the deployment publishes the first one: ssm-broker map publish"
    )
}

extension Broker.Dependencies {
    /// The role map in force.
    func map() async throws -> RoleMap { try await maps.current().map }

    /// The role map in force; nil where there is none: the deployment's own administrators can act all the same.
    func mapIfAny() async throws -> RoleMap? { try await maps.currentIfAny()?.map }
}
