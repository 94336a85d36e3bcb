import Testing

@testable import SessionCore

/// Roles outside Identity Center: admitted by full ARN, proven by path and id, and never taken for a person.
@Suite struct RoleCallerTests {
    static let arn = "arn:aws:iam::111122223333:role/ci/Deploy"
    static let map: JSON = [
        "version": 1, "permissionSets": ["Deploy": ["linuxUser": "people"]],
        "roles": [["id": "ci-deploy", "arn": .string(arn), "linuxUser": "deployer"]],
        "publishers": [["role": .string(arn)]], "auditors": [["role": "arn:aws:iam::111122223333:role/Reader"]],
    ]

    static func caller(_ name: String = "Deploy", session: String = "build-17", account: String = Cast.account) throws
        -> CallerIdentity
    {
        try CallerIdentity(
            arn: "arn:aws:sts::\(account):assumed-role/\(name)/\(session)",
            callerID: "AROAEXAMPLEDEPLOYAAA:\(session)",
            account: account
        )
    }

    @Test("a role's session is called after role and session, and is no person")
    func name() throws {
        let caller = try Self.caller()
        #expect(caller.user == "role=Deploy=build-17")
        #expect(!caller.isPerson && caller.permissionSet == nil)
        #expect(caller.role == .outside(nil))
        #expect(caller.title == "role Deploy" && caller.sentenceTitle == "Role Deploy")
        #expect(caller.owner.text == "111122223333/AROAEXAMPLEDEPLOYAAA/role=Deploy=build-17")
    }

    @Test("two long session names of a role stay two owners, and fit into a source identity each")
    func longNames() throws {
        let name = String(repeating: "R", count: 64)
        let first = try Self.caller(name, session: String(repeating: "s", count: 63) + "1")
        let second = try Self.caller(name, session: String(repeating: "s", count: 63) + "2")
        #expect(first.owner != second.owner)
        let identities = [first, second].map { RoleSessionName.sourceIdentity(of: $0.user) }
        #expect(identities[0] != identities[1])
        #expect(identities.allSatisfy { $0.utf8.count == 64 && $0.allSatisfy(IAMName.allows) })
        #expect(RoleSessionName.sourceIdentity(of: "alice") == "alice")
    }

    @Test("the map gives a role what its own entry says, not what a permission set of that name gives")
    func entry() throws {
        let map = try RoleMap(json: Self.map)
        let admitted = try #require(map.admit(Self.caller()))
        let role = try #require(map.entry(for: admitted))
        #expect(role.id.name == "ci-deploy" && role.entry.linuxUser.name == "deployer")
        let person = try #require(map.entry(for: Cast.caller("alice", "Deploy")))
        #expect(person.entry.linuxUser.name == "people")
        #expect(map.entry(for: try Cast.caller("alice", "ci-deploy")) == nil)
        #expect(map.entry(for: try Self.caller(account: "444455556666")) == nil)
        #expect(map.entry(for: try Self.caller("deploy")) == nil)
    }

    @Test("an entry is for whoever was admitted under its very ARN, which is what is proven")
    func admittedElsewhere() throws {
        let map = try RoleMap(json: Self.map)
        let caller = try Self.caller()
        #expect(map.entry(for: caller) == nil)
        let elsewhere = try RoleARN("arn:aws:iam::111122223333:role/other/Deploy")
        #expect(map.entry(for: try #require(caller.admitted(as: elsewhere))) == nil)
        #expect(map.entry(for: try #require(caller.admitted(as: try RoleARN(Self.arn))))?.id.name == "ci-deploy")
    }

