import SessionCore
import Testing

/// What the map and the ceiling give to a caller.
@Suite struct EntitlementTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let why: String
        let code: ProblemCode?
        var set = "DatabaseAdmin"
        var account = Cast.account
        var partition = "aws"
        var region = "eu-west-1"
        var skew: Int64 = 0
        var reason: String?
        var ticket: String?
        var entry: [String: JSON] = [:]
        var allowed = [Cast.account]
        var forbidden: Set<String> = []
        var testDescription: String { why }
    }

    static let anywhere: JSON = [:]

    static let cases = [
        Case(why: "the map's own case", code: nil),
        Case(why: "a clock five minutes ahead", code: nil, skew: 300_000),
        Case(why: "a clock five minutes behind", code: nil, skew: -300_000),
        Case(why: "a clock a millisecond further ahead", code: .requestExpired, skew: 300_001),
        Case(why: "a clock a millisecond further behind", code: .requestExpired, skew: -300_001),
        Case(why: "a clock years away", code: .requestExpired, skew: -1_795_248_000_000),
        Case(why: "a permission set without an entry", code: .permissionSetNotMapped, set: "ReadOnly"),
        Case(why: "a name in other letters", code: .permissionSetNotMapped, set: "databaseadmin"),
        Case(why: "an auditor", code: .permissionSetNotMapped, set: "SecurityAudit"),
        Case(
            why: "an account of the deployment but not of the entry",
            code: .accountNotAllowed,
            account: "444455556666",
            allowed: [Cast.account, "444455556666"]
        ),
        Case(
            why: "an account of the entry but not of the deployment",
            code: .accountNotAllowed,
            allowed: ["444455556666"]
        ),
        Case(why: "no account in the ceiling", code: .accountNotAllowed, entry: ["nodes": anywhere], allowed: []),
        Case(
            why: "an entry for all accounts, in an allowed one",
            code: nil,
            account: "444455556666",
            entry: ["nodes": anywhere],
            allowed: ["444455556666"]
        ),
        Case(why: "a Region outside the entry", code: .regionNotAllowed, region: "eu-west-2"),
        Case(why: "an entry for all Regions", code: nil, region: "eu-west-2", entry: ["nodes": anywhere]),
        Case(
            why: "a Region of another partition",
            code: .regionNotAllowed,
            region: "cn-north-1",
            entry: ["nodes": anywhere]
        ),
        Case(why: "a caller of another partition", code: .regionNotAllowed, partition: "aws-us-gov"),
        Case(why: "a Linux user that the deployment forbids", code: .linuxUserForbidden, forbidden: ["dbadmin"]),
        Case(why: "another Linux user forbidden", code: nil, forbidden: ["webops"]),
        Case(why: "no reason where one is required", code: .reasonRequired, entry: ["reason": "required"]),
        Case(why: "a reason where one is required", code: nil, reason: "restore", entry: ["reason": "required"]),
        Case(why: "no ticket where one is required", code: .ticketRequired, entry: ["ticket": "required"]),
        Case(why: "a ticket where one is required", code: nil, ticket: "OPS-1", entry: ["ticket": "required"]),
        Case(
            why: "a ticket does not stand for a reason",
            code: .reasonRequired,
            ticket: "OPS-1",
            entry: ["reason": "required"]
        ),
    ]

    private func entitlement(_ example: Case) throws -> Entitlement {
        let map = try example.entry.isEmpty ? Cast.map() : Cast.map("DatabaseAdmin", with: example.entry)
        let time = Timestamp(milliseconds: Cast.now.milliseconds + example.skew)
        return try Entitlement(
            caller: Cast.caller("alice", example.set, account: example.account, partition: example.partition),
            request: Cast.request(
                region: example.region,
                time: time,
                reason: example.reason,
                ticket: example.ticket
            ),
            map: map,
            ceiling: Cast.ceiling(accounts: example.allowed, forbidden: example.forbidden),
            now: Cast.now
        )
    }

    @Test("what map or ceiling do not give is refused with its code", arguments: cases)
    func decides(_ example: Case) throws {
        if let code = example.code {
            let problem = try #require(throws: Problem.self) { try entitlement(example) }
            #expect(problem.code == code)
        } else {
            let granted = try entitlement(example)
            #expect(granted.entry.linuxUser.name == "dbadmin")
        }
    }

    @Test("with everything wrong, each repair shows the next refusal, in the documented order")
    func order() throws {
        var example = Case(
            why: "",
            code: nil,
            set: "ReadOnly",
            account: "444455556666",
            partition: "aws-cn",
            region: "eu-west-2",
            skew: 400_000,
            entry: [
                "reason": "required", "ticket": "required",
                "nodes": ["accounts": ["111122223333"], "regions": ["eu-west-1"]],
            ],
            allowed: ["444455556666"],
            forbidden: ["dbadmin"]
        )
        let repairs: [(ProblemCode, (inout Case) -> Void)] = [
            (.requestExpired, { $0.skew = 0 }),
            (.permissionSetNotMapped, { $0.set = "DatabaseAdmin" }),
            (
                .accountNotAllowed,
                {
                    $0.account = Cast.account
                    $0.allowed = [Cast.account]
                }
            ),
            (.regionNotAllowed, { $0.region = "eu-west-1" }),
            (.regionNotAllowed, { $0.partition = "aws" }),
            (.linuxUserForbidden, { $0.forbidden = [] }),
            (.reasonRequired, { $0.reason = "restore" }),
            (.ticketRequired, { $0.ticket = "OPS-1" }),
        ]
        for (code, repair) in repairs {
            let problem = try #require(throws: Problem.self) { try entitlement(example) }
            #expect(problem.code == code)
            repair(&example)
        }
        _ = try entitlement(example)
    }

    @Test("the document is rendered for the caller's account and the node's Region, with the map's version")
    func rendered() throws {
        let logging: JSON = ["cloudWatchLogGroup": "/sessions/${account}/${region}"]
        let map = try Cast.map("DatabaseAdmin", with: ["logging": logging])
        let granted = try Entitlement(
            caller: Cast.caller(),
            request: Cast.request(),
            map: map,
            ceiling: Cast.ceiling(),
            now: Cast.now
        )
        #expect(granted.document.name == "SSMBroker-Shell-DatabaseAdmin")
        #expect(granted.document.content["inputs"]?["cloudWatchLogGroupName"] == "/sessions/111122223333/eu-west-1")
        #expect(granted.mapVersion == map.version)
    }

    @Test("the refusal of an unknown permission set names it and says what to do")
    func words() throws {
        let problem = try #require(throws: Problem.self) { try entitlement(Case(why: "", code: nil, set: "ReadOnly")) }
        #expect(
            problem
                == Problem(
                    .permissionSetNotMapped,
                    detail: "The role map gives no Linux user to permission set ReadOnly.",
                    next:
                        "Sign in with another permission set, or ask an administrator of the role map to add ReadOnly."
                )
        )
    }

    @Test("a clock that is over the limit by a part of a second is told so")
    func skewWords() throws {
        let problem = try #require(throws: Problem.self) {
            try entitlement(Case(why: "", code: nil, skew: -300_001))
        }
        #expect(problem.detail == "The request was made 301 s ago by the broker's clock; 300 s are allowed.")
    }
}
