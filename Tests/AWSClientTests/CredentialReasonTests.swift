import AWSClient
import Foundation
import SessionCore
import TestSupport
import Testing

@Suite("why there are no credentials")
struct CredentialReasonTests {
    typealias Attempt = CredentialsNotFound.Attempt

    @Test("every place looked at keeps its own reason")
    func nothing() async throws {
        let folder = try Folder()
        try Data("[profile ops]\nregion = eu-west-1\n".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/config"))
        let environment = [
            "HOME": folder.path, "AWS_CONFIG_FILE": "$HOME/config", "AWS_SHARED_CREDENTIALS_FILE": "~/credentials",
            "AWS_PROFILE": "ops", "AWS_EC2_METADATA_DISABLED": "true",
        ]
        let failure = await #expect(throws: CredentialsNotFound.self) {
            try await CredentialChain(
                profile: nil,
                environment: environment,
                client: client(ScriptedTransport([]))
            ).credentials()
        }
        #expect(
            failure?.tried == [
                Attempt(source: "environment variables", reason: "AWS_ACCESS_KEY_ID is not set"),
                Attempt(source: "profile ops in \(folder.path)/credentials", reason: "there is no such file"),
                Attempt(source: "credential_process of profile ops", reason: "the profile names none"),
                Attempt(source: "profile ops in \(folder.path)/config", reason: "it has no aws_access_key_id"),
                Attempt(source: "container credentials", reason: "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set"),
                Attempt(source: "EC2 instance metadata", reason: "AWS_EC2_METADATA_DISABLED is true"),
            ]
        )
    }

    @Test("a console login stops the search and names the way out")
    func consoleLogin() async throws {
        let folder = try Folder()
        let keys = "aws_access_key_id=A\naws_secret_access_key=SECRET\n"
        try Data("[profile ops]\n\(keys)login_session=x\n".utf8).write(
            to: URL(fileURLWithPath: "\(folder.path)/config")
        )
        let environment = ["AWS_CONFIG_FILE": "\(folder.path)/config", "AWS_SHARED_CREDENTIALS_FILE": ""]
        let failure = await #expect(throws: CredentialsNotFound.self) {
            try await CredentialChain(
                profile: "ops",
                environment: environment,
                client: client(ScriptedTransport([]))
            ).credentials()
        }
        let last = try #require(failure?.tried.last)
        #expect(last.reason.contains("console login"))
        #expect(last.fix == "eval \"$(aws configure export-credentials --profile ops --format env)\"")
        #expect(failure?.description.contains("SECRET") == false)
    }

    @Test("a file that is no INI is named with the line")
    func malformed() async throws {
        let folder = try Folder()
        try Data("[default]\nSECRET\n".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/c"))
        let environment = ["AWS_CONFIG_FILE": "", "AWS_SHARED_CREDENTIALS_FILE": "\(folder.path)/c"]
        let failure = await #expect(throws: CredentialsNotFound.self) {
            try await ProfileCredentials(
                profile: nil,
                environment: environment,
                client: client(ScriptedTransport([]))
            ).credentials()
        }
        #expect(failure?.tried == [Attempt(source: "\(folder.path)/c", reason: "cannot be read: malformed(line: 2)")])
    }

    struct Process: Sendable, CustomTestStringConvertible {
        let why: String
        let command: String
        let reason: String

        var testDescription: String { why }
    }

    static let processes = [
        Process(
            why: "not there",
            command: "/nonexistent/x SECRET",
            reason: "it cannot be started: No such file or directory"
        ),
        Process(
            why: "not on the path",
            command: "no-such-program",
            reason: "it cannot be started: No such file or directory"
        ),
        Process(why: "an empty line", command: "  ", reason: "it cannot be started: No such file or directory"),
        Process(why: "an open quotation", command: "x 'SECRET", reason: "the command line ends inside a quotation"),
        Process(why: "an open escape", command: "x SECRET\\", reason: "the command line ends inside an escape"),
        Process(
            why: "its own words",
            command: "sh -c 'echo first >&2; echo second >&2; echo SECRET; exit 3'",
            reason: "it ended with status 3: first / second"
        ),
        Process(why: "killed", command: "sh -c 'kill -9 $$'", reason: "it ended with status 137"),
        Process(
            why: "no JSON",
            command: "echo SECRET",
            reason: "what it printed is not the JSON of a credential process"
        ),
        Process(why: "no version", command: "echo {}", reason: "its output is of version none, not 1"),
        Process(
            why: "a time that is none",
            command: #"echo '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"SECRET","Expiration":"soon"}'"#,
            reason: "its Expiration is not an RFC 3339 time"
        ),
        Process(why: "too slow", command: "sleep 30", reason: "it took longer than 300 ms"),
        Process(
            why: "too slow after its last word",
            command: "sh -c 'exec >&- 2>&-; sleep 30'",
            reason: "it took longer than 300 ms"
        ),
        Process(why: "endless", command: "yes SECRET", reason: "it printed more than any credentials are long"),
    ]

    @Test("a process that gives no credentials says why, and shows nothing it printed", arguments: processes)
    func process(_ process: Process) async throws {
        let source = CredentialProcess(
            command: process.command,
            environment: ["PATH": "/usr/bin:/bin"],
            milliseconds: 300,
            standardError: Self.nowhere
        )
        let failure = await #expect(throws: CredentialsNotFound.self) { try await source.credentials() }
        #expect(failure?.tried.map(\.reason) == [process.reason])
        #expect(failure?.description.contains("SECRET") == false)
    }

    private static let nowhere = open("/dev/null", O_WRONLY)

    @Test("a process gets the environment, its standard error is copied, its output is read")
    func processWorks() async throws {
        let folder = try Folder()
        let errors = open("\(folder.path)/errors", O_WRONLY | O_CREAT, 0o600)
        let script = #"""
            echo "asking" >&2
            printf '{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"s","SessionToken":"","Expiration":"2026-11-21T12:00:00Z"}' "$WHO"
            """#
        try Data(script.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/my script"))
        let source = CredentialProcess(
            command: "sh '\(folder.path)/my script'",
            environment: ["PATH": "/usr/bin:/bin", "WHO": "AKIA7"],
            standardError: errors
        )
        let credentials = try await source.credentials()
        close(errors)
        #expect(credentials == AWSCredentials(accessKeyID: "AKIA7", secretAccessKey: Secret("s"), expiration: noon))
        #expect(try String(contentsOfFile: "\(folder.path)/errors", encoding: .utf8) == "asking\n")
    }
}
