import Logging
import Synchronization

/// Every log line of a test, at every level.
final class CollectedLogs: Sendable {
    struct Line: Sendable {
        let level: Logger.Level
        let message: String
        let metadata: [String: String]
    }

    private let held = Mutex<[Line]>([])

    var lines: [Line] { held.withLock { $0 } }
    /// All of it in one text, to search for what must not be there.
    var text: String { lines.map { "\($0.level) \($0.message) \($0.metadata)" }.joined(separator: "\n") }

    var logger: Logger {
        var logger = Logger(label: "broker") { _ in Handler(logs: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let logs: CollectedLogs
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace
        var metadataProvider: Logger.MetadataProvider?

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        init(logs: CollectedLogs) { self.logs = logs }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { _, own in own }
            let line = Line(
                level: event.level,
                message: event.message.description,
                metadata: all.mapValues(\.description)
            )
            logs.held.withLock { $0.append(line) }
        }
    }
}
