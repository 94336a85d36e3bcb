import BrokerService
import SessionCore

/// Counts metrics in lines of the log, from which CloudWatch makes them.
///
/// Shape: `{"RoleMapNotTaken":1,"_aws":{"CloudWatchMetrics":[{"Dimensions":[[]],"Metrics":[{"Name":"RoleMapNotTaken","Unit":"Count"}],`
/// `"Namespace":"ssm-broker"}],"Timestamp":1795248000000},"level":"error","message":"metric","problem":"…","time":"…"}`.
/// Source: Amazon CloudWatch User Guide, "Specification: Embedded metric format".
struct MetricLines: Metrics {
    let now: @Sendable () -> Timestamp
    let write: @Sendable (String) -> Void

    func count(_ metric: Metric, _ facts: [String: String]) {
        let time = now()
        var members = facts.mapValues(JSON.string)
        members[metric.rawValue] = 1
        members["_aws"] = [
            "CloudWatchMetrics": [
                [
                    "Dimensions": [[]], "Metrics": [["Name": .string(metric.rawValue), "Unit": "Count"]],
                    "Namespace": "ssm-broker",
                ]
            ],
            "Timestamp": .integer(time.milliseconds),
        ]
        members["level"] = .string(metric == .roleMapNotTaken ? "error" : "info")
        members["message"] = .string(metric.message)
        members["time"] = .string(time.description)
        write(JSON.object(members).canonicalText)
    }
}

extension Metric {
    fileprivate var message: String {
        switch self {
        case .roleMapNotTaken: "the current role map cannot be used"
        case .roleMapPublished: "a role map was published"
        }
    }
}
