internal import SessionCore
internal import Synchronization

/// What was found of nodes lately: a list takes AWS seconds, and a person asks for it again and again.
///
/// Nothing that was not found is kept: whoever has just started or tagged a node asks until it is there.
final class NodeLists: Sendable {
    /// How long a list may be used, in seconds.
    static let lifetimeSeconds: Int64 = 60
    /// The most lists that are kept.
    private static let maximumCount = 64

    /// What was asked, and what was allowed.
    struct Key: Hashable, Sendable {
        let access: NodeAccess
        let question: NodeQuestion?
    }

    private struct Held: Sendable {
        let found: NodeLookup.Found
        let until: Timestamp
    }

    private let lists = Mutex<[Key: Held]>([:])

    func found(_ key: Key, at now: Timestamp) -> NodeLookup.Found? {
        lists.withLock { lists in
            guard let held = lists[key], now < held.until else { return nil }
            return held.found
        }
    }

    func keep(_ found: NodeLookup.Found, for key: Key, at now: Timestamp) {
        guard !found.nodes.isEmpty else { return }
        lists.withLock { lists in
            if lists.count >= Self.maximumCount { lists = lists.filter { now < $0.value.until } }
            if lists.count >= Self.maximumCount { lists.removeAll() }
            lists[key] = Held(found: found, until: now.advanced(bySeconds: Self.lifetimeSeconds))
        }
    }
}
