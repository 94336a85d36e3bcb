import BrokerService
import SessionCore
import Testing

/// Roles outside Identity Center at the broker: proven by the full ARN of the map, recorded as what they are.
@Suite struct OutsideRoleTests {
    static let arn = "arn:aws:iam::\(Cast.first):role/ci/Deploy"
    static let roleID = "AROACASTCIDEPLOY00001"

    static func caller(_ role: String = "Deploy", session: String = "build-17", roleID: String = roleID)
        -> BrokerRequest.Caller
    {
        BrokerRequest.Caller(
            arn: "arn:aws:sts::\(Cast.first):assumed-role/\(role)/\(session)",
            callerID: "\(roleID):\(session)",
            account: Cast.first,
            accessKeyID: "ASIACIDEPLOY",
            organization: "o-cast"
        )
    }

    /// A stage whose map names the role, with the role and its document in the account.
    static func stage(path: String = "/ci/") throws -> Stage {
        let stage = try Stage()
        var map = Cast.map.members ?? [:]
        map["roles"] = [["id": "ci-deploy", "arn": .string(arn), "linuxUser": "deployer"]]
        map["auditors"] = [["role": .string(arn)]]
        try stage.publish(.object(map))
        let read = try stage.map.read()
        let place = (try AccountID(Cast.first), try Region(Cast.region))
        for document in SessionDocument.all(of: read, in: place) where document.name.hasSuffix("ci-deploy") {
            stage.aws.change { world in
                world.documents["\(Cast.first)/\(Cast.region)/\(document.name)"] = AWSDouble.Document(
                    content: document.content.canonicalText
                )
            }
        }
        stage.aws.change { world in
            world.roles[Cast.first]?["Deploy"] = (path, roleID)
            world.roles[Cast.first]?["Admin"] = ("/", "AROACASTADMIN00000001")
        }
        return stage
    }

    @Test("a named role gets its session, under a name that is nobody's")
    func opens() async throws {
        let stage = try Self.stage()
        let reply = await stage.send("POST", "/v1/sessions", as: Self.caller(), body: stage.body())
        #expect(reply.status == 200, "\(reply.body.canonicalText)")
        #expect(reply.body["linuxUser"] == "deployer" && reply.body["permissionSet"] == "ci-deploy")
        let intent = try #require(stage.records.first { $0.event == .intent })
        #expect(intent.caller?.owner.user == "role=Deploy=build-17")
        #expect(intent.caller?.permissionSet == "ci-deploy")
        #expect(intent.caller?.proof == "role verified, session name unverified")
        #expect(intent.access?.sourceIdentity == "role=Deploy=build-17")
        #expect(intent.access?.roleSessionName?.hasPrefix("role=Deploy=build-17.") == true)
        stage.expectOneOutcomePerIntent()
    }

    @Test("a role of the same name under another path, or made anew, is not proven", arguments: ["/", "/ci/"])
    func notProven(_ path: String) async throws {
        let stage = try Self.stage(path: path)
        let caller = path == "/" ? Self.caller() : Self.caller(roleID: "AROACASTCIDEPLOY00002")
        let reply = await stage.send("POST", "/v1/sessions", as: caller, body: stage.body())
        #expect(reply.code == "ROLE_NOT_PROVEN")
        #expect(stage.events == [.denied])
        #expect(stage.aws.calls("StartSession").isEmpty)
    }

    @Test("a role that the map does not name is no caller")
    func notNamed() async throws {
        let stage = try Self.stage()
        let caller = Self.caller("Admin", roleID: "AROACASTADMIN00000001")
        let reply = await stage.send("GET", "/v1/identity", as: caller)
        #expect(reply.code == "CALLER_NOT_PERMISSION_SET")
        #expect(stage.aws.calls.isEmpty)
    }

    @Test("a person who is called as a role's session is recorded is another owner")
    func owners() async throws {
        let stage = try Self.stage()
        let id = try #require(
            await stage.send("POST", "/v1/sessions", as: Self.caller(), body: stage.body()).body["id"]?.text
        )
        var person = Person.alice
        person.user = "role=Deploy=build-17"
        #expect(await stage.end(id, as: person).code == "SESSION_NOT_FOUND")
        #expect(await stage.send("DELETE", "/v1/sessions/\(id)", as: Self.caller()).status == 200)
    }

    @Test("a named role reads the log when the map says so, and its proof asks for that one role")
    func audits() async throws {
        let stage = try Self.stage()
        #expect(await stage.send("GET", "/v1/audit/heads", as: Self.caller()).status == 200)
        let identity = await stage.send("GET", "/v1/identity", as: Self.caller())
        #expect(identity.body["user"] == "role=Deploy=build-17" && identity.body["isAuditor"] == true)
        let policies = stage.aws.calls.compactMap { $0.parameters["Policy"] }.filter { $0.contains("iam:GetRole") }
        #expect(policies.contains { $0.contains("\"Resource\":[\"\(Self.arn)\"]") })
    }
}
