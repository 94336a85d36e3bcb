import SessionCore
import Testing

@testable import ssm_broker

@Suite("the command line that exec sends")
struct RemoteCommandTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let words: [String]
        let line: String
        var testDescription: String { line }
    }

    // Lines by the rules of quoting of POSIX, "Shell Command Language", 2.2, which google/shlex shares for single quotes.
    static let lines = [
        Case(words: ["df", "-h", "/"], line: "df -h /"),
        Case(words: ["systemctl", "status", "app@1.service"], line: "systemctl status app@1.service"),
        Case(words: ["echo", ""], line: "echo ''"),
        Case(words: ["echo", "a b", "*"], line: "echo 'a b' '*'"),
        Case(words: ["echo", "it's"], line: "echo 'it'\\''s'"),
        Case(words: ["sh", "-c", "df | sort > \"$HOME/x\\n\""], line: "sh -c 'df | sort > \"$HOME/x\\n\"'"),
        Case(words: ["env", "A=1"], line: "env A=1"),
        Case(words: ["A=1"], line: "'A=1'"),
        Case(words: ["#x"], line: "'#x'"),
        Case(words: ["docker", "ps", "--format", "{{.Names}}"], line: "docker ps --format '{''{.Names}}'"),
        Case(words: ["echo", "{{{"], line: "echo '{''{''{'"),
        Case(words: ["tar", "x'\u{301} ; id #"], line: "tar 'x'\\''\u{301} ; id #'"),
        Case(words: ["echo", "grüß dich", "naïve"], line: "echo 'grüß dich' 'naïve'"),
    ]

    @Test("words stay the words they are, and plain ones stay as they are written", arguments: lines)
    func quotes(_ row: Case) throws {
        let line = try RemoteCommand(words: row.words).line
        #expect(line == row.line)
        #expect(SessionParameters.isCommand(line))
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let why: String
        let words: [String]
        let code: String
        var testDescription: String { why }
    }

    static let refusals = [
        Refusal(why: "nothing", words: [], code: "COMMAND_MISSING"),
        Refusal(why: "a line break", words: ["echo", "a\nb"], code: "COMMAND_INVALID"),
        Refusal(why: "a tab", words: ["echo", "a\tb"], code: "COMMAND_INVALID"),
        Refusal(why: "an escape", words: ["\u{1B}[2J"], code: "COMMAND_INVALID"),
        Refusal(why: "an empty name", words: ["", "x"], code: "COMMAND_INVALID"),
        Refusal(why: "too much", words: ["echo", String(repeating: "x", count: 4096)], code: "COMMAND_INVALID"),
    ]

    @Test("what cannot be sent is refused, with what to do", arguments: refusals)
    func refuses(_ refusal: Refusal) throws {
        let failure = try #require(throws: CommandFailure.self) { _ = try RemoteCommand(words: refusal.words) }
        #expect(failure.code == refusal.code && failure.status == .usage && failure.next != nil)
    }
}
