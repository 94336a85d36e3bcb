import SessionCore
import Testing

/// Who asks, from the ARN and caller id that the front door vouches for.
@Suite struct CallerIdentityTests {
    struct Accepted: Sendable, CustomTestStringConvertible {
        let why: String
        var partition = "aws"
        var set = "DatabaseAdmin"
        var suffix = "0123456789abcdef"
        var user = "alice"
        var testDescription: String { why }
    }

    static let accepted =
        Partition.allCases.map { Accepted(why: "partition \($0.rawValue)", partition: $0.rawValue) } + [
            Accepted(why: "a name with an underscore", set: "Data_base_Admin"),
            Accepted(why: "a name that ends as a suffix does", set: "Ops_0123456789abcdef"),
            Accepted(why: "a name that is a suffix", set: "0123456789abcdef"),
            Accepted(why: "a name of underscores", set: "____"),
            Accepted(why: "a name that begins as the role does", set: "AWSReservedSSO_X"),
            Accepted(why: "every character that is no letter or digit", set: "_+=,.@-"),
            Accepted(why: "all letters", set: "abcdefghijklmnopqrstuvwxyzABCDEF"),
            Accepted(why: "the other letters and the digits", set: "GHIJKLMNOPQRSTUVWXYZ0123456789"),
            Accepted(why: "one character", set: "A"),
            Accepted(why: "32 characters, in a role name of 64", set: String(repeating: "n", count: 32)),
            Accepted(why: "another suffix", suffix: "ffffffffffffffff"),
            Accepted(why: "a user of two characters", user: "al"),
            Accepted(why: "a user of 64 characters", user: String(repeating: "u", count: 64)),
            Accepted(why: "an address for a user", user: "alice.b+x=y,z@example-1.com_"),
        ]

