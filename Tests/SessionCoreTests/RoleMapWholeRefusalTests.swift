import SessionCore
import Testing

/// Maps that are wrong as a whole.
@Suite struct RoleMapWholeRefusalTests {
    struct Whole: Sendable, CustomTestStringConvertible {
        let why: String
        let map: JSON
        let problems: [String]
        var testDescription: String { why }
    }

    static let members =
        "administrators, auditors, logging, permissionSets, preferences, publishers, roles, rollout, version"

    static let wholes = [
        Whole(
            why: "a list",
            map: [],
            problems: [
                ": Expected an object with named members.", "version: Missing; expected 1.",
                "permissionSets: Missing; expected an object with a member for each permission set.",
            ]
        ),
        Whole(
            why: "another version",
            map: ["version": 2, "permissionSets": [:]],
            problems: ["version: Expected 1."]
        ),
        Whole(
            why: "a version as text",
            map: ["version": "1", "permissionSets": [:]],
            problems: ["version: Expected 1."]
        ),
        Whole(
            why: "permission sets as a list",
            map: ["version": 1, "permissionSets": []],
            problems: ["permissionSets: Expected an object with named members."]
        ),
        Whole(
            why: "an unknown member",
            map: ["version": 1, "permissionSets": [:], "admins": []],
            problems: ["admins: Unknown member; known here: \(members)."]
        ),
        Whole(
            why: "a name that is none",
            map: ["version": 1, "permissionSets": ["A B": ["linuxUser": "ops"]]],
            problems: ["permissionSets.A B: Not a permission set's name: 1 to 32 letters, digits and _+=,.@-."]
        ),
        Whole(
            why: "an entry that is null",
            map: ["version": 1, "permissionSets": ["Ops": .null]],
            problems: [
                "permissionSets.Ops: Expected an object with named members.",
                "permissionSets.Ops.linuxUser: Missing; expected \(RoleMapRefusalTests.user.dropFirst(9))",
            ]
        ),
        Whole(
            why: "names that differ in case",
            map: ["version": 1, "permissionSets": ["OPS": ["linuxUser": "ops"], "Ops": ["linuxUser": "ops"]]],
            problems: ["permissionSets.Ops: OPS has a name that differs only in case; rename one."]
        ),
        Whole(
            why: "names that share a document",
            map: [
                "version": 1, "permissionSets": ["A+B": ["linuxUser": "ops"], "A_B_ca5b7e1c": ["linuxUser": "ops"]],
            ],
            problems: ["permissionSets.A_B_ca5b7e1c: A+B has the same session document; rename one."]
        ),
        Whole(
            why: "administrators as an object",
            map: ["version": 1, "permissionSets": [:], "administrators": [:]],
            problems: ["administrators: Expected a list of account and permissionSet, or of role."]
        ),
        Whole(
            why: "an auditor by name alone",
            map: ["version": 1, "permissionSets": [:], "auditors": [["permissionSet": "SecurityAudit"], "x"]],
            problems: [
                "auditors.0.account: Missing; expected an account number of twelve digits, in quotes.",
                "auditors.1: Expected an object with named members.",
                "auditors.1.account: Missing; expected an account number of twelve digits, in quotes.",
                "auditors.1.permissionSet: Missing; expected a permission set's name.",
            ]
        ),
        Whole(
            why: "an administrator with a member more",
            map: [
                "version": 1, "permissionSets": [:],
                "administrators": [["account": "111122223333", "permissionSet": "A", "user": "x"]],
            ],
            problems: ["administrators.0.user: Unknown member; known here: account, permissionSet."]
        ),
    ]

    @Test("a map that is wrong as a whole is refused with everything that is wrong", arguments: wholes)
    func refusesWhole(_ whole: Whole) throws {
        #expect(try RoleMapRefusalTests.lines(whole.map) == whole.problems)
    }

    @Test("documents of all Regions of one account and of one Region of all accounts are counted where they meet")
    func countWhereTheyMeet() throws {
        let map = { (count: Int) -> JSON in
            let of = { (name: String, count: Int, nodes: JSON) in
                (0..<count).map { ("\(name)\($0)", JSON.object(["linuxUser": "ops", "nodes": nodes])) }
            }
            let entries =
                of("Account", 300, ["accounts": ["111122223333"]])
                + of("Region", count - 300, ["regions": ["eu-west-1"], "tags": ["a": ["b"]]])
                + of("Other", 100, ["regions": ["eu-central-1"], "tags": ["a": ["b"]]])
            let rollout: JSON = ["regions": ["eu-central-1", "eu-west-1"]]
            let sets = JSON.object(Dictionary(uniqueKeysWithValues: entries))
            return ["version": 1, "permissionSets": sets, "rollout": rollout]
        }
        _ = try RoleMap(json: map(450))
        let lines = try RoleMapRefusalTests.lines(map(451))
        #expect(lines.count == 1)
        #expect(
            lines.first?.hasPrefix(
                "permissionSets: In account 111122223333, Region eu-west-1 there would be 451 session documents;"
            ) == true
        )
    }
}
