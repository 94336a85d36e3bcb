import BrokerService
import SessionCore

/// The people, accounts and nodes of the tests: the fixed cast of the local system.
enum Cast {
    static let region = "eu-west-1"
    static let webNode = "i-0aaaaaaaaaaaaaaa1"
    static let dbNode = "i-0bbbbbbbbbbbbbbb2"
    static let batchNode = "i-0ccccccccccccccc3"
    static let windowsNode = "i-0ddddddddddddddd4"
    static let offlineNode = "i-0eeeeeeeeeeeeeee5"
    static let silentNode = "i-0fffffffffffffff6"
    static let first = "111122223333"
    static let second = "444455556666"
    /// An account that the deployment does not serve.
    static let foreign = "777788889999"

    static let map: JSON = [
        "administrators": [["account": .string(first), "permissionSet": "BrokerAdmin"]],
        "auditors": [["account": .string(first), "permissionSet": "SecurityAudit"]],
        "permissionSets": [
            "BatchOperator": ["linuxUser": "batchops", "nodes": ["accounts": [.string(second)]]],
            "Careful": ["linuxUser": "careful", "reason": "required", "ticket": "required"],
            "DatabaseAdmin": [
                "linuxUser": "dbadmin",
                "logging": ["kmsKey": "arn:aws:kms:${region}:${account}:key/0f0f0f0f-1111-4222-8333-444444444444"],
                "nodes": ["regions": [.string(region)]],
            ],
            "Forbidden": ["linuxUser": "oracle"],
            "WebOperator": ["linuxUser": "webops", "nodes": ["tags": ["Role": ["web"]]]],
        ],
        "version": 1,
    ]

    static func ceiling() throws -> Ceiling {
        Ceiling(
            accounts: [try AccountID(first), try AccountID(second)],
            forbiddenLinuxUsers: ["oracle"],
            bootstrapAdministrators: [
                RoleMap.Principal(account: try AccountID(first), permissionSet: try PermissionSetName("Bootstrap"))
            ]
        )
    }
}

/// One signed-in person, as the front door vouches for them.
struct Person: Sendable {
    var user: String
    var permissionSet: String
    var account: String = Cast.first
    var suffix: String = "0123456789abcdef"
    var roleID: String
    var path: String = "/aws-reserved/sso.amazonaws.com/eu-west-1/"

    var roleName: String { "AWSReservedSSO_\(permissionSet)_\(suffix)" }
    var arn: String { "arn:aws:sts::\(account):assumed-role/\(roleName)/\(user)" }
    var accessKeyID: String { "ASIACALLER\(user.uppercased())" }

    var caller: BrokerRequest.Caller {
        BrokerRequest.Caller(
            arn: arn,
            callerID: "\(roleID):\(user)",
            account: account,
            accessKeyID: accessKeyID,
            organization: "o-cast",
            sourceIP: "203.0.113.10",
            userAgent: "ssm-broker/0.1.0"
        )
    }

    static let alice = Person(user: "alice", permissionSet: "DatabaseAdmin", roleID: "AROACASTDATABASEADM01")
    static let aliceOnWeb = Person(user: "alice", permissionSet: "WebOperator", roleID: "AROACASTWEBOPERATOR01")
    static let aliceAdministers = Person(user: "alice", permissionSet: "BrokerAdmin", roleID: "AROACASTBROKERADMIN01")
    /// The same name and permission set in another account, where Identity Center's roles have no Region in the path.
    static let aliceElsewhere = Person(
        user: "alice",
        permissionSet: "DatabaseAdmin",
        account: Cast.second,
        suffix: "fedcba9876543210",
        roleID: "AROACASTDATABASEADM02",
        path: "/aws-reserved/sso.amazonaws.com/"
    )
    static let carol = Person(user: "carol", permissionSet: "DatabaseAdmin", roleID: "AROACASTDATABASEADM01")
    static let dave = Person(
        user: "dave",
        permissionSet: "BatchOperator",
        account: Cast.second,
        roleID: "AROACASTBATCHOPERAT01"
    )
    /// The same permission set where the map does not admit it.
    static let daveElsewhere = Person(user: "dave", permissionSet: "BatchOperator", roleID: "AROACASTBATCHOPERAT02")
    static let erin = Person(user: "erin", permissionSet: "Careful", roleID: "AROACASTCAREFUL000001")
    static let frank = Person(user: "frank", permissionSet: "Forbidden", roleID: "AROACASTFORBIDDEN0001")
    static let root = Person(user: "rita", permissionSet: "Bootstrap", roleID: "AROACASTBOOTSTRAP0001")
    static let sam = Person(user: "sam", permissionSet: "SecurityAudit", roleID: "AROACASTSECURITYAUD01")
    static let bob = Person(user: "bob", permissionSet: "ReadOnly", roleID: "AROACASTREADONLY00001")

    /// Everybody whose role Identity Center made.
    static let all = [
        alice, aliceOnWeb, aliceAdministers, aliceElsewhere, dave, daveElsewhere, erin, frank, root, sam, bob,
    ]

    /// The same person under a hand-made role that only looks like theirs.
    func lookAlike() -> Person {
        var other = self
        other.user = "mallory"
        other.suffix = "aaaaaaaaaaaaaaaa"
        other.roleID = "AROACASTHANDMADE00001"
        other.path = "/"
        return other
    }
}
