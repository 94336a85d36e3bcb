public import SessionCore

/// How a run of the enforcer went.
public struct RunReport: Sendable, Hashable {
    /// How a run ended.
    public enum End: Sendable, Hashable {
        /// Everything in its scope was looked at.
        case complete
        /// Its time was over; the next run begins with what this one left.
        case deadline
        /// A newer version of the map was published meanwhile, with this number.
        case superseded(by: Int64)
        /// It could not go on, for example because nothing can be recorded; the text is for the log.
        case stopped(String)
    }

    /// The version of the map.
    public let number: Int64
    /// How it ended.
    public internal(set) var end: End = .complete
    /// How many places were in its scope.
    public internal(set) var inScope = 0
    /// How many places were looked at and are as the map says.
    public internal(set) var current = 0
    /// In how many of all places looked at something was changed.
    public internal(set) var changed = 0
    /// How many places were left out, and are right so.
    public internal(set) var skipped = 0
    /// How many places are not as the map says.
    public internal(set) var failed = 0
    /// The places looked at: all of them in a narrow scope; in scope `everything` the failed ones, the first hundred.
    public internal(set) var places: [RolloutPlace] = []

    /// How many places were not looked at.
    public var left: Int { inScope - current - skipped - failed }

    /// How many failed places a wide report names.
    public static let maximumPlaces = 100

    init(number: Int64) {
        self.number = number
    }

    mutating func add(_ place: RolloutPlace, isChanged: Bool, isWide: Bool) {
        switch place.state {
        case .current: current += 1
        case .failed: failed += 1
        case .skipped: skipped += 1
        }
        if isChanged { changed += 1 }
        if !isWide || (place.state == .failed && places.count < Self.maximumPlaces) { places.append(place) }
    }
}