    @Test("a permission-set session is taken apart, the suffix from the right", arguments: accepted)
    func accepts(_ example: Accepted) throws {
        let arn =
            "arn:\(example.partition):sts::012345678901:assumed-role/"
            + "AWSReservedSSO_\(example.set)_\(example.suffix)/\(example.user)"
        let caller = try CallerIdentity(
            arn: arn,
            callerID: "AROA0123456789ABCDEF:\(example.user)",
            account: "012345678901"
        )
        #expect(caller.arn.partition.rawValue == example.partition)
        #expect(caller.account.digits == "012345678901")
        #expect(caller.role == .permissionSet(try PermissionSetName(example.set), suffix: example.suffix))
        #expect(caller.isPerson && caller.permissionSet?.name == example.set)
        #expect(caller.title == "permission set \(example.set)")
        #expect(caller.user == example.user)
        #expect(caller.roleID == "AROA0123456789ABCDEF")
        #expect(caller.arn.text == arn)
        #expect(
            caller.owner == SessionOwner(account: "012345678901", roleID: "AROA0123456789ABCDEF", user: example.user)
        )
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let why: String
        let arn: String
        var callerID = "AROA0123456789ABCDEF:alice"
        var account = "111122223333"
        let rejection: CallerIdentity.Rejection
        var testDescription: String { why }
    }

    static func role(_ name: String) -> String { "arn:aws:sts::111122223333:assumed-role/\(name)/alice" }

    static let good = role("AWSReservedSSO_Ops_0123456789abcdef")

    static let refusals = [
        Refusal(why: "nothing", arn: "", rejection: .arn(.notAnSTSARN)),
        Refusal(why: "an IAM user", arn: "arn:aws:iam::111122223333:user/alice", rejection: .arn(.notAnSTSARN)),
        Refusal(
            why: "the role itself",
            rejection: .arn(.notAnSTSARN),
            "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef"
        ),
        Refusal(
            why: "an ARN with a Region",
            rejection: .arn(.notAnSTSARN),
            "arn:aws:sts:eu-west-1:111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/alice"
        ),
        Refusal(why: "an ARN with a part more", arn: good + ":x", rejection: .arn(.notAnSTSARN)),
        Refusal(why: "capitals", arn: "ARN" + good.dropFirst(3), rejection: .arn(.notAnSTSARN)),
        Refusal(why: "a space before", arn: " " + good, rejection: .arn(.notAnSTSARN)),
        Refusal(
            why: "an unknown partition",
            rejection: .arn(.partition("aws-mars")),
            "arn:aws-mars:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/alice"
        ),
        Refusal(
            why: "a short account",
            rejection: .arn(.account(.length(1))),
            "arn:aws:sts::1:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/alice"
        ),
        Refusal(
            why: "an account that is no number",
            rejection: .arn(.account(.notDigits)),
            "arn:aws:sts::11112222333x:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/alice"
        ),
        Refusal(
            why: "a federated user",
            arn: "arn:aws:sts::111122223333:federated-user/alice",
            rejection: .arn(.notAnAssumedRole)
        ),
        Refusal(
            why: "no session",
            rejection: .arn(.notAnAssumedRole),
            "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef"
        ),
        Refusal(
            why: "a path in the ARN",
            rejection: .arn(.notAnAssumedRole),
            "arn:aws:sts::111122223333:assumed-role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef/alice"
        ),
        Refusal(why: "no role name", arn: role(""), rejection: .arn(.roleName)),
        Refusal(
            why: "a role name of 65 characters",
            arn: role("AWSReservedSSO_" + String(repeating: "n", count: 33) + "_0123456789abcdef"),
            rejection: .arn(.roleName)
        ),
        Refusal(
            why: "a letter that Unicode holds for equal",
            arn: role("AWSReservedSSO_\u{212A}_0123456789abcdef"),
            rejection: .arn(.roleName)
        ),
        Refusal(
            why: "a letter with an accent",
            arn: role("AWSReservedSSO_Opé_0123456789abcdef"),
            rejection: .arn(.roleName)
        ),
        Refusal(
            why: "a space in the name",
            arn: role("AWSReservedSSO_O s_0123456789abcdef"),
            rejection: .arn(.roleName)
        ),
        Refusal(why: "a session name of one character", arn: String(good.dropLast(4)), rejection: .arn(.sessionName)),
        Refusal(
            why: "a session name of 65 characters",
            arn: good + String(repeating: "a", count: 60),
            rejection: .arn(.sessionName)
        ),
        Refusal(why: "a line end in the session name", arn: good + "\r\n", rejection: .arn(.sessionName)),
        Refusal(why: "another account beside the ARN", arn: good, account: "444455556666", rejection: .accountMismatch),
        Refusal(why: "no account beside the ARN", arn: good, account: "", rejection: .accountMismatch),
        Refusal(why: "no suffix", arn: role("AWSReservedSSO_Ops"), rejection: .notReserved("AWSReservedSSO_Ops")),
        Refusal(
            why: "a suffix of 15",
            arn: role("AWSReservedSSO_Ops_0123456789abcde"),
            rejection: .notReserved("AWSReservedSSO_Ops_0123456789abcde")
        ),
        Refusal(
            why: "a suffix in capitals",
            arn: role("AWSReservedSSO_Ops_0123456789ABCDEF"),
            rejection: .notReserved("AWSReservedSSO_Ops_0123456789ABCDEF")
        ),
        Refusal(
            why: "a suffix without underscore",
            arn: role("AWSReservedSSO_Ops-0123456789abcdef"),
            rejection: .notReserved("AWSReservedSSO_Ops-0123456789abcdef")
        ),
        Refusal(
            why: "a suffix and no name",
            arn: role("AWSReservedSSO_0123456789abcdef"),
            rejection: .notReserved("AWSReservedSSO_0123456789abcdef")
        ),
        Refusal(
            why: "an empty name",
            arn: role("AWSReservedSSO__0123456789abcdef"),
            rejection: .permissionSet(.length(0))
        ),
        Refusal(why: "no caller id", arn: good, callerID: "", rejection: .callerID),
        Refusal(why: "a caller id without session", arn: good, callerID: "AROA0123456789ABCDEF", rejection: .callerID),
        Refusal(why: "the session of another", arn: good, callerID: "AROA0123456789ABCDEF:bob", rejection: .callerID),
        Refusal(
            why: "a session with something behind",
            arn: good,
            callerID: "AROA0123456789ABCDEF:alice:x",
            rejection: .callerID
        ),
        Refusal(why: "a user's id", arn: good, callerID: "AIDA0123456789ABCDEF:alice", rejection: .callerID),
        Refusal(why: "an id in small letters", arn: good, callerID: "AROA0123456789abcdef:alice", rejection: .callerID),
        Refusal(why: "a short id", arn: good, callerID: "AROA0123456789A:alice", rejection: .callerID),
        Refusal(
            why: "a long id",
            arn: good,
            callerID: "AROA" + String(repeating: "A", count: 125) + ":alice",
            rejection: .callerID
        ),
    ]

    @Test("everyone else is refused, with the reason", arguments: refusals)
    func refuses(_ refusal: Refusal) {
        #expect(throws: refusal.rejection) {
            try CallerIdentity(arn: refusal.arn, callerID: refusal.callerID, account: refusal.account)
        }
    }
}

extension CallerIdentityTests.Refusal {
    /// A refusal whose ARN is too long to stand beside the rest.
    init(why: String, rejection: CallerIdentity.Rejection, _ arn: String) {
        self.init(why: why, arn: arn, rejection: rejection)
    }
}
