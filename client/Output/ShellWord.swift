/// A word as a shell, or who splits lines by a shell's rules, reads it back: the very same word.
///
/// Source: POSIX, "Shell Command Language", 2.2.2: between single quotes nothing has a meaning but their end.
enum ShellWord {
    /// Between single quotes.
    ///
    /// By scalars: a quotation mark with a combining mark after it is one character to us, and still a quotation mark to a shell.
    static func quoted(_ word: String) -> String {
        var quoted = "'"
        for scalar in word.unicodeScalars {
            if scalar == "'" { quoted += "'\\''" } else { quoted.unicodeScalars.append(scalar) }
        }
        return quoted + "'"
    }
}
