import DocumentEnforcer
import LambdaRoot
import LambdaRuntime
import Logging
import SessionCore
import Synchronization

/// The map that holds now: the published one, or until there is one the deployment's own file.
final class CurrentMap: Sendable {
    private let store: any RoleMapStore
    private let file: RoleMap?
    private let ceiling: EnforcerCeiling
    private let read = Mutex<PublishedMap?>(nil)

    /// - Parameters:
    ///   - store: Where maps are published.
    ///   - file: The deployment's own map, which holds until one is published.
    ///   - ceiling: What no map may exceed.
    init(store: any RoleMapStore, file: RoleMap?, ceiling: EnforcerCeiling) {
        self.store = store
        self.file = file
        self.ceiling = ceiling
    }

    /// The number of the published map; nil before the first.
    func number() async throws -> Int64? { try await store.pointer()?.number }

    /// The map.
    ///
    /// The pointer is read each time, the map only when it has moved: versions never change.
    /// - Throws: ``NoMap``, or what the store throws.
    func current() async throws -> PublishedMap {
        guard let pointer = try await store.pointer() else {
            guard let file else { throw NoMap.none }
            return try within(PublishedMap(number: 0, map: file))
        }
        let number = pointer.number
        if let known = read.withLock({ $0 }), known.number == number { return known }
        guard let published = try await store.map(number) else { throw NoMap.unreadable(number, "it is not there") }
        // Two items say which map it is; where only one of them was changed, neither is believed.
        guard published.version.hash == pointer.hash else {
            throw NoMap.unreadable(number, "the pointer names another hash")
        }
        let map: RoleMap
        do {
            map = try RoleMap(json: try JSON(parsing: published.bytes))
        } catch {
            throw NoMap.unreadable(number, "\(error)")
        }
        let current = try within(PublishedMap(number: number, map: map))
        read.withLock { $0 = current }
        return current
    }

    private func within(_ map: PublishedMap) throws -> PublishedMap {
        if let objection = ceiling.objection(to: map.map) { throw NoMap.exceedsCeiling(map.number, objection) }
        return map
    }
}

/// Why there is no map to go by, and so nothing is written.
enum NoMap: Error, Sendable, Hashable {
    /// None is published, and the deployment has none of its own.
    case none
    /// The published one cannot be used.
    case unreadable(Int64, String)
    /// It goes beyond what the deployment allows.
    case exceedsCeiling(Int64, String)
}

extension NoMap: Diagnosable {
    var logLine: String {
        switch self {
        case .none: "no role map is published"
        case .unreadable(let number, let why): "version \(number) of the role map cannot be used: \(why)"
        case .exceedsCeiling(let number, let why): "version \(number) of the role map exceeds the ceiling: \(why)"
        }
    }

    var diagnostic: Diagnostic {
        Diagnostic(errorType: "Enforcer.NoMap", errorMessage: "There is no role map to go by; the log says why.")
    }
}
