internal import SessionCore
internal import Synchronization

/// Which stretch of which chain comes next, for several who ask; a chain in which something was found is not gone on with.
///
/// Nothing is laid out ahead: how long a chain is, a file can only claim.
final class StretchPlan: Sendable {
    /// Places of one chain.
    struct Stretch: Sendable, Hashable {
        let head: ChainHead
        let from: Int64
        let through: Int64
        var chain: Int { head.chain }
    }

    private struct State {
        /// Those that are left, the next one last.
        var heads: [ChainHead]
        var from: Int64 = 0
        var broken: Set<Int> = []
        var done: Int64 = 0
    }

    private let length: Int64
    private let state: Mutex<State>

    /// Begins with the first chain.
    init(heads: [ChainHead], length: Int64) {
        self.length = length
        state = Mutex(State(heads: heads.reversed()))
    }

    /// The next stretch; nil when there is none.
    func next() -> Stretch? {
        state.withLock { state in
            while let head = state.heads.last {
                let from = state.from
                guard from <= head.sequence, !state.broken.contains(head.chain) else {
                    state.heads.removeLast()
                    state.from = 0
                    continue
                }
                let isLast = head.sequence - from < length
                let through = isLast ? head.sequence : from + length - 1
                state.from = isLast ? 0 : through + 1
                if isLast { state.heads.removeLast() }
                return Stretch(head: head, from: from, through: through)
            }
            return nil
        }
    }

    /// Notes what became of a stretch.
    ///
    /// - Returns: How many records have been looked at.
    func finish(_ stretch: Stretch, isBroken: Bool) -> Int64 {
        state.withLock { state in
            if isBroken { state.broken.insert(stretch.chain) }
            state.done = state.done.addingWithoutOverflow(stretch.through - stretch.from + 1)
            return state.done
        }
    }
}

extension [ChainHead] {
    /// How many records there are as the heads say, which may be anything.
    var records: Int64 { reduce(0) { $0.addingWithoutOverflow($1.sequence).addingWithoutOverflow(1) } }
}

extension Int64 {
    /// The sum, or the largest or smallest number where that is nearer to it.
    func addingWithoutOverflow(_ other: Int64) -> Int64 {
        let (sum, isOver) = addingReportingOverflow(other)
        return isOver ? (other < 0 ? .min : .max) : sum
    }
}
