import Testing

@testable import SessionCore

/// The parts of the map beyond a shell: kinds, roles, logging, preferences and rollout, and what is wrong in them.
@Suite struct RoleMapFormTests {
    static func map(_ members: [String: JSON], entry: [String: JSON] = [:]) throws -> RoleMap {
        let ops = JSON.object(entry.merging(["linuxUser": "ops"]) { given, _ in given })
        let all: [String: JSON] = ["version": 1, "permissionSets": ["Ops": ops]]
        return try RoleMap(json: .object(all.merging(members) { $1 }))
    }

    static func lines(_ members: [String: JSON], entry: [String: JSON] = [:]) throws -> [String] {
        let rejection = try #require(throws: RoleMap.Rejection.self) { _ = try map(members, entry: entry) }
        return rejection.problems.map { "\($0.path.joined(separator: ".")): \($0.explanation)" }
    }

    @Test("every kind of session is read with its rules")
    func kinds() throws {
        let map = try Self.map(
            [:],
            entry: [
                "sessions": ["shell", "command", "port", "ssh"],
                "commands": ["patterns": ["^uptime$"], "terminal": true],
                "ports": ["remote": [5432, "8000-8010"], "hosts": ["db.internal", "*.cache.internal", "10.0.0.1"]],
            ]
        )
        let entry = try #require(map.entries[PermissionSetName("Ops")])
        #expect(entry.kinds == Set(SessionKind.allCases))
        #expect(entry.commands == RoleMap.CommandRule(patterns: [try AnchoredPattern("^uptime$")], usesTerminal: true))
        #expect(entry.ports?.remote == [5432...5432, 8000...8010])
        #expect(entry.ports?.hosts == [.exact("db.internal"), .anyLabel("cache.internal"), .exact("10.0.0.1")])
    }

