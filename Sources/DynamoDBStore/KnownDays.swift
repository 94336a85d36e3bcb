internal import Synchronization

/// The days that this process knows to be on the list of days with records.
final class KnownDays: Sendable {
    private let days = Mutex<Set<String>>([])

    /// Whether a day is known to be there.
    func contains(_ day: String) -> Bool { days.withLock { $0.contains(day) } }

    /// Remembers a day.
    func insert(_ day: String) { days.withLock { _ = $0.insert(day) } }
}
