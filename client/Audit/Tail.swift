internal import SessionCore

/// What is new in the log since it was looked at last.
struct Tail: Sendable {
    /// Records may come out of order: made on several machines, and written side by side.
    private static let overlapSeconds: Int64 = 60

    private let source: any AuditSource
    private let query: AuditQuery
    private let showsReads: Bool
    private var newest: Timestamp
    private var seen: [RecordID: Timestamp] = [:]

    /// - Parameters:
    ///   - source: Where the records are.
    ///   - query: Which of them are wanted.
    ///   - showsReads: Whether readings of the log are among them.
    ///   - begun: The time; what an empty log gets later is new.
    init(source: any AuditSource, query: AuditQuery, showsReads: Bool, begun: Timestamp) {
        self.source = source
        self.query = query
        self.showsReads = showsReads || query.events?.contains(.read) == true
        newest = begun
    }

    /// The last records there are, oldest first.
    mutating func begin(with count: Int) async throws -> [ChainedRecord] {
        var shown: [ChainedRecord] = []
        var first: Timestamp?
        let horizon = newest.advanced(bySeconds: -Self.overlapSeconds)
        var known: [RecordID: Timestamp] = [:]
        try await source.eachRecord(matching: query) { chained in
            guard let record = chained.record else { return true }
            first = first ?? record.time
            if record.time >= horizon { known[record.id] = record.time }
            if shown.count < count, isWanted(record) { shown.append(chained) }
            return shown.count < count || record.time >= horizon
        }
        seen = known
        if let first { newest = max(first, horizon) }
        return shown.reversed()
    }

    /// What came since, oldest first.
    mutating func fresh() async throws -> [ChainedRecord] {
        var query = query
        let horizon = newest.advanced(bySeconds: -Self.overlapSeconds)
        query.since = horizon
        var found: [(ChainedRecord, AuditRecord)] = []
        try await source.eachRecord(matching: query) { chained in
            if let record = chained.record, seen[record.id] == nil { found.append((chained, record)) }
            return true
        }
        for (_, record) in found {
            seen[record.id] = record.time
            newest = max(newest, record.time)
        }
        // Nothing older than the next look is asked for again.
        let next = newest.advanced(bySeconds: -Self.overlapSeconds)
        seen = seen.filter { $0.value >= next }
        return found.filter { isWanted($0.1) }.map(\.0).reversed()
    }

    private func isWanted(_ record: AuditRecord) -> Bool { showsReads || record.event != .read }
}
