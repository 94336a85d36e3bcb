internal import SessionCore

/// A command as one line, which the agent takes apart into the same words again.
///
/// A word goes as it is when it is of characters that mean nothing to anybody, so that the map's patterns read as people write commands;
/// any other goes between single quotes, in which nothing has a meaning. The agent splits the line by a shell's rules of quoting, with no
/// shell; where the map has commands run in a terminal, `sh -c` reads it, and comes to the same words.
/// Source: amazon-ssm-agent, `agent/session/shell/shell_unix.go` (`StartCommandExecutor`); google/shlex, `shlex.go`.
struct RemoteCommand: Sendable, Hashable {
    /// The line.
    let line: String

    /// Puts words together.
    ///
    /// - Parameter words: The program and its arguments.
    /// - Throws: ``CommandFailure`` when there is none, or the line cannot be sent.
    init(words: [String]) throws {
        guard let program = words.first else {
            throw CommandFailure(
                .usage,
                code: "COMMAND_MISSING",
                what: "Nothing says what to run.",
                next: "Put the command after two dashes: ssm-broker exec NODE -- COMMAND"
            )
        }
        if let bad = words.firstIndex(where: { !OpenSessionRequest.isPlainText("-\($0)", maximumLength: .max) }) {
            throw Self.unsendable(
                "\(bad == 0 ? "The program's name" : "Argument \(bad)") holds a line break, a tab or another control character, which no session document lets pass.",
                next: "Write it another way, for example with printf '\\n' in sh -c, or put the text into a file there."
            )
        }
        line = words.enumerated().map { Self.quoted($0.element, isProgram: $0.offset == 0) }.joined(separator: " ")
        guard line.utf16.count <= SessionParameters.maximumCommandLength else {
            throw Self.unsendable(
                "The command has \(line.utf16.count) characters; at most \(SessionParameters.maximumCommandLength) are taken.",
                next: "Put it into a file there, or run it in parts."
            )
        }
        guard !program.isEmpty, SessionParameters.isCommand(line) else {
            throw Self.unsendable("The program's name is empty.", next: "Name a program: exec NODE -- COMMAND")
        }
    }

    private static func quoted(_ word: String, isProgram: Bool) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                // In front of a program, to sh, this would be a variable and its value.
                case UInt8(ascii: "="): !isProgram
                default: "%+,-./:@_".utf8.contains(byte)
                }
            }
        guard !isPlain else { return word }
        // Two braces together would be the agent's to replace; apart from each other they are two parts of the same word.
        let parts = word.unicodeScalars.reduce(into: [""]) { parts, scalar in
            if scalar == "{", parts.last?.unicodeScalars.last == "{" { parts.append("") }
            parts[parts.count - 1].unicodeScalars.append(scalar)
        }
        return parts.map(ShellWord.quoted).joined()
    }

    private static func unsendable(_ why: String, next: String) -> CommandFailure {
        CommandFailure(
            .usage,
            code: "COMMAND_INVALID",
            what: "The command cannot be sent; no session was asked for.",
            why: [why],
            next: next
        )
    }
}
