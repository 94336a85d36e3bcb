import AWSClient
import Foundation
import SessionCore
import TestSupport
import Testing

@Suite("shared files, held against botocore")
struct CredentialFilesTests {
    struct Case: Encodable {
        let environment: [String: String]
        let profile: String?
    }

    struct Found: Codable, Equatable {
        var key: String?
        var secret: String?
        var token: String?
    }

    struct Verdict: Decodable {
        let key: String?
        let secret: String?
        let token: String?
        let error: String?

        var found: Found { Found(key: key, secret: secret, token: token) }
    }

    struct Written: Sendable, CustomTestStringConvertible {
        let why: String
        var config: String?
        var credentials: String?
        var environment: [String: String] = [:]
        var profile: String?

        var testDescription: String { why }
    }

    static let keys = "aws_access_key_id = AKIA1\naws_secret_access_key = s1\n"
    static let printing =
        #"credential_process = /usr/bin/printf '{"Version":1,"AccessKeyId":"P1","SecretAccessKey":"ps","SessionToken":"pt"}'"#

    static let written: [Written] = [
        Written(why: "nothing at all"),
        Written(why: "the default profile of the credentials file", credentials: "[default]\n\(keys)"),
        Written(why: "the default profile of the config file", config: "[default]\n\(keys)"),
        Written(why: "[profile default]", config: "[profile default]\n\(keys)"),
        Written(why: "a profile by flag", config: "[profile ops]\n\(keys)", profile: "ops"),
        Written(why: "a profile by AWS_PROFILE", config: "[profile ops]\n\(keys)", environment: ["AWS_PROFILE": "ops"]),
        Written(
            why: "AWS_DEFAULT_PROFILE goes before AWS_PROFILE",
            credentials: "[a]\n\(keys)[b]\naws_access_key_id=B\naws_secret_access_key=b\n",
            environment: ["AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": "b"]
        ),
        Written(
            why: "the credentials file goes first",
            config: "[profile ops]\naws_access_key_id=C\naws_secret_access_key=c\n",
            credentials: "[ops]\n\(keys)aws_session_token=t\n",
            profile: "ops"
        ),
        Written(
            why: "a flag goes before the environment's keys",
            credentials: "[ops]\n\(keys)",
            environment: ["AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "e", "AWS_SESSION_TOKEN": "et"],
            profile: "ops"
        ),
        Written(
            why: "the environment's keys go before AWS_PROFILE",
            credentials: "[ops]\n\(keys)",
            environment: [
                "AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "e", "AWS_SESSION_TOKEN": "et", "AWS_PROFILE": "ops",
            ]
        ),
        Written(
            why: "the token's old name goes first",
            environment: [
                "AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "e", "AWS_SESSION_TOKEN": "n",
                "AWS_SECURITY_TOKEN": "o",
            ]
        ),
        Written(
            why: "half of the environment's keys",
            credentials: "[default]\n\(keys)",
            environment: ["AWS_ACCESS_KEY_ID": "E"]
        ),
        Written(
            why: "empty variables are unset",
            credentials: "[default]\n\(keys)",
            environment: ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""]
        ),
        Written(
            why: "half of a file's keys",
            config: "[default]\n\(keys)",
            credentials: "[default]\naws_access_key_id=A\n"
        ),
        Written(why: "a profile that is not there", credentials: "[default]\n\(keys)", profile: "gone"),
        Written(why: "a config section without the word profile", config: "[ops]\n\(keys)", profile: "ops"),
        Written(
            why: "a credentials section with the word profile",
            credentials: "[profile ops]\n\(keys)",
            profile: "ops"
        ),
        Written(why: "a quoted name", config: "[profile \"my ops\"]\n\(keys)", profile: "my ops"),
        Written(why: "a process", config: "[profile ops]\n\(printing)\n", profile: "ops"),
        Written(why: "a process in the credentials file", credentials: "[ops]\n\(printing)\n", profile: "ops"),
        Written(
            why: "keys in the config file come after a process",
            config: "[profile ops]\n\(keys)\(printing)\n",
            profile: "ops"
        ),
        Written(
            why: "keys in the credentials file come before a process",
            config: "[profile ops]\n\(printing)\n",
            credentials: "[ops]\n\(keys)",
            profile: "ops"
        ),
        Written(why: "a process that fails", config: "[default]\n\(keys)credential_process = /bin/false\n"),
        Written(
            why: "a process of another version",
            config: "[default]\ncredential_process = printf '{\"Version\":2}'\n"
        ),
        Written(why: "a process that prints no JSON", config: "[default]\ncredential_process = echo hello\n"),
        Written(
            why: "a process without a secret",
            config: #"[default]\#ncredential_process = printf '{"Version":1,"AccessKeyId":"A"}'"#
        ),
        Written(why: "defaults", credentials: "[DEFAULT]\naws_session_token=d\n[ops]\n\(keys)", profile: "ops"),
        Written(
            why: "values over lines",
            credentials: "[default]\naws_access_key_id = A\n\n  # no\n   B\naws_secret_access_key:s\n"
        ),
        Written(why: "blocks", config: "[default]\ns3 =\n  a = b\n\(keys)"),
        Written(why: "a block that is none", config: "[default]\ns3 =\n  a b\n\(keys)"),
        Written(why: "a repeated section", credentials: "[default]\n\(keys)[default]\n"),
        Written(why: "a repeated option", credentials: "[default]\n\(keys)aws_access_key_id=2\n"),
        Written(why: "a line before all sections", credentials: "aws_access_key_id=1\n[default]\n\(keys)"),
        Written(why: "a line without a value", credentials: "[default]\n\(keys)nothing\n"),
        Written(
            why: "Windows line ends",
            credentials: "[default]\r\naws_access_key_id=A\r\naws_secret_access_key=s\r\n"
        ),
        Written(why: "capitals in names", credentials: "[default]\nAWS_ACCESS_KEY_ID=A\nAws_Secret_Access_Key=s\n"),
        Written(
            why: "semicolons and hashes inside values",
            credentials: "[default]\naws_access_key_id=A\naws_secret_access_key=s ;# x\n"
        ),
        Written(
            why: "equals signs inside values",
            credentials: "[default]\naws_access_key_id=A\naws_secret_access_key=s=a:b=\n"
        ),
        Written(why: "a section line with more on it", credentials: "[default] ; x\n\(keys)"),
    ]