    @Test("a role is taken up only when it is named, and its path and id must be those of that ARN")
    func proof() throws {
        let map = try RoleMap(json: Self.map)
        #expect(map.admit(try Self.caller("Admin")) == nil)
        #expect(map.admit(try Self.caller(account: "444455556666")) == nil)
        #expect(map.admit(try Cast.caller())?.isPerson == true)
        let caller = try #require(map.admit(Self.caller()))
        #expect(caller.role == .outside(try RoleARN(Self.arn)))
        let facts = { (path: String, id: String) in RoleFacts(name: "Deploy", path: path, roleID: id) }
        try RoleProof.check(caller, against: facts("/ci/", "AROAEXAMPLEDEPLOYAAA"))
        #expect(throws: RoleProof.Rejection.path("/")) {
            try RoleProof.check(caller, against: facts("/", "AROAEXAMPLEDEPLOYAAA"))
        }
        #expect(throws: RoleProof.Rejection.path(RoleProof.reservedPath)) {
            try RoleProof.check(caller, against: facts(RoleProof.reservedPath, "AROAEXAMPLEDEPLOYAAA"))
        }
        #expect(throws: RoleProof.Rejection.roleID) {
            try RoleProof.check(caller, against: facts("/ci/", "AROAEXAMPLEDEPLOYBBB"))
        }
        #expect(throws: RoleProof.Rejection.notVisible) { try RoleProof.check(caller, against: nil) }
        #expect(throws: RoleProof.Rejection.notAdmitted) {
            try RoleProof.check(Self.caller(), against: facts("/ci/", "AROAEXAMPLEDEPLOYAAA"))
        }
    }

    @Test("rights come with the named ARN only, and publishing is no administering")
    func principals() throws {
        let map = try RoleMap(json: Self.map)
        let deploy = try #require(map.admit(Self.caller()))
        #expect(map.isPublisher(deploy) && !map.isAdministrator(deploy) && !map.isAuditor(deploy))
        #expect(try !map.isPublisher(Self.caller()))
        let reader = try #require(map.admit(Self.caller("Reader")))
        #expect(map.isAuditor(reader) && map.entry(for: reader) == nil)
        let bootstrap = RoleMap.Principal.role(try RoleARN("arn:aws:iam::111122223333:role/boot/Strap"))
        let booting = try #require(map.admit(Self.caller("Strap"), or: [bootstrap]))
        #expect(bootstrap.admits(booting))
        #expect(try !bootstrap.admits(Self.caller("Strap")))
    }

    @Test("a role reaches nodes of its own account, under the name of its entry")
    func entitlement() throws {
        let map = try RoleMap(json: Self.map)
        let caller = try #require(map.admit(Self.caller()))
        let entitlement = try Entitlement(
            caller: caller,
            request: Cast.request(),
            map: map,
            ceiling: Cast.ceiling(),
            now: Cast.now
        )
        #expect(entitlement.id.name == "ci-deploy")
        #expect(entitlement.document.name == "SSMBroker-Shell-ci-deploy")
        #expect(entitlement.document.content["description"] == "ssm-broker: shell as deployer for role ci-deploy")
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let text: String
        let rejection: RoleARN.Rejection
        var testDescription: String { text }
    }

    static let refusals = [
        Refusal(text: "", rejection: .form),
        Refusal(text: "arn:aws:sts::111122223333:assumed-role/Deploy/x", rejection: .form),
        Refusal(text: "arn:mars:iam::111122223333:role/Deploy", rejection: .form),
        Refusal(text: "arn:aws:iam:eu-west-1:111122223333:role/Deploy", rejection: .form),
        Refusal(text: "arn:aws:iam::1:role/Deploy", rejection: .form),
        Refusal(text: "arn:aws:iam::111122223333:user/Deploy", rejection: .form),
        Refusal(text: "arn:aws:iam::111122223333:role", rejection: .form),
        Refusal(text: "arn:aws:iam::111122223333:role/", rejection: .name),
        Refusal(text: "arn:aws:iam::111122223333:role/*", rejection: .name),
        Refusal(text: "arn:aws:iam::111122223333:role/" + String(repeating: "n", count: 65), rejection: .name),
        Refusal(text: "arn:aws:iam::111122223333:role//Deploy", rejection: .path),
        Refusal(text: "arn:aws:iam::111122223333:role/*/Deploy", rejection: .path),
        Refusal(text: "arn:aws:iam::111122223333:role/c i/Deploy", rejection: .path),
        Refusal(
            text: "arn:aws:iam::111122223333:role/" + String(repeating: "p/", count: 256) + "Deploy",
            rejection: .path
        ),
    ]

    @Test("only a role's full ARN is one, and no pattern", arguments: refusals)
    func refuses(_ refusal: Refusal) {
        #expect(throws: refusal.rejection) { try RoleARN(refusal.text) }
    }

    @Test("an ARN is taken apart and put together again", arguments: ["", "ci/", "a/b.c/d_e+f=g,h@i-j/"])
    func arn(_ path: String) throws {
        let text = "arn:aws-us-gov:iam::000000000001:role/\(path)Deploy"
        let role = try RoleARN(text)
        #expect(role.path == "/\(path)" && role.name == "Deploy" && role.account.digits == "000000000001")
        #expect(role.text == text)
    }
}
