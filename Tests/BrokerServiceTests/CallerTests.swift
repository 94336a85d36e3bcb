import BrokerService
import SessionCore
import Testing

@Suite("Who asks", .timeLimit(.minutes(1)))
struct CallerTests {
    struct Stranger: Sendable, CustomTestStringConvertible {
        let why: String
        let arn: String
        var callerID = "AROACASTDATABASEADM01:alice"
        var account = Cast.first
        var testDescription: String { why }
    }

    static let role = "AWSReservedSSO_DatabaseAdmin_0123456789abcdef"

    static let everyStranger = [
        Stranger(why: "an IAM user", arn: "arn:aws:iam::111122223333:user/ana", callerID: "AIDACASTANA0000000001"),
        Stranger(why: "the account's root", arn: "arn:aws:iam::111122223333:root", callerID: "111122223333"),
        Stranger(why: "a federated user", arn: "arn:aws:sts::111122223333:federated-user/ana"),
        Stranger(why: "a role of somebody's own", arn: "arn:aws:sts::111122223333:assumed-role/Admin/alice"),
        Stranger(
            why: "a suffix in capitals",
            arn: "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_DatabaseAdmin_0123456789ABCDEF/alice"
        ),
        Stranger(
            why: "another user in the caller id",
            arn: "arn:aws:sts::111122223333:assumed-role/\(role)/alice",
            callerID: "AROACASTDATABASEADM01:carol"
        ),
        Stranger(
            why: "another account beside the ARN",
            arn: "arn:aws:sts::111122223333:assumed-role/\(role)/alice",
            account: Cast.second
        ),
        Stranger(why: "a path in the ARN", arn: "arn:aws:sts::111122223333:assumed-role/aws-reserved/\(role)/alice"),
        Stranger(why: "nothing at all", arn: "", callerID: "", account: ""),
    ]

    @Test(
        "whoever is no permission-set session is refused on every route, and recorded by what AWS says",
        arguments: everyStranger
    )
    func strangers(_ stranger: Stranger) async throws {
        let stage = try Stage()
        let caller = BrokerRequest.Caller(
            arn: stranger.arn,
            callerID: stranger.callerID,
            account: stranger.account,
            accessKeyID: "ASIASTRANGER00000001",
            organization: "o-cast"
        )
        for route in Route.allCases {
            let path = route.path.replacing("{id}", with: "6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11")
            let reply = await stage.send(route.method, path, as: caller, body: stage.body())
            #expect(reply.code == "CALLER_NOT_PERMISSION_SET")
        }
        #expect(stage.aws.calls.isEmpty)
        #expect(stage.records.compactMap(\.request?.route) == Route.allCases.map(\.rawValue))
        for record in stage.records {
            #expect(record.caller?.arn == stranger.arn)
            #expect(record.caller?.permissionSet == nil)
            #expect(record.caller?.accessKeyID == "ASIASTRANGER00000001")
            #expect(record.decision?.code == "CALLER_NOT_PERMISSION_SET")
            #expect(record.claim == nil)
        }
        // The one route whose refusal denies a session says so.
        let denials = stage.records.filter { $0.event == .denied }.compactMap(\.request?.route)
        #expect(denials == [Route.openSession.rawValue])
    }

    @Test("another organisation's caller is refused and recorded, and so is one of none", arguments: ["o-other", nil])
    func organization(_ organization: String?) async throws {
        let stage = try Stage()
        var caller = Person.alice.caller
        caller.organization = organization
        let reply = await stage.send("POST", "/v1/sessions", as: caller, body: stage.body())
        #expect(reply.code == "ORGANIZATION_NOT_ALLOWED")
        #expect(stage.aws.calls.isEmpty)
        #expect(stage.events == [.denied])
        #expect(stage.records.first?.caller?.arn == Person.alice.arn)
        #expect(try await Stage(organization: nil).send("GET", "/v1/identity", as: caller).status == 200)
    }

    @Test("an unknown path and a wrong method are refused and recorded")
    func routes() async throws {
        let stage = try Stage()
        #expect(await stage.send("GET", "/v1/nothing", as: Person.alice.caller).code == "ROUTE_NOT_FOUND")
        let wrong = await stage.send("PATCH", "/v1/sessions", as: Person.alice.caller)
        #expect(wrong.code == "METHOD_NOT_ALLOWED")
        #expect(wrong.status == 405)
        #expect(stage.events == [.refused, .refused])
        #expect(stage.records.compactMap(\.request?.route) == ["GET /v1/nothing", "PATCH /v1/sessions"])
    }

