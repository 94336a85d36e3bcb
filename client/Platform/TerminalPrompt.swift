internal import SessionCore

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A question to the person at the terminal, wherever standard input and output go.
enum TerminalPrompt {
    private static let maximumLength = 256

    /// Asks for a line that is not shown while it is typed; nil when there is no terminal, or nothing was typed.
    static func secret(_ question: String) -> Secret<String>? {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else { return nil }
        defer { close(terminal) }
        var before = termios()
        guard tcgetattr(terminal, &before) == 0 else { return nil }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        guard tcsetattr(terminal, TCSAFLUSH, &silent) == 0 else { return nil }
        defer {
            tcsetattr(terminal, TCSAFLUSH, &before)
            Descriptor.write("\n".utf8, to: terminal)
        }
        Descriptor.write(Printable.line(question).utf8, to: terminal)
        var typed: [UInt8] = []
        var byte: UInt8 = 0
        while typed.count < maximumLength, read(terminal, &byte, 1) == 1, byte != UInt8(ascii: "\n") {
            typed.append(byte)
        }
        let text = String(decoding: typed, as: UTF8.self).filter { !$0.isWhitespace }
        return text.isEmpty ? nil : Secret(text)
    }
}
