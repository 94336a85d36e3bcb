import LambdaRuntime
import Testing

@Suite("What the enforcer is asked")
struct EnforcerEventTests {
    private static let function = "arn:aws:lambda:eu-west-1:999900001111:function:ssm-broker-enforcer"
    private static let byAlias = "\(function):custom-resource"
    private static let schedule = EventFixture("schedule")
    private static let change = EventFixture("document-change")
    private static let resource = EventFixture("custom-resource")

    private static func doors(schedule: Bool = true, changes: Bool = true) throws -> EnforcerEvent.Doors {
        EnforcerEvent.Doors(
            customResources: try #require(FunctionAlias("custom-resource")),
            schedule: schedule ? ScheduleRule("arn:aws:events:eu-west-1:999900001111:rule/ssm-broker-sweep") : nil,
            takesDrift: changes
        )
    }

    private static func read(
        _ bytes: [UInt8],
        by arn: String? = function,
        _ doors: EnforcerEvent.Doors? = nil
    ) throws -> EnforcerEvent {
        let invocation = Invocation(id: "i-1", deadlineMilliseconds: 1, functionARN: arn, event: bytes)
        return try EnforcerEvent(invocation, by: try doors ?? Self.doors())
    }

    @Test("CloudFormation's events are taken by their alias, and that alias takes nothing else")
    func alias() throws {
        #expect(try Self.read(try Self.resource.bytes(), by: Self.byAlias) == .customResource)
        for event in [Self.schedule, Self.change, EventFixture("rest-connect")] {
            let bytes = try event.bytes()
            #expect(throws: EventRefusal.self) { try Self.read(bytes, by: Self.byAlias) }
        }
        #expect(throws: EventRefusal.shape(.trigger, expected: .customResource)) {
            try Self.read(Array(#"{"trigger":"publication"}"#.utf8), by: Self.byAlias)
        }
    }

    @Test(
        "by any other way they are refused",
        arguments: [
            nil, function, "\(function):live", "\(function):7", "\(function):custom-resource2",
            "\(function):x:custom-resource",
            "arn:aws:lambda:eu-west-1:999900001111:layer:a:custom-resource", "custom-resource",
        ] as [String?]
    )
    func notByAlias(_ arn: String?) throws {
        let bytes = try Self.resource.bytes()
        #expect(throws: EventRefusal.notByAlias) { try Self.read(bytes, by: arn) }
    }

    @Test("the schedule is followed, and a change of a document is told with place, name and the role behind it")
    func bridge() throws {
        guard case .schedule(let tick) = try Self.read(try Self.schedule.bytes()) else {
            Issue.record("no tick")
            return
        }
        #expect(tick.id == "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa")
        guard case .drift(let change) = try Self.read(try Self.change.bytes()) else {
            Issue.record("no change")
            return
        }
        #expect(change.id == "e3b0c442-98fc-41c1-8e9d-b2a4c6d8e0f1")
        #expect(change.call == "UpdateDocument")
        #expect(change.account == "111122223333")
        #expect(change.region == "eu-west-1")
        #expect(change.document == "SSM-SessionManagerRunShell")
        #expect(change.role == "arn:aws:iam::111122223333:role/AWSAccelerator-SecurityRe-CustomSessionManager")
        #expect(!change.isRefused)
    }

    @Test("a document named by its ARN is named plainly, and a user's call has no role")
    func changeOddities() throws {
        let event = Self.change
            .setting(
                "detail.requestParameters.name",
                #""arn:aws:ssm:eu-west-1:111122223333:document/SSMBroker-Shell-X""#
            )
            .setting("detail.userIdentity", #"{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ana"}"#)
            .setting("detail.errorCode", #""AccessDenied""#)
        guard case .drift(let change) = try Self.read(try event.bytes()) else {
            Issue.record("no change")
            return
        }
        #expect(change.document == "SSMBroker-Shell-X")
        #expect(change.role == nil)
        #expect(change.isRefused)
    }

    static let refusals: [(String, EventFixture, EventRefusal)] = [
        ("another bus's event", change.setting("source", #""com.example""#), .notADocumentChange),
        ("another kind", change.setting("detail-type", #""Parameter Store Change""#), .notADocumentChange),
        ("a read", change.setting("detail.eventName", #""GetDocument""#), .notADocumentChange),
        ("another service", change.setting("detail.eventSource", #""ec2.amazonaws.com""#), .notADocumentChange),
        ("two Regions", change.setting("detail.awsRegion", #""us-east-1""#), .contradiction("detail.awsRegion")),
        (
            "two accounts", change.setting("detail.recipientAccountId", #""444455556666""#),
            .contradiction("detail.recipientAccountId")
        ),
        ("no name", change.setting("detail.requestParameters", "null"), .malformed("detail.requestParameters.name")),
        (
            "a refused call without parameters",
            change.setting("detail.requestParameters", "null").setting("detail.errorCode", #""AccessDenied""#),
            .notADocumentChange
        ),
        (
            "another rule", schedule.setting("resources", #"["arn:aws:events:eu-west-1:999900001111:rule/o"]"#),
            .rule("arn:aws:events:eu-west-1:999900001111:rule/o")
        ),
        ("a front door's request", EventFixture("rest-connect"), .shape(.restAPI, expected: .trigger)),
    ]

    @Test("everything else is refused with its exact reason", arguments: refusals)
    func refuses(_ why: String, _ event: EventFixture, _ refusal: EventRefusal) throws {
        let bytes = try event.bytes()
        #expect(throws: refusal) { try Self.read(bytes) }
    }

    @Test("what is not configured is refused")
    func unconfigured() throws {
        let (tick, change) = (try Self.schedule.bytes(), try Self.change.bytes())
        let none = try Self.doors(schedule: false, changes: false)
        #expect(throws: EventRefusal.notASchedule) { try Self.read(tick, none) }
        #expect(throws: EventRefusal.notADocumentChange) { try Self.read(change, none) }
    }

    @Test("a publication and a wish for one place are read")
    func triggers() throws {
        let read = { (text: String) in try Self.read(Array(text.utf8)) }
        #expect(try read(#"{"trigger":"publication","number":12}"#) == .publication(number: 12))
        #expect(try read(#"{"trigger":"publication"}"#) == .publication(number: nil))
        guard
            case .convergence(let wish) = try read(
                #"{"trigger":"converge","account":"111122223333","region":"eu-west-1","permissionSet":"DatabaseAdmin"}"#
            )
        else {
            Issue.record("no wish")
            return
        }
        #expect([wish.account, wish.region, wish.permissionSet] == ["111122223333", "eu-west-1", "DatabaseAdmin"])
    }

    @Test(
        "a trigger that says too little is refused by the member it lacks",
        arguments: [
            (#"{"trigger":"delete"}"#, "trigger"), (#"{"trigger":7}"#, "trigger"),
            (#"{"trigger":"publication","number":0}"#, "number"),
            (#"{"trigger":"publication","number":"1"}"#, "number"),
            (#"{"trigger":"converge","region":"r","permissionSet":"p"}"#, "account"),
            (#"{"trigger":"converge","account":"a","permissionSet":"p"}"#, "region"),
            (#"{"trigger":"converge","account":"a","region":"r"}"#, "permissionSet"),
        ]
    )
    func incomplete(_ text: String, _ member: String) {
        #expect(throws: EventRefusal.malformed(member)) { try Self.read(Array(text.utf8)) }
    }

    @Test("what is no alias's name is none", arguments: ["", "7", "a b", "a:b", String(repeating: "a", count: 129)])
    func noAlias(_ text: String) {
        #expect(FunctionAlias(text) == nil)
    }
}
