/// The one EventBridge rule whose schedule this deployment follows.
///
/// Shape: `arn:<partition>:events:<Region>:<account>:rule/<name>`, for example
/// `arn:aws:events:eu-west-1:999900001111:rule/ssm-broker-sweep`.
/// Source: EventBridge User Guide, "Creating a rule that runs on a schedule": such rules are on the default bus only.
public struct ScheduleRule: Sendable, Hashable, CustomStringConvertible {
    /// The rule's ARN.
    public let arn: String
    /// The rule's Region.
    public let region: String
    /// The rule's account.
    public let account: String

    /// Reads the configured text; nil when it is no ARN of a rule on the default bus.
    public init?(_ text: String) {
        guard let rule = EventRule(text), rule.bus == nil else { return nil }
        arn = rule.arn
        region = rule.region
        account = rule.account
    }

    /// The ARN.
    public var description: String { arn }
}
