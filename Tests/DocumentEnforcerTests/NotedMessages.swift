import Logging
import Synchronization

/// The messages that a run logs: alarms count some of them.
final class NotedMessages: Sendable {
    private let held = Mutex<[String]>([])

    var messages: [String] { held.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(notes: self) } }

    private struct Handler: LogHandler {
        let notes: NotedMessages
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .info
        var metadataProvider: Logger.MetadataProvider?

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        init(notes: NotedMessages) { self.notes = notes }

        func log(event: LogEvent) { notes.held.withLock { $0.append(event.message.description) } }
    }
}