    @Test("the account's own user goes before its nearest unit's, and that before the uniform one")
    func preferences() throws {
        let map = try Self.map([
            "preferences": [
                "runAsDefaultUser": "everyone",
                "organizationalUnits": ["ou-ab12-11111111": "near", "r-ab12": "far"],
                "accounts": ["111122223333": "own", "444455556666": "closed"],
            ],
            "rollout": ["regions": ["eu-west-1"], "retiredAccounts": ["444455556666"]],
        ])
        let preference = { (account: String, units: [String]) in
            RunAsPreference(map, account: try AccountID(account), organizationalUnits: units)
        }
        let path = ["ou-ab12-22222222", "ou-ab12-11111111", "r-ab12"]
        #expect(try preference("111122223333", path).user?.name == "own")
        #expect(try preference("777788889999", path).user?.name == "near")
        #expect(try preference("777788889999", ["r-ab12"]).user?.name == "far")
        #expect(try preference("777788889999", []).inputs == ["runAsDefaultUser": "everyone", "runAsEnabled": true])
        #expect(try preference("444455556666", path).inputs == [:])
        let silent = try Self.map([:])
        #expect(
            RunAsPreference(silent, account: try AccountID("111122223333"), organizationalUnits: path).inputs == [:]
        )
    }

    @Test("logging is the accounts' own unless an entry says otherwise")
    func logging() throws {
        let central: JSON = [
            "standard": ["cloudWatchLogGroup": "/ssm"], "accounts": ["111122223333": ["s3Bucket": "own-logs"]],
        ]
        let own = try AccountID("111122223333")
        for entry in [[:], ["logging": "inherit"]] as [[String: JSON]] {
            let rule = try #require(Self.map(["logging": central], entry: entry).entries.values.first?.logging)
            #expect(rule.logging(in: own) == RoleMap.Logging(s3Bucket: "own-logs"))
            #expect(rule.logging(in: try AccountID("444455556666")).cloudWatchLogGroup == "/ssm")
            #expect(rule.logging(in: nil).cloudWatchLogGroup == "/ssm")
        }
        let explicit = try Self.map(["logging": central], entry: ["logging": [:]])
        #expect(explicit.entries.values.first?.logging.logging(in: own) == RoleMap.Logging())
    }

    @Test("documents stand where entry and rollout both go")
    func rollout() throws {
        let map = try Self.map(
            [
                "roles": [["id": "ci", "arn": .string(RoleCallerTests.arn), "linuxUser": "ci"]],
                "rollout": [
                    "regions": ["eu-west-1", "eu-west-2"], "excludedAccounts": ["777788889999"],
                    "managementAccount": true,
                ],
            ],
            entry: ["nodes": ["regions": ["eu-west-1"]], "sessions": ["shell", "ssh"]]
        )
        let names = { (account: String, region: String) in
            SessionDocument.all(of: map, in: (try AccountID(account), try Region(region))).map(\.name)
        }
        let ops = ["SSMBroker-SSH-Ops", "SSMBroker-Shell-Ops"]
        #expect(try names("111122223333", "eu-west-1") == ops + ["SSMBroker-Shell-ci"])
        #expect(try names("111122223333", "eu-west-2") == ["SSMBroker-Shell-ci"])
        #expect(try names("444455556666", "eu-west-1") == ops)
        #expect(try names("444455556666", "eu-west-3") == [])
        #expect(try names("777788889999", "eu-west-1") == [])
        #expect(map.regions.map(\.name) == ["eu-west-1", "eu-west-2"])
        #expect(map.rollout.includesManagementAccount)
        #expect(try Self.map([:], entry: ["nodes": ["regions": ["eu-west-3"]]]).regions.map(\.name) == ["eu-west-3"])
    }

    @Test("an excluded account and a Region outside the rollout are refused to callers as well")
    func refusesCallers() throws {
        let map = try Self.map(["rollout": ["regions": ["eu-west-2"], "excludedAccounts": ["444455556666"]]])
        let code = { (account: String, region: String) in
            #expect(throws: Problem.self) {
                try Entitlement(
                    caller: Cast.caller("alice", "Ops", account: account),
                    request: Cast.request(region: region),
                    map: map,
                    ceiling: Cast.ceiling(),
                    now: Cast.now
                )
            }?.code
        }
        #expect(code("444455556666", "eu-west-2") == .accountNotAllowed)
        #expect(code(Cast.account, "eu-west-1") == .regionNotAllowed)
    }

    @Test("what is risky but legal is a warning, and a plain map has none")
    func warnings() throws {
        let quiet: [String: JSON] = [
            "logging": ["standard": [:]], "administrators": [["account": "111122223333", "permissionSet": "Admin"]],
        ]
        let narrow: [String: JSON] = ["nodes": ["tags": ["Role": ["web"]]]]
        #expect(try Self.map(quiet, entry: narrow).warnings == [])
        let lines = { (members: [String: JSON], entry: [String: JSON]) in
            try Self.map(quiet.merging(members) { $1 }, entry: narrow.merging(entry) { $1 }).warnings
                .map { "\($0.path.joined(separator: ".")): \($0.explanation.prefix(40))" }
        }
        #expect(try lines(["administrators": []], [:]) == ["administrators: Nobody is named, so only the deployment'"])
        #expect(try lines(["logging": .null], [:]) == ["permissionSets: Of sessions of 1 entry no transcript is "])
        #expect(try lines([:], ["nodes": .null]) == ["permissionSets.Ops: This reaches every Linux node of every a"])
        #expect(
            try lines([:], ["sessions": ["ssh"]]) == [
                "permissionSets.Ops.sessions: Sessions of kind ssh end at the node's s"
            ]
        )
        let ports: JSON = ["remote": ["1-2000"], "hosts": ["*.internal.org"]]
        #expect(
            try lines([:], ["sessions": ["port"], "ports": ports]) == [
                "permissionSets.Ops.ports.remote: Port 22 is the node's sshd: who reaches ",
                "permissionSets.Ops.ports.remote: More than a thousand ports are a wide do",
                "permissionSets.Ops.ports.hosts: *.internal.org reaches whatever gets a n",
            ]
        )
        let commands: JSON = ["patterns": ["^[a-z;]+$"], "terminal": true]
        #expect(
            try lines([:], ["sessions": ["shell", "command"], "commands": commands]) == [
                "permissionSets.Ops.commands.patterns: Commands in a terminal go through a shel",
                "permissionSets.Ops.commands.terminal: In a terminal a pager, an editor or the ",
                "permissionSets.Ops.commands.patterns: Whoever may have a shell may run every c",
            ]
        )
        let retired: [String: JSON] = ["rollout": ["regions": ["eu-west-1"], "retiredAccounts": ["444455556666"]]]
        #expect(
            try lines(retired, ["nodes": ["accounts": ["111122223333", "444455556666"]]]) == [
                "permissionSets.Ops.nodes.accounts: 444455556666 is excluded or retired in r"
            ]
        )
    }
}
