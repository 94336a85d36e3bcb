/// One tick of the configured schedule.
///
/// Source: EventBridge User Guide, "Creating a rule that runs on a schedule" and "EventBridge events": `source` `aws.events`,
/// `detail-type` `Scheduled Event`, `resources` with the rule's ARN and nothing else.
public struct ScheduledEvent: Sendable, Hashable {
    /// EventBridge's id of the event; the same when the event is delivered twice.
    public let id: String
    /// The rule that made it.
    public let rule: ScheduleRule

    /// Reads an event of shape ``EventShape/eventBridge``.
    ///
    /// - Parameters:
    ///   - bytes: The event.
    ///   - rule: The only rule whose events are taken.
    /// - Throws: ``EventRefusal``.
    init(_ bytes: [UInt8], of rule: ScheduleRule) throws(EventRefusal) {
        let wire = try WireJSON.decode(Wire.self, from: bytes)
        guard wire.source == "aws.events", wire.detailType == "Scheduled Event" else { throw .notASchedule }
        guard wire.resources == [rule.arn] else { throw .rule(wire.resources.first ?? "") }
        guard wire.account == rule.account else { throw .contradiction("account") }
        guard wire.region == rule.region else { throw .contradiction("region") }
        guard (1...64).contains(wire.id.utf8.count) else { throw .malformed("id") }
        id = wire.id
        self.rule = rule
    }
}

private struct Wire: Decodable {
    let id: String
    let source: String
    let detailType: String
    let account: String
    let region: String
    let resources: [String]

    private enum CodingKeys: String, CodingKey {
        case id, source, account, region, resources
        case detailType = "detail-type"
    }
}
