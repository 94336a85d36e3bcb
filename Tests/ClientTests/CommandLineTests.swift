import ArgumentParser
import SessionCore
import Testing

@testable import ssm_broker

@Suite("a command line that cannot be read")
struct CommandLineTests {
    struct Slip: Sendable, CustomTestStringConvertible {
        let line: String
        let what: String
        let why: [String]
        let next: String
        var testDescription: String { line }

        init(_ line: String, _ what: String, why: [String] = [], next: String) {
            self.line = line
            self.what = what
            self.why = why
            self.next = next
        }
    }

    static let slips = [
        Slip(
            "conect web-1",
            "There is no command ssm-broker conect.",
            why: ["Did you mean connect?"],
            next: "ssm-broker connect --help"
        ),
        Slip(
            "map vaildate",
            "There is no command ssm-broker map vaildate.",
            why: ["Did you mean validate?"],
            next: "ssm-broker map validate --help"
        ),
        Slip("xyzzy", "There is no command ssm-broker xyzzy.", next: "See them: ssm-broker --help"),
        Slip("version", "Unexpected argument 'version'.", next: "ssm-broker --version"),
        Slip(
            "--profile dev whoami",
            "Unknown option '--profile'.",
            next: "Put options after the command, as in: ssm-broker whoami --profile"
        ),
        Slip(
            "exec db-1 id",
            "Unexpected argument 'id'.",
            next: "Put the command after two dashes: ssm-broker exec NODE -- COMMAND"
        ),
        Slip(
            "forward db-1 5432",
            "Unexpected argument '5432'.",
            next: "Name the port: ssm-broker forward NODE --remote-port PORT"
        ),
        Slip("whoami --bogus", "Unknown option '--bogus'.", next: "ssm-broker whoami --help"),
        Slip(
            "whoami --no-imput",
            "Unknown option '--no-imput'. Did you mean '--no-input'?",
            next: "ssm-broker whoami --help"
        ),
    ]

    @Test("the failure says what is wrong with it, and what was perhaps meant", arguments: slips)
    func told(_ slip: Slip) throws {
        let arguments = slip.line.split(separator: " ").map(String.init)
        let error = try #require(throws: (any Error).self) { try SSMBroker.parseAsRoot(arguments) }
        #expect(SSMBroker.exitCode(for: error) == .validationFailure)
        let failure = CommandFailure(commandLine: SSMBroker.message(for: error), arguments)
        #expect((failure.what, failure.next) == (slip.what, slip.next))
        #expect(failure.why == slip.why)
        #expect(failure.status == .usage && failure.json["code"] == "COMMAND_LINE_INVALID")
    }

    @Test(
        "it is told in the form that the line asks for, as far as it can be told",
        arguments: [
            ("whoami --bogus -o json", OutputFormat.json), ("whoami --output=ndjson --bogus", .ndjson),
            ("whoami -o table --output tsv x", .tsv), ("exec n -- ls -o json", nil),
            ("map render --output folder x", nil),
            ("whoami -o", nil),
        ]
    )
    func form(_ line: String, _ format: OutputFormat?) {
        #expect(OutputFormat.asked(in: line.split(separator: " ").map(String.init)) == format)
    }

    @Test("every command is found under its own name, and wrong usage of it names its help")
    func paths() throws {
        #expect(SSMBroker.path(of: MapPlan.self) == ["ssm-broker", "map", "plan"])
        var failure = CommandFailure(.usage, code: "X", what: "No.")
        failure.adviseHelp(of: SessionsList.self)
        #expect(failure.next == "ssm-broker sessions list --help")
        failure.adviseHelp(of: WhoAmI.self)
        #expect(failure.next == "ssm-broker sessions list --help", "what is said already stays")
        var other = CommandFailure(.denied, code: "X", what: "No.")
        other.adviseHelp(of: WhoAmI.self)
        #expect(other.next == nil)
    }
}
