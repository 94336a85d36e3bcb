import DocumentEnforcer
import SessionCore
import Synchronization
import TestSupport

/// Runs tasks one job at a time on one thread, and moves its clock only when every one of them waits.
///
/// What takes hours there takes seconds here, in the same order every time.
final class SimulatedTime: TaskExecutor {
    private struct Sleeper {
        let wakes: Int64
        let order: Int
        let continuation: CheckedContinuation<Void, Never>

        static func isBefore(_ left: Sleeper, _ right: Sleeper) -> Bool {
            (left.wakes, left.order) < (right.wakes, right.order)
        }
    }

    private struct State {
        var jobs: [UnownedJob] = []
        var sleepers: [Sleeper] = []
        var milliseconds: Int64 = 0
        var order = 0

        /// Puts a sleeper into a heap whose first is the next to wake.
        mutating func add(_ sleeper: Sleeper) {
            sleepers.append(sleeper)
            var child = sleepers.count - 1
            while child > 0, Sleeper.isBefore(sleepers[child], sleepers[(child - 1) / 2]) {
                sleepers.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        }

        mutating func next() -> Sleeper? {
            guard let first = sleepers.first, let last = sleepers.popLast() else { return nil }
            guard !sleepers.isEmpty else { return first }
            sleepers[0] = last
            var parent = 0
            while true {
                let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < sleepers.count }
                guard let child = children.min(by: { Sleeper.isBefore(sleepers[$0], sleepers[$1]) }),
                    Sleeper.isBefore(sleepers[child], sleepers[parent])
                else { return first }
                sleepers.swapAt(child, parent)
                parent = child
            }
        }
    }

    private let state = Mutex(State())

    /// Milliseconds since the simulation began.
    var milliseconds: Int64 { state.withLock { $0.milliseconds } }
    var now: Timestamp { Timestamp(milliseconds: AuditSamples.start.milliseconds + milliseconds) }

    var clock: EnforcerClock {
        EnforcerClock(now: { self.now }, sleep: { await self.sleep(milliseconds: $0) }, random: { 0.5 })
    }

    func sleep(milliseconds: Int) async {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                state.order += 1
                state.add(
                    Sleeper(
                        wakes: state.milliseconds + Int64(max(milliseconds, 0)),
                        order: state.order,
                        continuation: continuation
                    )
                )
            }
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
    }

    /// The simulation stands still with work left: something waits for what is outside of it.
    struct Stuck: Error {}

    /// Runs a task to its end.
    func run<Result: Sendable>(_ body: @escaping @Sendable () async -> Result) throws -> Result {
        let result = Mutex<Result?>(nil)
        let task = Task(executorPreference: self) {
            let value = await body()
            result.withLock { $0 = value }
        }
        defer { task.cancel() }
        while true {
            let jobs = state.withLock { state in
                defer { state.jobs = [] }
                return state.jobs
            }
            for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
            if !jobs.isEmpty { continue }
            if let result = result.withLock({ $0 }) { return result }
            let sleeper = state.withLock { state in
                let sleeper = state.next()
                if let sleeper { state.milliseconds = max(state.milliseconds, sleeper.wakes) }
                return sleeper
            }
            guard let sleeper else { throw Stuck() }
            sleeper.continuation.resume()
        }
    }
}
