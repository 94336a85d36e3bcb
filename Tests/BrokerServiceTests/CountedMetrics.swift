import BrokerService
import Synchronization

/// What was counted, with the facts beside it.
final class CountedMetrics: Metrics {
    private let held = Mutex<[(metric: Metric, facts: [String: String])]>([])

    var counted: [Metric] { held.withLock { $0.map(\.metric) } }
    var facts: [[String: String]] { held.withLock { $0.map(\.facts) } }

    func count(_ metric: Metric, _ facts: [String: String]) { held.withLock { $0.append((metric, facts)) } }
}
