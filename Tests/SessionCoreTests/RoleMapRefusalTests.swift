import SessionCore
import Testing

/// Maps that are refused, with the place and the words.
@Suite struct RoleMapRefusalTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let why: String
        let entry: JSON
        let problems: [String]
        var testDescription: String { why }

        /// An entry that is right but for some members.
        init(_ why: String, _ members: [String: JSON], _ problems: String...) {
            self.why = why
            entry = .object(members.merging(["linuxUser": "ops"]) { given, _ in given })
            self.problems = problems
        }
    }

    static let members =
        "commands, limits, linuxUser, logging, nodes, ports, reason, sessions, ticket"
    static let user =
        "Expected a Linux user: small letters, digits, _ and -, at most 32, a letter or _ first."
    static let tagValue = "Expected a tag's value: at most 256 letters, digits, spaces and _.:/=+-@."
    static let tagKey = "Not a tag's key: 1 to 128 letters, digits, spaces and _.:/=+-@."
    static let logGroup = "Expected a log group's name: at most 512 letters, digits and _-/.#."
    static let prefix = "Expected the beginning of a key: at most 512 letters, digits and _-/.=."
    static let key = "Expected a KMS key's ARN, arn:aws:kms:<Region>:<account>:key/<id>."

    static let refusals = [
        Refusal(
            "root",
            ["linuxUser": "root"],
            "linuxUser: The user root has rights of its own, so no map may give it."
        ),
        Refusal(
            "accounts of which none is left",
            ["nodes": ["accounts": []]],
            "nodes.accounts: Expected at least one; leave accounts out for all."
        ),
        Refusal(
            "Regions of which none is left",
            ["nodes": ["regions": []]],
            "nodes.regions: Expected at least one; leave regions out for all."
        ),
        Refusal(
            "tags of which none is left",
            ["nodes": ["tags": [:]]],
            "nodes.tags: Expected at least one tag; leave tags out for any."
        ),
        Refusal(
            "a session that ends before it idles",
            ["limits": ["idleMinutes": 60, "maximumMinutes": 5]],
            "limits.maximumMinutes: A session of 5 minutes never idles 60."
        ),
        Refusal("a number for a user", ["linuxUser": 1000], "linuxUser: \(user)"),
        Refusal("no user", ["linuxUser": .null], "linuxUser: Missing; expected \(user.dropFirst(9))"),
        Refusal(
            "a misspelt member",
            ["linuxUsr": "ops"],
            "linuxUsr: Unknown member; linuxUser is meant? Known here: \(members)."
        ),
        Refusal(
            "an unknown kind",
            ["sessions": ["shell", "scp"]],
            "sessions.1: Expected one of shell, command, port, ssh."
        ),
        Refusal("no kind", ["sessions": []], "sessions: Expected at least one of shell, command, port, ssh."),
        Refusal(
            "a kind that is no list",
            ["sessions": "shell"],
            "sessions: Expected a list."
        ),
        Refusal("a wrong word for a reason", ["reason": "yes"], "reason: Expected required or optional."),
        Refusal("a truth value for a ticket", ["ticket": true], "ticket: Expected required or optional."),
        Refusal("nodes that are a list", ["nodes": []], "nodes: Expected an object with named members."),
        Refusal(
            "an unknown rule for nodes",
            ["nodes": ["names": ["web-1"]]],
            "nodes.names: Unknown member; known here: accounts, regions, tags."
        ),
        Refusal(
            "an account without quotes",
            ["nodes": ["accounts": [111_122_223_333]]],
            "nodes.accounts.0: Expected an account number of twelve digits, in quotes."
        ),
        Refusal(
            "a pattern for a Region",
            ["nodes": ["regions": ["eu-west-1", "eu-*"]]],
            "nodes.regions.1: Expected a Region as eu-west-1."
        ),
        Refusal(
            "tags whose keys differ only in case",
            ["nodes": ["tags": ["Role": ["db"], "role": ["web"]]]],
            "nodes.tags.role: The key Role differs only in case; a session policy cannot tell them apart."
        ),
        Refusal(
            "tags that are a list",
            ["nodes": ["tags": ["Role"]]],
            "nodes.tags: Expected an object with named members."
        ),
        Refusal(
            "a tag without values",
            ["nodes": ["tags": ["Role": []]]],
            "nodes.tags.Role: Expected a list with at least one value."
        ),
        Refusal(
            "a tag's value that is no list",
            ["nodes": ["tags": ["Role": "db"]]],
            "nodes.tags.Role: Expected a list.",
            "nodes.tags.Role: Expected a list with at least one value."
        ),
        Refusal(
            "a policy variable in a tag",
            ["nodes": ["tags": ["Role": ["db", "${aws:username}"]]]],
            "nodes.tags.Role.1: \(tagValue)"
        ),
        Refusal(
            "a pattern in a tag",
            ["nodes": ["tags": ["Role": ["db", "d*", "d?"]]]],
            "nodes.tags.Role.1: \(tagValue)",
            "nodes.tags.Role.2: \(tagValue)"
        ),
        Refusal("a quote in a tag's key", ["nodes": ["tags": ["a\"b": ["v"]]]], "nodes.tags.a\"b: \(tagKey)"),
        Refusal("an empty key", ["nodes": ["tags": ["": ["v"]]]], "nodes.tags.: \(tagKey)"),
        Refusal(
            "a long key",
            ["nodes": ["tags": [String(repeating: "k", count: 129): ["v"]]]],
            "nodes.tags.\(String(repeating: "k", count: 129)): \(tagKey)"
        ),
        Refusal(
            "a long value",
            ["nodes": ["tags": ["k": ["v", .string(String(repeating: "v", count: 257))]]]],
            "nodes.tags.k.1: \(tagValue)"
        ),
        Refusal(
            "more tags than fit",
            ["nodes": ["tags": ["k": .array([JSON](repeating: "123456", count: 109))]]],
            "nodes.tags: The tags take 1004 bytes of the session policy; at most 1000 fit."
        ),
        Refusal(
            "an idle time of nothing",
            ["limits": ["idleMinutes": 0]],
            "limits.idleMinutes: Expected a whole number from 1 to 60."
        ),
        Refusal(
            "an idle time of 61",
            ["limits": ["idleMinutes": 61]],
            "limits.idleMinutes: Expected a whole number from 1 to 60."
        ),
        Refusal(
            "a day and a minute",
            ["limits": ["maximumMinutes": 1441]],
            "limits.maximumMinutes: Expected a whole number from 1 to 1440."
        ),
        Refusal(
            "minutes as text",
            ["limits": ["maximumMinutes": "60"]],
            "limits.maximumMinutes: Expected a whole number from 1 to 1440."
        ),
        Refusal(
            "no sessions at all",
            ["limits": ["concurrentSessions": 0]],
            "limits.concurrentSessions: Expected a whole number from 1 to 100."
        ),
        Refusal(
            "more sessions than anybody has use for",
            ["limits": ["concurrentSessions": 101]],
            "limits.concurrentSessions: Expected a whole number from 1 to 100."
        ),
        Refusal(
            "a limit that is not kept",
            ["limits": ["sessions": 1]],
            "limits.sessions: Unknown member; known here: concurrentSessions, idleMinutes, maximumMinutes."
        ),
        Refusal(
            "what the agent would expand",
            ["logging": ["cloudWatchLogGroup": "{{ssm:secret}}"]],
            "logging.cloudWatchLogGroup: \(logGroup)"
        ),
        Refusal(
            "an unknown variable",
            ["logging": ["cloudWatchLogGroup": "${user}"]],
            "logging.cloudWatchLogGroup: \(logGroup)"
        ),
        Refusal(
            "an empty log group",
            ["logging": ["cloudWatchLogGroup": ""]],
            "logging.cloudWatchLogGroup: \(logGroup)"
        ),
        Refusal(
            "a bucket with a slash",
            ["logging": ["s3Bucket": "logs/x"]],
            "logging.s3Bucket: Expected a bucket's name."
        ),
        Refusal(
            "a bucket of two characters",
            ["logging": ["s3Bucket": "lo"]],
            "logging.s3Bucket: Expected a bucket's name."
        ),
        Refusal("a space in a prefix", ["logging": ["s3KeyPrefix": "a b"]], "logging.s3KeyPrefix: \(prefix)"),
        Refusal(
            "every key",
            ["logging": ["kmsKey": "arn:aws:kms:eu-west-1:111122223333:key/*"]],
            "logging.kmsKey: \(key)"
        ),
        Refusal(
            "a key's id alone",
            ["logging": ["kmsKey": "1234abcd-12ab-34cd-56ef-1234567890ab"]],
            "logging.kmsKey: \(key)"
        ),
        Refusal(
            "a key's alias, on which IAM grants nothing",
            ["logging": ["kmsKey": "arn:aws:kms:eu-west-1:111122223333:alias/ssm"]],
            "logging.kmsKey: \(key)"
        ),
        Refusal(
            "the ARN of something else",
            ["logging": ["kmsKey": "arn:aws:iam::111122223333:role/x-y-z"]],
            "logging.kmsKey: \(key)"
        ),
        Refusal(
            "a key in no Region",
            ["logging": ["kmsKey": "arn:aws:kms::111122223333:key/1234abcd"]],
            "logging.kmsKey: \(key)"
        ),
        Refusal(
            "a key in no partition",
            ["logging": ["kmsKey": "arn:mars:kms:eu-west-1:111122223333:key/1234abcd"]],
            "logging.kmsKey: \(key)"
        ),
    ]

    static func lines(_ json: JSON) throws -> [String] {
        let rejection = try #require(throws: RoleMap.Rejection.self) { try RoleMap(json: json) }
        return rejection.problems.map { "\($0.path.joined(separator: ".")): \($0.explanation)" }
    }

    @Test("an entry that is wrong is refused, with the place and what would be right", arguments: refusals)
    func refuses(_ refusal: Refusal) throws {
        let lines = try Self.lines(["version": 1, "permissionSets": ["Ops": refusal.entry]])
        #expect(lines == refusal.problems.map { "permissionSets.Ops.\($0)" })
    }
}
