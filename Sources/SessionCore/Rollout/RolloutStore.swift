/// Where each place of the rollout stands: live state beside the audit log, never evidence.
public protocol RolloutStore: Sendable {
    /// Keeps what was seen in some places, in place of what was seen there before.
    ///
    /// What was seen under an older version of the map than what is kept of a place is dropped: runs overlap, and the slower one would
    /// make the place pending again.
    ///
    /// - Throws: ``AuditStoreFailure/unavailable(_:)``; some of the places may be kept then.
    func record(_ places: [RolloutPlace]) async throws

    /// Finds places, by account and Region.
    ///
    /// - Throws: ``AuditStoreFailure/unavailable(_:)``.
    func places(matching query: RolloutQuery) async throws -> RolloutPage
}

/// Which places of the rollout to look for.
public struct RolloutQuery: Sendable, Hashable {
    /// The account.
    public var account: AccountID?
    /// The Region.
    public var region: Region?
    /// Any of these states; nil for every state.
    public var states: Set<RolloutPlace.State>?
    /// Only places where an older version than this was applied: with the current version's number, those that are pending.
    public var olderThan: Int64?
    /// Only places where at least this version was applied.
    public var from: Int64?
    /// How many places at most; 1 to ``maximumLimit``.
    public var limit: Int
    /// Where the page before ended; nil for the first page.
    public var cursor: RolloutCursor?

    /// The largest page.
    public static let maximumLimit = 1000

    /// Makes a query; without arguments it finds everything.
    public init(
        account: AccountID? = nil,
        region: Region? = nil,
        states: Set<RolloutPlace.State>? = nil,
        olderThan: Int64? = nil,
        from: Int64? = nil,
        limit: Int = 100,
        cursor: RolloutCursor? = nil
    ) {
        self.account = account
        self.region = region
        self.states = states
        self.olderThan = olderThan
        self.from = from
        self.limit = limit
        self.cursor = cursor
    }

    /// Whether a place is one of those looked for, on whatever page.
    public func matches(_ place: RolloutPlace) -> Bool {
        account.map { $0 == place.account } != false
            && region.map { $0 == place.region } != false
            && states?.contains(place.state) != false
            && olderThan.map { place.number < $0 } != false
            && from.map { place.number >= $0 } != false
    }
}

/// A place in the order by account and Region: after this one.
///
/// Shape as text: `111122223333/eu-west-1`.
public struct RolloutCursor: Sendable, Hashable {
    /// The last place's account.
    public let account: AccountID
    /// The last place's Region.
    public let region: Region

    /// Makes a cursor.
    public init(account: AccountID, region: Region) {
        self.account = account
        self.region = region
    }

    /// Reads a cursor; nil when the text is not exactly what ``text`` writes.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let account = try? AccountID(parts[0]), let region = try? Region(parts[1]) else {
            return nil
        }
        self.init(account: account, region: region)
    }

    /// The cursor as text, which sorts as the places do.
    public var text: String { "\(account.digits)/\(region.name)" }
}

/// Some places, by account and Region.
public struct RolloutPage: Sendable, Hashable {
    /// The places.
    public var places: [RolloutPlace]
    /// Where the next page begins; nil when this is the last.
    public var next: RolloutCursor?

    /// Makes a page.
    public init(places: [RolloutPlace], next: RolloutCursor?) {
        self.places = places
        self.next = next
    }
}

extension RolloutPlace {
    /// Where the place stands in the order by account and Region.
    public var cursor: RolloutCursor { RolloutCursor(account: account, region: region) }
}

extension RolloutStore {
    /// Every place that a query matches, page by page.
    ///
    /// - Parameter query: What to look for; its limit and cursor are not looked at.
    /// - Returns: The places, by account and Region.
    /// - Throws: ``AuditStoreFailure/unavailable(_:)``.
    public func allPlaces(matching query: RolloutQuery) async throws -> [RolloutPlace] {
        var query = query
        query.limit = RolloutQuery.maximumLimit
        query.cursor = nil
        var places: [RolloutPlace] = []
        while true {
            let page = try await self.places(matching: query)
            places += page.places
            guard let next = page.next else { return places }
            query.cursor = next
        }
    }
}
