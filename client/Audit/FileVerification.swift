internal import SQLiteStore
internal import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The check of all chains of a file, cut into stretches that are checked side by side, each record where it lies.
///
/// A stretch begins behind a record whose hash it takes as it stands. Whether that hash is right, the stretch before says, which ends
/// with that record; at the end the two are compared. So the stretches together say what one pass from the first record on says.
struct FileVerification: Sendable {
    let log: LocalLog
    /// Where the chains end.
    let heads: [ChainHead]
    /// What was kept elsewhere; nil when nothing was given to compare with.
    let anchors: Anchors?
    let progress: Progress
    /// How many records a stretch has: a tenth of a second or so.
    var length: Int64 = 25_000
    /// How many stretches are checked at a time.
    var hands = ProcessInfo.processInfo.activeProcessorCount

    private struct Outcome: Sendable {
        let stretch: StretchPlan.Stretch
        /// The hash that was taken as it stands, and the one that the last record has.
        let begin: [UInt8]
        let end: [UInt8]
        let finding: ChainCheck.Finding?
    }

    private struct State: Sendable {
        var check: ChainCheck
        var finding: ChainCheck.Finding?
    }

    /// Checks every chain.
    ///
    /// - Returns: What it came to, in the order of the heads.
    /// - Throws: What reading throws.
    func run() async throws -> [CheckedChain] {
        let plan = StretchPlan(heads: heads, length: length)
        let outcomes = try await withThrowingTaskGroup(of: [Outcome].self) { group in
            for _ in 0..<max(1, hands) {
                group.addTask {
                    // A connection of its own: SQLite does one thing at a time on each.
                    let copy = try await LocalLog.reading(log.path) { try await AuditCopy.open(at: log.path) }
                    var outcomes: [Outcome] = []
                    while let stretch = plan.next() {
                        try Task.checkCancellation()
                        let outcome = try await check(stretch, in: copy)
                        outcomes.append(outcome)
                        let done = plan.finish(stretch, isBroken: outcome.finding != nil)
                        progress.show(done, of: heads.records)
                    }
                    return outcomes
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let ordered = Dictionary(grouping: outcomes) { $0.stretch.chain }
        return heads.map { head in
            join((ordered[head.chain] ?? []).sorted { $0.stretch.from < $1.stretch.from }, at: head)
        }
    }

    private func check(_ stretch: StretchPlan.Stretch, in copy: AuditCopy) async throws -> Outcome {
        let chain = stretch.chain
        var before: ChainHead?
        if stretch.from > 0 {
            let place = stretch.from - 1
            let found = try await LocalLog.reading(log.path) { try await copy.chain(chain, from: place, limit: 1) }
            // Without that record the stretch before has a finding; so has this one, whose beginning fits nothing.
            let hash = found.first { $0.sequence == place }?.hash ?? []
            before = ChainHead(chain: chain, sequence: place, hash: hash)
        }
        let anchors = anchors
        let begun = State(check: ChainCheck(chain: chain, of: heads.count, after: before))
        let state = try await LocalLog.reading(log.path) {
            try await copy.walk(chain, stretch.from...stretch.through, into: begun) { state, stored in
                let finding = state.check.take(stored.record) { outline in
                    let doAgree = stored.columnsAgree(with: outline)
                    return doAgree ? nil : "The columns that queries look at say something else than the record."
                }
                state.finding = finding ?? anchors?.finding(for: stored.record)
                return state.finding == nil
            }
        }
        let isShort = state.finding == nil && state.check.next <= stretch.through
        return Outcome(
            stretch: stretch,
            begin: begun.check.previous,
            end: state.check.previous,
            finding: isShort ? state.check.ended(before: stretch.head) : state.finding
        )
    }

    /// Joins the stretches of a chain, and compares the end with the head.
    private func join(_ outcomes: [Outcome], at head: ChainHead) -> CheckedChain {
        var check = ChainCheck(chain: head.chain, of: heads.count)
        for outcome in outcomes {
            guard outcome.stretch.from == check.next, outcome.begin == check.previous else {
                return CheckedChain(finding: check.doesNotFollow, records: check.next)
            }
            if let finding = outcome.finding { return CheckedChain(finding: finding, records: finding.sequence) }
            let last = ChainHead(chain: head.chain, sequence: outcome.stretch.through, hash: outcome.end)
            check = ChainCheck(chain: head.chain, of: heads.count, after: last)
        }
        let finding = check.finish(at: head) ?? anchors?.missing(from: head.chain, length: check.next)
        return CheckedChain(finding: finding, records: check.next)
    }
}
