internal import AWSClient
internal import SessionCore
internal import Synchronization

/// What was found of nodes lately: a list takes AWS seconds, and a person asks for it again and again.
///
/// That nothing was found is kept for a moment only: whoever has just started or tagged a node asks until it is there.
final class NodeLists: Sendable {
    /// How long a list may be used, in seconds.
    static let lifetimeSeconds: Int64 = 60
    /// How long it may be used that there was nothing, in seconds.
    static let emptySeconds: Int64 = 5
    /// The most nodes that are kept in answers, and of machines outside EC2; a list itself counts as some nodes.
    private static let room = (answers: 15_000, outside: 5000, list: 20)

    /// What was asked, and what was allowed.
    struct Key: Hashable, Sendable {
        let access: NodeAccess
        let question: NodeQuestion?
    }

    /// Where machines outside EC2 were looked for, and by which tags.
    struct Place: Hashable, Sendable {
        let account: AccountID
        let region: Region
        let tags: [String: [String]]

        /// Where a caller may look.
        init(_ access: NodeAccess) {
            account = access.account
            region = access.region
            tags = access.tags
        }
    }

    private struct State: Sendable {
        var answers = RecentValues<Key, NodeLookup.Found>(room: NodeLists.room.answers)
        var outside = RecentValues<Place, SSM.NodeList>(room: NodeLists.room.outside)
    }

    private let state = Mutex(State())

    func found(_ key: Key, at now: Timestamp) -> NodeLookup.Found? {
        state.withLock { $0.answers.value(for: key, at: now) }
    }

    func keep(_ found: NodeLookup.Found, for key: Key, at now: Timestamp) {
        let seconds = found.nodes.isEmpty ? Self.emptySeconds : Self.lifetimeSeconds
        state.withLock { state in
            state.answers.keep(
                found,
                for: key,
                size: found.nodes.count + Self.room.list,
                until: now.advanced(bySeconds: seconds),
                at: now
            )
        }
    }

    /// The machines outside EC2 that have the tags.
    func outside(_ place: Place, at now: Timestamp) -> SSM.NodeList? {
        state.withLock { $0.outside.value(for: place, at: now) }
    }

    /// Keeps them as long as any list, even when there are none: every address that nobody has asks for them.
    func keep(_ outside: SSM.NodeList, for place: Place, at now: Timestamp) {
        state.withLock { state in
            state.outside.keep(
                outside,
                for: place,
                size: outside.nodes.count + Self.room.list,
                until: now.advanced(bySeconds: Self.lifetimeSeconds),
                at: now
            )
        }
    }
}