    @Test("a mapped caller learns who they are, what they run as and where")
    func whoami() async throws {
        let stage = try Stage()
        let reply = await stage.send("GET", "/v1/identity", as: Person.aliceOnWeb.caller)
        #expect(
            reply.body == [
                "account": .string(Cast.first), "isAdministrator": false, "isAuditor": false, "kinds": ["shell"],
                "linuxUser": "webops", "nodeTags": ["Role": ["web"]], "permissionSet": "WebOperator",
                "reason": "optional", "regions": [], "ticket": "optional", "user": "alice",
            ]
        )
        let administrator = await stage.send("GET", "/v1/identity", as: Person.aliceAdministers.caller)
        #expect(administrator.body["isAdministrator"] == true)
        #expect(administrator.body["linuxUser"] == nil)
        #expect(await stage.send("GET", "/v1/identity", as: Person.root.caller).body["isAdministrator"] == true)
        #expect(await stage.send("GET", "/v1/identity", as: Person.sam.caller).body["isAuditor"] == true)
        #expect(stage.records.isEmpty)
    }

    @Test("whoami promises nothing that opening a session would refuse")
    func whoamiIsHonest() async throws {
        let stage = try Stage()
        for person in [Person.daveElsewhere, .frank, .bob] {
            #expect(await stage.send("GET", "/v1/identity", as: person.caller).code == "PERMISSION_SET_NOT_MAPPED")
        }
        #expect(await stage.send("GET", "/v1/identity", as: Person.dave.caller).body["linuxUser"] == "batchops")
        #expect(stage.events == [.refused, .refused, .refused])
    }

    @Test("a look-alike of an administrator or auditor gets nothing")
    func lookAlikes() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        for person in [Person.aliceAdministers, .root, .sam, .alice] {
            let fake = person.lookAlike()
            stage.aws.change { $0.roles[fake.account]?[fake.roleName] = (fake.path, fake.roleID) }
            #expect(await stage.send("GET", "/v1/identity", as: fake.caller).code == "ROLE_NOT_PROVEN")
            #expect(await stage.end(id, as: fake).code == "SESSION_NOT_FOUND")
            #expect(await stage.renew(id, as: fake).code == "SESSION_NOT_FOUND")
        }
        let sam = Person.sam.lookAlike()
        #expect(await stage.send("GET", "/v1/audit/records", as: sam.caller).code == "ROLE_NOT_PROVEN")
        #expect(await stage.send("GET", "/v1/audit/heads", as: sam.caller).code == "ROLE_NOT_PROVEN")
        #expect(stage.aws.activeSessions.count == 1)
        #expect(stage.aws.calls("TerminateSession").isEmpty)
        #expect(!stage.events.contains(.read))
    }

    @Test("a look-alike learns nothing of what the map says")
    func lookAlikesLearnNothing() async throws {
        let stage = try Stage()
        let fake = Person.alice.lookAlike()
        stage.aws.change { $0.roles[fake.account]?[fake.roleName] = (fake.path, fake.roleID) }
        let unmapped = Person.bob.lookAlike()
        stage.aws.change { $0.roles[unmapped.account]?[unmapped.roleName] = (unmapped.path, unmapped.roleID) }
        #expect(await stage.open(as: fake, changes: ["region": "eu-central-1"]).code == "ROLE_NOT_PROVEN")
        #expect(await stage.open(as: unmapped).code == "ROLE_NOT_PROVEN")
        #expect(stage.records.allSatisfy { $0.caller?.proof == "not visible under the reserved path" })
    }

    @Test("an administrator of one account's permission set is none in another account")
    func principals() async throws {
        let stage = try Stage()
        let elsewhere = Person(
            user: "alice",
            permissionSet: "BrokerAdmin",
            account: Cast.second,
            roleID: "AROACASTBROKERADMIN02"
        )
        stage.aws.change { $0.roles[Cast.second]?[elsewhere.roleName] = (elsewhere.path, elsewhere.roleID) }
        #expect(await stage.send("GET", "/v1/identity", as: elsewhere.caller).code == "PERMISSION_SET_NOT_MAPPED")
    }

    @Test("an inspect session that AWS takes no more is made anew for the next request")
    func inspectorForgotten() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        stage.clock.advance(milliseconds: 61_000)
        stage.aws.fault("DescribeInstanceInformation", .refusal("UnrecognizedClientException"))
        #expect(await stage.open().code == "AWS_UNAVAILABLE")
        #expect(await stage.open().status == 200)
        // The refused request asks several things at once, and those behind the first may each have made one too.
        #expect(stage.aws.calls("AssumeRole inspect").count > 1)
    }
}
