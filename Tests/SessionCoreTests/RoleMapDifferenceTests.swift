import Testing

@testable import SessionCore

/// What a new map changes, told whole and in short.
@Suite struct RoleMapDifferenceTests {
    static func map(_ sets: JSON, _ members: [String: JSON] = [:]) throws -> RoleMap {
        try RoleMap(json: .object(["version": 1, "permissionSets": sets].merging(members) { $1 }))
    }

    static let here: JSON = ["accounts": ["111122223333"], "regions": ["eu-west-1"]]
    static let both: JSON = ["accounts": ["111122223333", "444455556666"], "regions": ["eu-west-1", "eu-west-2"]]

    static func documents(_ difference: RoleMapDifference) -> [String] {
        difference.documents.map { change in
            let regions = change.regions.map(\.name).joined(separator: ",")
            return "\(change.name) \(change.change.rawValue) in \(change.accounts.text) \(regions)"
        }
    }

    @Test("the first map brings everything")
    func first() throws {
        let difference = RoleMapDifference(from: nil, to: try Cast.map())
        #expect(difference.from == nil)
        #expect(difference.added.map(\.name) == ["BatchOperator", "DatabaseAdmin", "WebOperator"])
        #expect(difference.users.map(\.text).first == "BatchOperator: gains batchops in 444455556666")
        #expect(difference.documents.map(\.change) == Array(repeating: .created, count: 6))
        #expect(difference.principals.map(\.list) == ["administrators", "auditors"])
        #expect(!difference.isEmpty)
    }

    @Test("maps that say the same differ in nothing, however they are written")
    func same() throws {
        let old = try Self.map(["Ops": ["linuxUser": "ops", "nodes": ["tags": ["a": ["x", "y"]]]]])
        let new = try Self.map([
            "Ops": [
                "linuxUser": "ops", "sessions": ["shell"], "reason": "optional", "nodes": ["tags": ["a": ["y", "x"]]],
                "limits": ["idleMinutes": 20],
            ]
        ])
        #expect(old.version != new.version)
        #expect(RoleMapDifference(from: old, to: new).isEmpty)
    }

    @Test("another Linux user changes who somebody is, and the document")
    func user() throws {
        let old = try Self.map(["Ops": ["linuxUser": "ops", "nodes": Self.here]])
        let new = try Self.map(["Ops": ["linuxUser": "sre", "nodes": Self.here]])
        let difference = RoleMapDifference(from: old, to: new)
        #expect(difference.changed.map(\.fields) == [[.init(field: "linuxUser", from: "ops", to: "sre")]])
        #expect(difference.users.map(\.text) == ["Ops: ops becomes sre in 111122223333"])
        #expect(Self.documents(difference) == ["SSMBroker-Shell-Ops replaced in 111122223333 eu-west-1"])
    }

