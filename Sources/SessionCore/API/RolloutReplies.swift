/// Where a place stands as seen from the current map.
public enum RolloutStanding: String, Sendable, Hashable, CaseIterable {
    /// Every document there is what the current map says.
    case current
    /// An older map, or none, was applied there last.
    case pending
    /// The current map could not be applied there.
    case failed
    /// The place is left out on purpose.
    case skipped
}

extension RolloutPlace {
    /// Where the place stands under the current version of the map.
    ///
    /// - Parameter current: The current version's number.
    /// - Returns: Pending while an older version was looked at last, however that ended.
    public func standing(under current: Int64) -> RolloutStanding {
        guard number >= current else { return .pending }
        return switch state {
        case .current: .current
        case .failed: .failed
        case .skipped: .skipped
        }
    }
}

extension RolloutPlace {
    /// The place as `GET /v1/rollout` answers it: as a store keeps it, with its `standing`.
    public func json(under current: Int64) -> JSON {
        var members = json.members ?? [:]
        members["standing"] = .string(standing(under: current).rawValue)
        return .object(members)
    }
}

/// How many places stand how.
public struct RolloutTotals: Sendable, Hashable {
    /// How many places, by standing; none is left out.
    public private(set) var counts: [RolloutStanding: Int]

    /// Counts places.
    public init(_ places: [RolloutPlace] = [], under current: Int64) {
        counts = Dictionary(uniqueKeysWithValues: RolloutStanding.allCases.map { ($0, 0) })
        for place in places { counts[place.standing(under: current), default: 0] += 1 }
    }

    /// How many places there are.
    public var all: Int { counts.values.reduce(0, +) }

    /// How many stand so.
    public subscript(standing: RolloutStanding) -> Int { counts[standing, default: 0] }

    /// The totals as JSON.
    public var json: JSON {
        [
            "current": .integer(Int64(self[.current])),
            "failed": .integer(Int64(self[.failed])),
            "pending": .integer(Int64(self[.pending])),
            "skipped": .integer(Int64(self[.skipped])),
        ]
    }

    /// Reads totals; nil when one is missing.
    public init?(json: JSON) {
        counts = [:]
        for standing in RolloutStanding.allCases {
            guard let count = json[standing.rawValue]?.number, count >= 0, let number = Int(exactly: count) else {
                return nil
            }
            counts[standing] = number
        }
    }
}

/// What `GET /v1/rollout` answers: where the current map's documents stand, place by place.
///
/// Shape: `{"next":"111122223333/eu-west-1","number":4,"places":[{…}],"totals":{"current":1,"failed":0,"pending":1,"skipped":0}}`,
/// without `next` on the last page. A place that was never looked at is in none of it.
public struct RolloutReply: Sendable, Hashable {
    /// The current version's number.
    public var number: Int64
    /// Some of the places asked for, by account and Region.
    public var places: [RolloutPlace]
    /// How all places of the account and Region asked for stand, whatever state was asked for.
    public var totals: RolloutTotals
    /// Where the next page begins; nil when this is the last.
    public var next: RolloutCursor?

    /// Makes a reply.
    public init(number: Int64, places: [RolloutPlace], totals: RolloutTotals, next: RolloutCursor?) {
        self.number = number
        self.places = places
        self.totals = totals
        self.next = next
    }

    /// The reply as JSON.
    public var json: JSON {
        .compact([
            "next": next.map { .string($0.text) },
            "number": .integer(number),
            "places": .array(places.map { $0.json(under: number) }),
            "totals": totals.json,
        ])
    }

    /// Reads a reply; nil when something is missing or wrong.
    public init?(json: JSON) {
        guard let number = json["number"]?.number, let elements = json["places"]?.elements,
            let totals = json["totals"].flatMap(RolloutTotals.init(json:))
        else { return nil }
        let places = elements.compactMap(RolloutPlace.init(json:))
        let next = json["next"]?.text.flatMap { RolloutCursor($0) }
        guard places.count == elements.count, next != nil || json["next"] == nil else { return nil }
        self.init(number: number, places: places, totals: totals, next: next)
    }
}
