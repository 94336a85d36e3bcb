internal import Synchronization

/// How far something long has come, on one line of a terminal; silent where there is none.
final class Progress: Sendable {
    private let write: (@Sendable (String) -> Void)?
    private let what: String
    private let last = Mutex<ContinuousClock.Instant?>(nil)

    /// - Parameters:
    ///   - what: What is going on, one word or two.
    ///   - output: Shows it where its messages go to a terminal.
    init(_ what: String, on output: Output) {
        self.what = what
        write = output.progress
    }

    /// Shows how much is done, five times a second at most.
    func show(_ done: Int64, of total: Int64) {
        guard let write else { return }
        let now = ContinuousClock.now
        let isDue = last.withLock { last in
            guard last.map({ now - $0 >= .milliseconds(200) }) ?? true else { return false }
            last = now
            return true
        }
        if isDue { write("\r\u{1B}[K\(what): \(done) of \(total) (\(total > 0 ? done * 100 / total : 100) %)") }
    }

    /// Takes the line away.
    func end() {
        let wasShown = last.withLock { last in
            defer { last = nil }
            return last != nil
        }
        if wasShown { write?("\r\u{1B}[K") }
    }
}