    @Test("more accounts and Regions bring users and documents there, and leave the others alone")
    func reach() throws {
        let old = try Self.map(["Ops": ["linuxUser": "ops", "nodes": Self.here]])
        let new = try Self.map(["Ops": ["linuxUser": "ops", "nodes": Self.both]])
        let wider = RoleMapDifference(from: old, to: new)
        #expect(wider.users.map(\.text) == ["Ops: gains ops in 444455556666"])
        #expect(
            Self.documents(wider) == [
                "SSMBroker-Shell-Ops created in 444455556666 eu-west-1,eu-west-2",
                "SSMBroker-Shell-Ops created in 111122223333 eu-west-2",
            ]
        )
        let narrower = RoleMapDifference(from: new, to: old)
        #expect(narrower.users.map(\.text) == ["Ops: loses ops in 444455556666"])
        #expect(narrower.documents.allSatisfy { $0.change == .deleted })
        let all = try Self.map(["Ops": ["linuxUser": "ops", "nodes": ["regions": ["eu-west-1"]]]])
        #expect(
            RoleMapDifference(from: all, to: old).users.map(\.text) == [
                "Ops: loses ops in every account but 111122223333"
            ]
        )
        #expect(
            RoleMapDifference(from: old, to: all).users.map(\.text) == [
                "Ops: gains ops in every account but 111122223333"
            ]
        )
    }

    @Test("a document changes only where the account's logging does")
    func logging() throws {
        let sets: JSON = ["Ops": ["linuxUser": "ops", "nodes": ["regions": ["eu-west-1"]]]]
        let old = try Self.map(sets, ["logging": ["standard": ["s3Bucket": "logs"]]])
        let own: JSON = ["standard": ["s3Bucket": "logs"], "accounts": ["111122223333": ["s3Bucket": "own"]]]
        let one = RoleMapDifference(from: old, to: try Self.map(sets, ["logging": own]))
        #expect(Self.documents(one) == ["SSMBroker-Shell-Ops replaced in 111122223333 eu-west-1"])
        #expect(one.settings.map(\.field) == ["logging.accounts"] && one.changed.isEmpty && one.users.isEmpty)
        let other = try Self.map(sets, ["logging": ["standard": ["s3Bucket": "new"]]])
        #expect(
            Self.documents(RoleMapDifference(from: try Self.map(sets, ["logging": own]), to: other)) == [
                "SSMBroker-Shell-Ops replaced in every account eu-west-1"
            ]
        )
    }

    @Test("a name that passes to a role is lost by the one and gained by the other")
    func holder() throws {
        let old = try Self.map(["Ops": ["linuxUser": "ops", "nodes": Self.here]])
        let role: JSON = [
            "id": "Ops", "arn": .string(RoleCallerTests.arn), "linuxUser": "ops", "nodes": ["regions": ["eu-west-1"]],
        ]
        let difference = RoleMapDifference(from: old, to: try Self.map([:], ["roles": [role]]))
        #expect(difference.users.map(\.text) == ["Ops: loses ops in 111122223333", "Ops: gains ops in 111122223333"])
    }

    @Test("nothing is taken away where the new map has nothing written, and everything where it gives the account up")
    func excluded() throws {
        let sets: JSON = ["Ops": ["linuxUser": "ops", "nodes": Self.both]]
        let map = { (rollout: [String: JSON]) in
            let all = rollout.merging(["regions": ["eu-west-1", "eu-west-2"]]) { $1 }
            return try Self.map(sets, ["rollout": .object(all)])
        }
        let account: JSON = ["444455556666"]
        let excluded = RoleMapDifference(from: try map([:]), to: try map(["excludedAccounts": account]))
        #expect(excluded.users.map(\.text) == ["Ops: loses ops in 444455556666"] && excluded.documents.isEmpty)
        let retired = RoleMapDifference(from: try map([:]), to: try map(["retiredAccounts": account]))
        #expect(Self.documents(retired) == ["SSMBroker-Shell-Ops deleted in 444455556666 eu-west-1,eu-west-2"])
    }

    struct Preference: Sendable, CustomTestStringConvertible {
        let why: String
        let was: JSON
        let now: JSON
        let documents: [String]
        var testDescription: String { why }
    }

    private static let preferences = [
        Preference(why: "a user for all", was: [:], now: ["runAsDefaultUser": "plain"], documents: ["every account"]),
        Preference(
            why: "another user for all, but one account has its own",
            was: ["runAsDefaultUser": "plain", "accounts": ["111122223333": "ops"]],
            now: ["runAsDefaultUser": "guest", "accounts": ["111122223333": "ops"]],
            documents: ["every account but 111122223333"]
        ),
        Preference(
            why: "one account's own",
            was: ["runAsDefaultUser": "plain"],
            now: ["runAsDefaultUser": "plain", "accounts": ["111122223333": "ops"]],
            documents: ["111122223333"]
        ),
        Preference(
            why: "one account gives its own up for that of all",
            was: ["runAsDefaultUser": "plain", "accounts": ["111122223333": "ops"]],
            now: ["runAsDefaultUser": "plain"],
            documents: ["111122223333"]
        ),
        Preference(
            why: "a unit's",
            was: [:],
            now: ["organizationalUnits": ["ou-ab12-11111111": "ops"]],
            documents: ["every account"]
        ),
        Preference(why: "nobody is named any more", was: ["runAsDefaultUser": "plain"], now: [:], documents: []),
        Preference(
            why: "nothing else",
            was: ["runAsDefaultUser": "plain"],
            now: ["runAsDefaultUser": "plain"],
            documents: []
        ),
    ]

    @Test("preferences that change are a document that is written, where the map can tell", arguments: preferences)
    func preference(_ row: Preference) throws {
        let sets: JSON = ["Ops": ["linuxUser": "ops", "nodes": Self.here]]
        let map = { (preferences: JSON) in
            try Self.map(sets, preferences == [:] ? [:] : ["preferences": preferences])
        }
        let difference = RoleMapDifference(from: try map(row.was), to: try map(row.now))
        #expect(
            Self.documents(difference)
                == row.documents.map { "SSM-SessionManagerRunShell replaced in \($0) eu-west-1" }
        )
    }

    @Test("the kinds that come and go bring and take their documents")
    func kinds() throws {
        let old = try Self.map(["Ops": ["linuxUser": "ops", "nodes": Self.here, "sessions": ["shell", "ssh"]]])
        let new = try Self.map(["Ops": ["linuxUser": "ops", "nodes": Self.here, "sessions": ["shell", "command"]]])
        #expect(
            Self.documents(RoleMapDifference(from: old, to: new)) == [
                "SSMBroker-Command-Ops created in 111122223333 eu-west-1",
                "SSMBroker-SSH-Ops deleted in 111122223333 eu-west-1",
            ]
        )
    }

    @Test("the whole is JSON of the told form")
    func json() throws {
        let old = try Self.map(["Ops": ["linuxUser": "ops", "nodes": Self.here]])
        let new = try Self.map(
            ["Ops": ["linuxUser": "sre", "nodes": Self.here]],
            ["auditors": [["account": "111122223333", "permissionSet": "Audit"]]]
        )
        #expect(
            RoleMapDifference(from: old, to: new).json.canonicalText == """
                {"added":[],"changed":[{"fields":[{"field":"linuxUser","from":"ops","to":"sre"}],"id":"Ops"}],\
                "documents":[{"accounts":{"only":["111122223333"]},"change":"replaced","count":1,\
                "name":"SSMBroker-Shell-Ops","regions":["eu-west-1"]}],"from":"\(old.version)",\
                "principals":[{"added":["111122223333/Audit"],"list":"auditors","removed":[]}],"removed":[],\
                "settings":[],"to":"\(new.version)","users":[{"accounts":{"only":["111122223333"]},"from":"ops",\
                "id":"Ops","to":"sre"}]}
                """
        )
    }

    @Test("a summary fits a record however much changes, and fixes the whole by its hash")
    func summary() throws {
        let name = { (index: Int) in "Set\(index)" + String(repeating: "x", count: 24) }
        let roles = (0..<400).map { index -> JSON in
            let path = String(repeating: "p", count: 200) + "/"
            return ["role": .string("arn:aws:iam::111122223333:role/\(path)Role\(index)")]
        }
        let sets = (0..<2000).map { index -> (String, JSON) in
            (name(index), ["linuxUser": "ops", "nodes": ["accounts": [.string("1000\(10_000_000 + index / 4)")]]])
        }
        let map = try Self.map(.object(Dictionary(uniqueKeysWithValues: sets)), ["publishers": .array(roles)])
        let difference = RoleMapDifference(from: nil, to: map)
        let summary = difference.summary
        #expect(summary.canonicalBytes.count < 8192)
        #expect(summary["added"]?["count"] == 2000 && summary["users"]?["count"] == 2000)
        #expect(summary["principals"]?["count"] == 400 && summary["to"]?.text == map.version)
        #expect(summary["removed"] == nil)
        let less = RoleMapDifference(from: try Self.map([:]), to: map)
        #expect(less.summary["difference"] != summary["difference"])
    }

    @Test("scopes are taken from each other and meet as sets do")
    func scopes() throws {
        let ids = try (1...4).map { try AccountID("00000000000\($0)") }
        let scopes = [[], [0], [0, 1], [1, 2, 3]].flatMap { numbers -> [AccountScope] in
            let accounts = Set(numbers.map { ids[$0] })
            return [.only(accounts), .every(except: accounts)]
        }
        let has = { (scope: AccountScope, id: AccountID) in
            switch scope {
            case .only(let accounts): accounts.contains(id)
            case .every(let absent): !absent.contains(id)
            }
        }
        // The last account stands for all that nobody names.
        for left in scopes {
            for right in scopes {
                for id in ids {
                    #expect(has(left.subtracting(right), id) == (has(left, id) && !has(right, id)))
                    #expect(has(left.intersection(right), id) == (has(left, id) && has(right, id)))
                }
            }
        }
    }
}
