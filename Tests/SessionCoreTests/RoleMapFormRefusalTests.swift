import SessionCore
import Testing

/// What is refused in kinds, roles, logging, preferences and rollout, and in the map as a whole.
@Suite struct RoleMapFormRefusalTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let why: String
        var map: [String: JSON] = [:]
        var entry: [String: JSON] = [:]
        let places: [String]
        /// What the first problem's words hold.
        let says: String
        var testDescription: String { why }
    }

    static let ops = "permissionSets.Ops."
    static let role = RoleCallerTests.arn
    static let rollout: JSON = ["regions": ["eu-west-1"], "excludedAccounts": ["444455556666"]]

    static func ports(_ why: String, _ ports: JSON, at place: String, _ says: String) -> Refusal {
        Refusal(why: why, entry: ["sessions": ["port"], "ports": ports], places: [ops + place], says: says)
    }

    static func role(_ why: String, _ role: JSON, at places: [String], _ says: String) -> Refusal {
        Refusal(why: why, map: ["roles": .array([role])], places: places, says: says)
    }

    static let entries = [
        Refusal(
            why: "ports without the kind",
            entry: ["ports": ["remote": [1]]],
            places: [ops + "ports"],
            says: "add port"
        ),
        Refusal(why: "the kind without ports", entry: ["sessions": ["port"]], places: [ops + "ports"], says: "Missing"),
        Refusal(
            why: "commands without the kind",
            entry: ["commands": [:]],
            places: [ops + "commands"],
            says: "add command"
        ),
        Refusal(
            why: "a pattern that is not anchored",
            entry: ["sessions": ["command"], "commands": ["patterns": ["^a$", "uptime"]]],
            places: [ops + "commands.patterns.1"],
            says: "begin it with ^ and end it with $"
        ),
        Refusal(
            why: "a number for a pattern",
            entry: ["sessions": ["command"], "commands": ["patterns": [1]]],
            places: [ops + "commands.patterns.0"],
            says: "Expected a pattern"
        ),
        Refusal(
            why: "patterns of which none is left",
            entry: ["sessions": ["command"], "commands": ["patterns": []]],
            places: [ops + "commands.patterns"],
            says: "leave patterns out"
        ),
        ports("no port", ["remote": []], at: "ports.remote", "at least one port"),
        ports("port 0", ["remote": [0]], at: "ports.remote.0", "from 1 to 65535"),
        ports("a port too many", ["remote": [65_536]], at: "ports.remote.0", "from 1 to 65535"),
        ports("a range backwards", ["remote": ["9-8"]], at: "ports.remote.0", "8000-8010"),
        ports("a port with a zero before", ["remote": ["080"]], at: "ports.remote.0", "8000-8010"),
        ports("a pattern for a port", ["remote": ["80*"]], at: "ports.remote.0", "8000-8010"),
        ports("hosts of which none is left", ["remote": [1], "hosts": []], at: "ports.hosts", "leave hosts out"),
    ]

    static let hosts = [
        "169.254.169.254", "2852039166", "0xa9fea9fe", "0.0.0.0", "256.1.1.1", "1.1.1", "01.1.1.1", "*", "*.10.0.0.1",
        "*internal", "a..b", "-a.b", "DB.internal", "db.internal:5432", "db internal", "fd00:ec2::254", ".", "",
    ].map {
        ports("the host \($0)", ["remote": [1], "hosts": [.string($0)]], at: "ports.hosts.0", "Expected a host's name")
    }

    static let roles = [
        role("no id", ["arn": .string(role), "linuxUser": "ci"], at: ["roles.0.id"], "Missing"),
        role("a role by name", ["id": "ci", "arn": "Deploy", "linuxUser": "ci"], at: ["roles.0.arn"], "full ARN"),
        role(
            "everything wrong",
            ["id": "c i", "arn": 1, "linuxUser": "root", "sesions": []],
            at: ["roles.0.arn", "roles.0.id", "roles.0.linuxUser", "roles.0.sesions"],
            ""
        ),
        role(
            "a role of Identity Center by name",
            [
                "id": "ci", "arn": "arn:aws:iam::111122223333:role/AWSReservedSSO_Ops_0123456789abcdef",
                "linuxUser": "ci",
            ],
            at: ["roles.0.arn"],
            "name its permission set"
        ),
        role(
            "a role of Identity Center by path",
            [
                "id": "ci", "arn": "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/Ops",
                "linuxUser": "ci",
            ],
            at: ["roles.0.arn"],
            "name its permission set"
        ),
        role(
            "the id of a permission set",
            ["id": "Ops", "arn": .string(role), "linuxUser": "ci"],
            at: ["roles.0"],
            "rename one"
        ),
        role(
            "an id like a permission set's",
            ["id": "ops", "arn": .string(role), "linuxUser": "ci"],
            at: ["roles.0"],
            "only in case"
        ),
        role(
            "a role whose own account it does not admit",
            ["id": "ci", "arn": .string(role), "linuxUser": "ci", "nodes": ["accounts": ["444455556666"]]],
            at: ["roles.0.nodes.accounts"],
            "The role is in account 111122223333"
        ),
        Refusal(
            why: "two entries for one role",
            map: [
                "roles": [
                    ["id": "a", "arn": .string(role), "linuxUser": "a"],
                    ["id": "b", "arn": .string(role), "linuxUser": "b"],
                ]
            ],
            places: ["roles.1.arn"],
            says: "Another entry"
        ),
        Refusal(
            why: "two paths of one role",
            map: [
                "roles": [["id": "a", "arn": .string(role), "linuxUser": "a"]],
                "publishers": [["role": "arn:aws:iam::111122223333:role/other/deploy"]],
            ],
            places: ["publishers.0.role"],
            says: "one of them is wrong"
        ),
        Refusal(
            why: "a publisher named twice",
            map: ["publishers": [["role": .string(role)], ["role": .string(role)]]],
            places: ["publishers.1"],
            says: "named before"
        ),
    ]

    static let wholes = [
        Refusal(
            why: "nothing to inherit",
            entry: ["logging": "inherit"],
            places: [ops + "logging"],
            says: "Nothing to inherit"
        ),
        Refusal(
            why: "another word for logging",
            entry: ["logging": "none"],
            places: [ops + "logging"],
            says: "Expected inherit"
        ),
        Refusal(
            why: "an account's logging under a name",
            map: ["logging": ["accounts": ["prod": [:]]]],
            places: ["logging.accounts.prod"],
            says: "twelve digits"
        ),
        Refusal(why: "a rollout without Regions", map: ["rollout": [:]], places: ["rollout.regions"], says: "Missing"),
        Refusal(why: "no Region", map: ["rollout": ["regions": []]], places: ["rollout.regions"], says: "at least one"),
        Refusal(
            why: "an account excluded and retired",
            map: [
                "rollout": [
                    "regions": ["eu-west-1"], "excludedAccounts": ["100000000000"],
                    "retiredAccounts": ["100000000000"],
                ]
            ],
            places: ["rollout.retiredAccounts"],
            says: "one or the other"
        ),
        Refusal(
            why: "an entry for closed accounts only",
            map: ["rollout": rollout],
            entry: ["nodes": ["accounts": ["444455556666"]]],
            places: [ops + "nodes.accounts"],
            says: "excluded or retired"
        ),
        Refusal(
            why: "a Region where nothing is rolled out",
            map: ["rollout": rollout],
            entry: ["nodes": ["regions": ["eu-west-1", "eu-west-3"]]],
            places: [ops + "nodes.regions"],
            says: "eu-west-3 is not in rollout.regions"
        ),
        Refusal(
            why: "root by preference",
            map: ["preferences": ["runAsDefaultUser": "root"]],
            places: ["preferences.runAsDefaultUser"],
            says: "rights of its own"
        ),
        Refusal(
            why: "a unit by name",
            map: ["preferences": ["organizationalUnits": ["Prod": "ops"]]],
            places: ["preferences.organizationalUnits.Prod"],
            says: "ou-ab12-11111111"
        ),
        Refusal(
            why: "an account's preference by name",
            map: ["preferences": ["accounts": ["prod": "ops"]]],
            places: ["preferences.accounts.prod"],
            says: "twelve digits"
        ),
    ]

    @Test(
        "what is wrong is refused with its place and what would be right",
        arguments: entries + hosts + roles + wholes
    )
    func refuses(_ refusal: Refusal) throws {
        let lines = try RoleMapFormTests.lines(refusal.map, entry: refusal.entry)
        let places = lines.map { String($0.prefix { $0 != ":" }) }
        #expect(Set(places) == Set(refusal.places), "\(lines)")
        #expect(lines.first?.contains(refusal.says) == true, "\(lines)")
    }

    @Test("more documents than an account and Region can take are refused, and the last that fits is not")
    func count() throws {
        let sets = { (count: Int, nodes: JSON) -> JSON in
            let entry: JSON = ["linuxUser": "ops", "sessions": ["shell", "ssh"], "nodes": nodes]
            return .object(Dictionary(uniqueKeysWithValues: (0..<count).map { ("Set\($0)", entry) }))
        }
        let here: JSON = ["accounts": ["111122223333"], "regions": ["eu-west-1"]]
        _ = try RoleMap(json: ["version": 1, "permissionSets": sets(225, here)])
        let problem =
            "permissionSets: In account 111122223333, Region eu-west-1 there would be 452 session documents; at most 450"
        #expect(
            try RoleMapRefusalTests.lines(["version": 1, "permissionSets": sets(226, here)]).first?.hasPrefix(problem)
                == true
        )
        let every = try RoleMapRefusalTests.lines(["version": 1, "permissionSets": sets(226, ["tags": ["a": ["b"]]])])
        #expect(every.count == 1 && every[0].hasPrefix("permissionSets: In every account there would be 452"))
    }

    @Test("a document that Systems Manager would not take is refused")
    func size() throws {
        let hosts = (0..<1000).map { JSON.string("\(String(repeating: "a", count: 60))\($0).internal") }
        let ports: JSON = ["remote": [1], "hosts": .array(hosts)]
        let lines = try RoleMapFormTests.lines([:], entry: ["sessions": ["port"], "ports": ports])
        #expect(
            lines.count == 1 && lines[0].hasPrefix("permissionSets.Ops.ports: Document SSMBroker-Port-Ops would have")
        )
        let fewer: JSON = ["remote": [1], "hosts": .array(Array(hosts.prefix(700)))]
        _ = try RoleMapFormTests.map([:], entry: ["sessions": ["port"], "ports": fewer])
    }
}
