import LambdaRuntime
import Testing

@Suite("The configured schedule")
struct ScheduleTests {
    private static let arn = "arn:aws:events:eu-west-1:999900001111:rule/ssm-broker-sweep"
    private static let event = EventFixture("schedule")

    private static func rule() throws -> ScheduleRule { try #require(ScheduleRule(arn)) }

    @Test("an event of the configured rule is taken, with EventBridge's id of it, at either front door")
    func taken() throws {
        for door in [EventReadingTests.rest, EventReadingTests.url] {
            let event = try InvocationEvent(try Self.event.bytes(), through: door, rule: try Self.rule())
            guard case .schedule(let scheduled) = event else {
                Issue.record("taken for something else")
                return
            }
            #expect(scheduled.id == "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa")
            #expect(scheduled.rule.arn == Self.arn)
        }
    }

    @Test("with a rule configured, requests still come through the front door only")
    func requests() throws {
        let rest = try EventFixture("rest-connect").bytes()
        guard case .request = try InvocationEvent(rest, through: EventReadingTests.rest, rule: try Self.rule()) else {
            Issue.record("taken for something else")
            return
        }
        #expect(throws: EventRefusal.shape(.restAPI, expected: .functionURL)) {
            try InvocationEvent(rest, through: EventReadingTests.url, rule: try Self.rule())
        }
    }

    static let refusals: [(String, EventFixture, EventRefusal)] = [
        (
            "another rule", event.setting("resources", #"["arn:aws:events:eu-west-1:999900001111:rule/other"]"#),
            .rule("arn:aws:events:eu-west-1:999900001111:rule/other")
        ),
        ("the same rule in another account", event.setting("account", #""111122223333""#), .contradiction("account")),
        ("the same rule in another Region", event.setting("region", #""us-east-1""#), .contradiction("region")),
        ("no rule", event.setting("resources", "[]"), .rule("")),
        ("the rule among others", event.setting("resources", "[\"\(arn)\", \"\(arn)2\"]"), .rule(arn)),
        ("an event that somebody put on the bus", event.setting("source", #""com.example""#), .notASchedule),
        ("another kind of event", event.setting("detail-type", #""EC2 Instance State-change""#), .notASchedule),
        ("no resources", event.removing("resources"), .malformed("resources")),
        ("resources that are text", event.setting("resources", "\"\(arn)\""), .malformed("resources")),
        ("an empty id", event.setting("id", #""""#), .malformed("id")),
    ]

    @Test("any other event of EventBridge is refused with its exact reason", arguments: refusals)
    func refused(_ why: String, _ event: EventFixture, _ refusal: EventRefusal) throws {
        let bytes = try event.bytes()
        #expect(throws: refusal) {
            try InvocationEvent(bytes, through: EventReadingTests.rest, rule: try Self.rule())
        }
    }

    @Test("without a configured rule every scheduled event is refused")
    func unconfigured() throws {
        let bytes = try Self.event.bytes()
        #expect(throws: EventRefusal.shape(.eventBridge, expected: .restAPI)) {
            try InvocationEvent(bytes, through: EventReadingTests.rest)
        }
    }

    @Test("the handler gives a scheduled event to the work, and its answer goes back as it is")
    func handler() async throws {
        let work = ScheduledWork(rule: try Self.rule()) { event, invocation in
            Array("\(event.id) \(invocation.id)".utf8)
        }
        let handler = EventReadingTests.rest.handler(schedule: work) { _, _ in
            Issue.record("a scheduled event was answered as a request")
            return FrontDoorReply(status: 500, headers: [], body: [])
        }
        let invocation = Invocation(id: "i-1", deadlineMilliseconds: 1, event: try Self.event.bytes())
        #expect(try await handler(invocation) == Array("53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa i-1".utf8))
    }

    @Test("whoever sends an event of another rule learns nothing of the right one")
    func diagnostics() {
        for refusal in [EventRefusal.rule("x"), .notASchedule] {
            #expect(refusal.diagnostic == EventRefusal.testInvocation.diagnostic)
        }
    }

    @Test(
        "what names no rule is no rule",
        arguments: [
            "", "ssm-broker-sweep", "arn:aws:events:eu-west-1:999900001111:rule/", "\(arn)/x", "\(arn) ",
            "arn:aws:events:eu-west-1:99990000111:rule/x", "arn:aws:events::999900001111:rule/x",
            "arn:aws:sqs:eu-west-1:999900001111:rule/x", "arn:other:events:eu-west-1:999900001111:rule/x",
            "arn:aws:events:eu-west-1:999900001111:event-bus/x", "arn:aws:events:eu-west-1:999900001111:rule/*",
        ]
    )
    func noRule(_ text: String) {
        #expect(ScheduleRule(text) == nil)
    }
}
