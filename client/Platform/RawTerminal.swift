#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The process's own terminal, whole: every key as it is pressed, and a screen that leaves no trace.
final class RawTerminal: PickerTerminal {
    private static let enter = "\u{1B}[?1049h\u{1B}[2J"
    private static let leave = "\u{1B}[?25h\u{1B}[?1049l"

    private let descriptor: Int32
    private let before: Terminal.Modes

    /// Opens it; nil where no person can see and use one.
    ///
    /// - Parameter environment: Where `TERM` says what the terminal can do.
    init?(environment: [String: String]) {
        let kind = environment["TERM"] ?? ""
        // Whoever has input or messages elsewhere is a script, even where a terminal is within reach.
        guard !kind.isEmpty, kind != "dumb", Terminal.isPresent(on: STDIN_FILENO), Terminal.isPresent(on: STDERR_FILENO)
        else { return nil }
        let descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        guard let modes = Terminal.modes(of: descriptor) else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        before = modes
    }

    deinit { close(descriptor) }

    var size: PickerScreen.Size {
        var size = winsize()
        let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 && size.ws_row > 0
        return isKnown
            ? PickerScreen.Size(columns: Int(size.ws_col), rows: Int(size.ws_row))
            : PickerScreen.Size(columns: 80, rows: 24)
    }

    func begin() throws {
        guard makeRaw() else { throw SystemError("tcsetattr") }
        write(Self.enter)
    }

    func read(milliseconds: Int) -> [UInt8]? {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let ready = systemPoll(&poll, 1, Int32(milliseconds))
        guard ready > 0 else { return ready == 0 || errno == EINTR ? [] : nil }
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = systemRead(descriptor, &buffer, buffer.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return [] }
        return count > 0 ? Array(buffer.prefix(count)) : nil
    }

    func write(_ text: String) {
        Descriptor.write(text.utf8, to: descriptor)
    }

    func regain() -> Bool {
        var modes = termios()
        guard tcgetattr(descriptor, &modes) == 0, modes.c_lflag & tcflag_t(ICANON) != 0 else { return false }
        guard makeRaw() else { return false }
        write(Self.enter)
        return true
    }

    func end() {
        write(Self.leave)
        Terminal.restore(before)
    }

    private func makeRaw() -> Bool {
        var modes = termios()
        guard tcgetattr(descriptor, &modes) == 0 else { return false }
        modes.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
        modes.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR | IGNCR | ISTRIP | BRKINT)
        modes.c_cflag |= tcflag_t(CS8)
        return tcsetattr(descriptor, TCSANOW, &modes) == 0
    }
}