    @Test("files and environment give the credentials that botocore finds", arguments: [written])
    func likeBotocore(_ written: [Written]) async throws {
        try await compare(written)
    }

    @Test("files put together at random do too")
    func generated() async throws {
        var random = SeededGenerator(seed: 42)
        let lines = [
            "[default]", "[ops]", "[profile ops]", "[profile default]", "[DEFAULT]", " [ops]", "[profile  'ops']",
            "aws_access_key_id = A1",
            "aws_access_key_id=A2", "aws_secret_access_key = s1", "aws_secret_access_key: s2", "aws_session_token = t",
            "", "# c",
            "  ; c", "  more", "\tmore = x", "region = eu-west-1", "s3 =", "x", "= y", "aws_security_token = o",
            " aws_access_key_id = A3", "]", "[]", "[[a]]", "aws_secret_access_key = \u{A0}s3\u{2003}",
        ]
        let count = Generated.count(150)
        try await compare(
            (0..<count).map { number in
                Written(
                    why: "random \(number)",
                    config: random.pick([nil, "[profile ops]\n\(Self.keys)"]) ?? Self.text(lines, &random),
                    credentials: Self.text(lines, &random),
                    profile: random.pick([nil, "ops"])
                )
            }
        )
    }

    private static func text(_ lines: [String], _ random: inout SeededGenerator) -> String {
        "[\(random.pick(["default", "ops"]))]\n"
            + (0..<Int.random(in: 0...7, using: &random)).map { _ in random.pick(lines) }.joined(separator: "\n")
    }

    private func compare(_ written: [Written]) async throws {
        let folder = try Folder()
        var cases: [Case] = []
        var ours: [Found] = []
        // Nothing in these files is a reason to ask anybody.
        let transport = ScriptedTransport([])
        for (number, each) in written.enumerated() {
            let (config, credentials) = ("\(folder.path)/\(number).config", "\(folder.path)/\(number).credentials")
            if let text = each.config { try Data(text.utf8).write(to: URL(fileURLWithPath: config)) }
            if let text = each.credentials { try Data(text.utf8).write(to: URL(fileURLWithPath: credentials)) }
            let files = [
                "AWS_CONFIG_FILE": config, "AWS_SHARED_CREDENTIALS_FILE": credentials, "PATH": "/usr/bin:/bin",
                "AWS_EC2_METADATA_DISABLED": "true",
            ]
            let environment = each.environment.merging(files) { $1 }
            cases.append(Case(environment: environment, profile: each.profile))
            ours.append(
                await found(
                    CredentialChain(profile: each.profile, environment: environment, client: client(transport))
                )
            )
        }
        let verdicts: [Verdict] = try Botocore.judge("credentials", cases)
        for (index, verdict) in verdicts.enumerated() {
            let each = written[index]
            #expect(
                ours[index] == verdict.found,
                "\(each.why): \(verdict.error ?? "")\n\(each.config ?? "-")\n---\n\(each.credentials ?? "-")"
            )
        }
        #expect(verdicts.count == written.count)
        #expect(transport.isExhausted)
    }

    private func found(_ source: some CredentialSource) async -> Found {
        // A refusal counts as nothing found; its words have tests of their own.
        guard let credentials = try? await source.credentials() else { return Found() }
        return Found(
            key: credentials.accessKeyID,
            secret: credentials.secretAccessKey.reveal(),
            token: credentials.sessionToken?.reveal()
        )
    }
}

/// A folder that goes when the test does.
final class Folder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "aws-client-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // Left-overs in the temporary directory fail no test.
        try? FileManager.default.removeItem(atPath: path)
    }
}
