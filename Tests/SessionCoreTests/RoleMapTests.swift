import Digests
import Testing

@testable import SessionCore

/// Maps that are accepted, and what they mean.
@Suite struct RoleMapTests {
    @Test("the repository's map gives what it says")
    func repository() throws {
        let map = try Cast.map()
        #expect(Set(map.entries.keys.map(\.name)) == ["DatabaseAdmin", "WebOperator", "BatchOperator"])
        let entry = try #require(map.entries[PermissionSetName("DatabaseAdmin")])
        #expect(entry.linuxUser.name == "dbadmin")
        #expect(entry.kinds == [.shell, .command, .port])
        let hosts = [RoleMap.PortRule.Host.node, .exact("db.internal")]
        #expect(entry.ports == RoleMap.PortRule(remote: [5432...5432, 15_000...15_999], hosts: hosts))
        #expect(entry.commands == RoleMap.CommandRule())
        #expect(try map.entries[PermissionSetName("WebOperator")]?.kinds == [.shell, .ssh])
        #expect(entry.nodes.accounts == [try AccountID(Cast.account)])
        #expect(entry.nodes.regions == [try Region("eu-west-1")])
        #expect(entry.nodes.tags == ["Role": ["db", "web"]])
        #expect(entry.limits == RoleMap.Limits(idleMinutes: 20, maximumMinutes: 480))
        #expect(!entry.needsReason && !entry.needsTicket)
        let batch = try #require(map.entries[PermissionSetName("BatchOperator")])
        #expect(batch.needsReason)
        #expect(batch.limits.concurrentSessions == 3)
        #expect(entry.limits.sessionLimit == nil)
    }

    @Test("an entry needs a Linux user and nothing else")
    func defaults() throws {
        let map = try RoleMap(json: ["version": 1, "permissionSets": ["Ops": ["linuxUser": "ops"]]])
        let entry = try #require(map.entries[PermissionSetName("Ops")])
        #expect(entry.linuxUser.name == "ops")
        #expect(entry.kinds == [.shell])
        #expect(entry.nodes == RoleMap.NodeRule(accounts: [], regions: [], tags: [:]))
        #expect(entry.limits == RoleMap.Limits(idleMinutes: 20, maximumMinutes: nil))
        #expect(!entry.needsReason && !entry.needsTicket)
        #expect(entry.logging == .inherit(RoleMap.AccountLogging()))
        #expect(map.administrators.isEmpty && map.auditors.isEmpty)
    }

    @Test("a null member is a missing one")
    func nulls() throws {
        let map = try Cast.map("DatabaseAdmin", with: ["nodes": .null, "limits": .null, "reason": .null])
        let entry = try #require(map.entries[PermissionSetName("DatabaseAdmin")])
        #expect(entry.nodes == RoleMap.NodeRule(accounts: [], regions: [], tags: [:]))
        #expect(entry.limits == RoleMap.Limits(idleMinutes: 20, maximumMinutes: nil))
    }

    @Test("every part of an entry is read")
    func whole() throws {
        let map = try Cast.map(
            "Ops+x=1,@-._",
            with: [
                "linuxUser": "ops", "sessions": ["shell", "shell"], "reason": "required", "ticket": "required",
                "limits": ["idleMinutes": 60, "maximumMinutes": 1440, "concurrentSessions": 100],
                "nodes": [
                    "accounts": ["000000000001"], "regions": ["us-gov-west-1", "eu-west-1"],
                    "tags": ["Kostenstelle ä": ["", "a b_.:/=+-@1½"], "k": ["v"]],
                ],
                "logging": [
                    "cloudWatchLogGroup": "/sessions/${account}/${region}#1", "s3Bucket": "logs-${account}-${region}",
                    "s3KeyPrefix": "a=b/c.d_e-f", "kmsKey": "arn:aws:kms:${region}:${account}:key/mrk-1234abcd",
                ],
            ]
        )
        let entry = try #require(map.entries[PermissionSetName("Ops+x=1,@-._")])
        #expect(entry.needsReason && entry.needsTicket)
        #expect(entry.limits == RoleMap.Limits(idleMinutes: 60, maximumMinutes: 1440, concurrentSessions: 100))
        #expect(entry.limits.sessionLimit == SessionLimit(maximum: 100))
        #expect(entry.nodes.accounts.map(\.digits) == ["000000000001"])
        #expect(entry.nodes.regions.map(\.name).sorted() == ["eu-west-1", "us-gov-west-1"])
        #expect(entry.nodes.tags == ["Kostenstelle ä": ["", "a b_.:/=+-@1½"], "k": ["v"]])
        #expect(
            entry.logging
                == .explicit(
                    RoleMap.Logging(
                        cloudWatchLogGroup: "/sessions/${account}/${region}#1",
                        s3Bucket: "logs-${account}-${region}",
                        s3KeyPrefix: "a=b/c.d_e-f",
                        kmsKey: "arn:aws:kms:${region}:${account}:key/mrk-1234abcd"
                    )
                )
        )
    }

    @Test("the version is the hash of the canonical map, whatever the order and white space it was written in")
    func version() throws {
        let bytes = try Repository.bytes("Tests/Fixtures/core/role-map.json")
        let map = try RoleMap(json: JSON(parsing: bytes))
        // jq -cS . role-map.json | tr -d '\n' | sha256sum; jq's order is RFC 8785's for names in ASCII.
        #expect(map.version == "7834a719dbecd700ec6776388e8468aaee2f4417311869ef13b153e243a4ae75")
        #expect(map.version == Hexadecimal.text(SHA256.hash(map.canonicalBytes)))
        #expect(try RoleMap(json: JSON(parsing: map.canonicalBytes)) == map)
        #expect(map.canonicalBytes != bytes)
        #expect(try Cast.map("DatabaseAdmin", with: ["ticket": "required"]).version != map.version)
    }

    @Test("a name gives rights in its own account only")
    func principals() throws {
        let map = try Cast.map()
        let administrator = try #require(map.administrators.first)
        #expect(map.administrators.count == 1 && map.auditors.count == 1)
        #expect(administrator.admits(try Cast.caller("alice", "BrokerAdmin")))
        #expect(!administrator.admits(try Cast.caller("alice", "BrokerAdmin", account: "444455556666")))
        #expect(!administrator.admits(try Cast.caller("alice", "brokeradmin")))
        #expect(!administrator.admits(try Cast.caller("alice", "SecurityAudit")))
    }

    @Test("a permission set's name has 1 to 32 characters of IAM's alphabet")
    func names() throws {
        #expect(try PermissionSetName("_+=,.@-").name == "_+=,.@-")
        #expect(throws: PermissionSetName.Rejection.length(0)) { try PermissionSetName("") }
        #expect(throws: PermissionSetName.Rejection.length(33)) {
            try PermissionSetName(String(repeating: "n", count: 33))
        }
        for character in [" ", "/", ":", "*", "?", "$", "{", "é", "\u{212A}", "\n", "\r\n", "\0"] as [Character] {
            #expect(throws: PermissionSetName.Rejection.character(character)) { try PermissionSetName("A\(character)") }
        }
    }
}
