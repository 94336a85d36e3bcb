import SessionCore
import Synchronization

/// A clock that stands still until a test, or a double's latency, moves it.
final class TestClock: Sendable {
    /// When every test begins.
    static let start = Timestamp(milliseconds: 1_795_248_000_000)

    private let moment = Mutex(TestClock.start)

    var now: Timestamp { moment.withLock { $0 } }

    func advance(milliseconds: Int64) {
        moment.withLock { $0 = Timestamp(milliseconds: $0.milliseconds + milliseconds) }
    }
}

/// Bytes that never repeat and can be told beforehand: eight of a counter, as often as asked for.
final class TestRandom: Sendable {
    private let counter = Mutex<UInt64>(0)

    func bytes(_ count: Int) -> [UInt8] {
        let number = counter.withLock { counter in
            counter += 1
            return counter
        }
        let eight = (0..<8).map { UInt8(truncatingIfNeeded: number >> (UInt64(7 - $0) * 8)) }
        return (0..<count).map { eight[$0 % 8] }
    }
}

/// What happened, in order, at AWS and in the audit store; a test may wait for a line.
final class Journal: Sendable {
    private struct State {
        var lines: [String] = []
        var waiting: [(prefix: String, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var lines: [String] { state.withLock { $0.lines } }

    func write(_ line: String) {
        let ready = state.withLock { state in
            state.lines.append(line)
            let ready = state.waiting.filter { line.hasPrefix($0.prefix) }
            state.waiting.removeAll { line.hasPrefix($0.prefix) }
            return ready
        }
        for one in ready { one.continuation.resume() }
    }

    /// Returns once a line with this beginning is there, beyond the first few.
    func wait(for prefix: String, after count: Int = 0) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.lines.dropFirst(count).contains(where: { $0.hasPrefix(prefix) }) { return true }
                state.waiting.append((prefix, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// The place of the first line with this beginning; nil when there is none.
    func place(of prefix: String) -> Int? { lines.firstIndex { $0.hasPrefix(prefix) } }

    func count(of prefix: String) -> Int { lines.count { $0.hasPrefix(prefix) } }
}
