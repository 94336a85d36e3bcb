import LambdaRuntime
import Testing

@Suite("Rules of EventBridge")
struct EventRuleTests {
    private static let prefix = "arn:aws:events:eu-west-1:999900001111:rule"

    /// What a rule's ARN says of its bus.
    struct Place: Sendable {
        let why: String
        let path: String
        let bus: String?
    }

    private static let places = [
        Place(why: "the default bus", path: "ssm-broker-sweep", bus: nil),
        Place(why: "a bus of one's own", path: "ssm-broker/ssm-broker-drift", bus: "ssm-broker"),
        Place(why: "a partner's bus", path: "aws.partner/example.com/1/x", bus: "aws.partner/example.com/1"),
    ]

    @Test("a rule's ARN names its bus when that is not the default one", arguments: places)
    func bus(_ place: Place) throws {
        let arn = "\(Self.prefix)/\(place.path)"
        let rule = try #require(EventRule(arn), "\(place.why)")
        #expect(rule.bus == place.bus, "\(place.why)")
        #expect(rule.account == "999900001111")
        #expect(rule.region == "eu-west-1")
        #expect(rule.arn == arn)
    }

    @Test("a schedule's rule is on the default bus")
    func schedule() {
        #expect(ScheduleRule("\(Self.prefix)/ssm-broker-sweep") != nil)
        #expect(ScheduleRule("\(Self.prefix)/ssm-broker/ssm-broker-sweep") == nil)
    }

    @Test(
        "what names no rule is no rule",
        arguments: [
            prefix, "\(prefix)/", "\(prefix)/bus/", "\(prefix)//x", "\(prefix)/bus//x", "\(prefix)/bus/x y",
            "\(prefix)/b*s/x",
            "\(prefix)/bus/\(String(repeating: "x", count: 65))", "\(prefix)/\(String(repeating: "b", count: 257))/x",
            "arn:aws:events:eu-west-1:999900001111:event-bus/bus/x", "arn:aws:events::999900001111:rule/bus/x",
            "arn:aws:sqs:eu-west-1:999900001111:rule/bus/x",
        ]
    )
    func noRule(_ text: String) {
        #expect(EventRule(text) == nil)
    }
}
