internal import Logging
internal import SessionCore

/// Writes each log line as one JSON object on standard error, from where Lambda takes it to CloudWatch Logs.
///
/// Shape: `{"level":"info","message":"request finished","route":"POST /v1/sessions","time":"2026-11-21T08:00:00.000Z"}`.
struct JSONLineLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    let now: @Sendable () -> Timestamp

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var members: [String: JSON] = [:]
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { _, new in new }) {
            members[key] = .string("\(value)")
        }
        members["level"] = .string(event.level.rawValue)
        members["message"] = .string("\(event.message)")
        members["time"] = .string(now().description)
        CurrentProcess.log(JSON.object(members).canonicalText)
    }
}
