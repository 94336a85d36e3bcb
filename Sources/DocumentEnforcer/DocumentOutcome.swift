/// What became of one document in one visit.
struct DocumentOutcome: Sendable, Hashable {
    /// One thing that was done to it.
    enum Deed: String, Sendable, Hashable, CaseIterable {
        /// It was made.
        case created
        /// A new version was written.
        case written
        /// A version was made the default one.
        case promoted
        /// It is shared with others no longer.
        case unshared
        /// All of it was deleted.
        case deleted
        /// Old versions were deleted.
        case pruned
    }

    /// Its name.
    let name: String
    /// The SHA-256 of what the map says of it; nil when it says that there is none.
    let hash: String?
    /// What was done, each thing once, in order.
    var deeds: [Deed] = []
    /// What it was when it was first looked at; nil when there was none.
    var before: FoundDocument?
    /// What it is now; nil when there is none.
    var now: FoundDocument?
    /// Why it is not as wanted; nil when it is.
    var problem: String?

    init(_ wanted: WantedDocument) {
        name = wanted.name
        hash = wanted.hash
    }

    mutating func note(_ deed: Deed) {
        if !deeds.contains(deed) { deeds.append(deed) }
    }
}

/// Why a place could not be worked on to its end.
enum Interruption: Error, Sendable, Hashable {
    /// The Region is not open in this account.
    case regionOff(String)
    /// No time is left; what was done until then.
    case outOfTime([DocumentOutcome])
}
