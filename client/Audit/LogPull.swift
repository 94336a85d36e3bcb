internal import SQLiteStore
internal import SessionCore

/// Brings a copy of the log up to date: the copy only grows, and only by records that follow what it has.
struct LogPull: Sendable {
    let broker: BrokerClient
    let copy: AuditCopy
    /// The copy's file, for messages.
    let path: String
    let progress: Progress
    /// How many records are kept at a time: what an interruption loses.
    ///
    /// Each time costs the disk as much, however many there are.
    var atATime = 5000

    /// Adds what the copy lacks.
    ///
    /// - Parameter heads: Where the log's chains end.
    /// - Returns: How many records were added.
    /// - Throws: ``ChainCheck/Finding`` for what does not follow; ``CommandFailure`` for the rest.
    func run(to heads: [ChainHead]) async throws -> Int64 {
        let known = try await LocalLog.reading(path) { try await copy.heads() }
        let named = heads.map(\.chain)
        guard named == Array(named.indices), known.allSatisfy({ named.contains($0.chain) }) else {
            let chains = Set(named).union(known.map(\.chain)).sorted()
            let missing = chains.indices.first { !named.contains($0) } ?? 0
            throw ChainCheck.Finding(chain: missing, sequence: 0, explanation: "The log has no such chain any more.")
        }
        var had = Dictionary(known.map { ($0.chain, $0) }) { _, last in last }
        let total = heads.reduce(0) { $0 + $1.sequence - (had[$1.chain]?.sequence ?? -1) }
        var pulled: Int64 = 0
        defer { progress.end() }
        let new = heads.filter { had[$0.chain] == nil }
        if heads.count > 1, !new.isEmpty {
            for begun in try await begin(new, of: heads.count) {
                had[begun.chain] = begun
                pulled += begun.sequence + 1
            }
        }
        for head in heads {
            pulled += try await pull(head, of: heads.count, after: had[head.chain]) {
                progress.show(pulled + $0, of: total)
            }
        }
        return pulled
    }

    /// Adds the beginning of each chain that the copy lacks, all in one step: a copy of some chains, as an interruption would leave it,
    /// looks like a log that the others were taken out of.
    ///
    /// - Returns: Where these chains end in the copy.
    private func begin(_ heads: [ChainHead], of chains: Int) async throws -> [ChainHead] {
        var begun: [ChainHead] = []
        var beginnings: [ChainedRecord] = []
        for head in heads {
            var check = ChainCheck(chain: head.chain, of: chains)
            let page = try await page(of: head, from: 0)
            for record in page {
                if let finding = check.take(record) { throw finding }
            }
            guard let last = page.last else { throw check.ended(before: head) }
            if check.next > head.sequence, let finding = check.finish(at: head) { throw finding }
            begun.append(ChainHead(chain: head.chain, sequence: last.sequence, hash: last.hash))
            beginnings += page
        }
        let records = beginnings
        try await LocalLog.reading(path) { try await copy.keep(records) }
        return begun
    }

    private func pull(
        _ head: ChainHead,
        of chains: Int,
        after last: ChainHead?,
        at progress: (Int64) -> Void
    ) async throws -> Int64 {
        var check = ChainCheck(chain: head.chain, of: chains, after: last)
        let begun = check.next
        if let last, last.sequence > head.sequence {
            throw ChainCheck.Finding(
                chain: head.chain,
                sequence: head.sequence + 1,
                explanation: "The log ends before it; the copy has records up to \(last.sequence)."
            )
        }
        var batch: [ChainedRecord] = []
        var page = try await self.page(of: head, from: check.next)
        while check.next <= head.sequence {
            guard !page.isEmpty else { throw check.ended(before: head) }
            // The next page is on its way while this one is checked and kept.
            let next = check.next + Int64(page.count)
            async let following = self.page(of: head, from: next)
            for record in page {
                if let finding = check.take(record) { throw finding }
            }
            batch += page
            let isLast = check.next > head.sequence
            // The end is compared before it is kept, so that a head that disagrees leaves the copy without its record.
            if isLast, let finding = check.finish(at: head) { throw finding }
            if isLast || batch.count >= atATime {
                let full = batch
                try await LocalLog.reading(path) { try await copy.keep(full) }
                batch = []
                progress(check.next - begun)
            }
            page = try await following
        }
        if let finding = check.finish(at: head) { throw finding }
        return check.next - begun
    }

    /// The records from a place on, as many as come at once; none behind the head.
    private func page(of head: ChainHead, from sequence: Int64) async throws -> [ChainedRecord] {
        guard sequence <= head.sequence else { return [] }
        let wanted = min(Int64(AuditQuery.maximumLimit) - 1, head.sequence - sequence) + 1
        let records = try await broker.chain(head.chain, from: sequence, limit: Int(wanted))
        return Array(records.prefix(Int(wanted)))
    }
}
