/// What was found: all of it counted, the first ones kept.
struct FindingList {
    /// However much is wrong, memory stays bounded.
    static let mostKept = 10_000

    private struct Key: Hashable {
        let kind: Finding.Kind
        let eventID: String
    }

    private(set) var kept: [Finding] = []
    private(set) var counts: [Finding.Kind: Int] = [:]
    private var seen: Set<Key> = []

    /// How many there are.
    var count: Int { counts.values.reduce(0, +) }

    /// Takes a finding; of an event that several trails deliver, only the first.
    mutating func add(_ finding: Finding) {
        if let eventID = finding.eventID, !eventID.isEmpty {
            let key = Key(kind: finding.kind, eventID: eventID)
            guard !seen.contains(key) else { return }
            if seen.count < Self.mostKept { seen.insert(key) }
        }
        counts[finding.kind, default: 0] += 1
        if kept.count < Self.mostKept { kept.append(finding) }
    }
}
