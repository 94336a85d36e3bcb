#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The terminal on a descriptor.
enum Terminal {
    /// The modes that a terminal had; what gives them back after a program that leaves them changed.
    struct Modes {
        fileprivate let descriptor: Int32
        fileprivate let attributes: termios
    }

    /// Whether a terminal is there.
    static func isPresent(on descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// The terminal's columns; nil without a terminal, or when it does not say.
    static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard isPresent(on: descriptor), ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }

    /// The modes as they are now; nil without a terminal.
    static func modes(of descriptor: Int32) -> Modes? {
        var attributes = termios()
        guard tcgetattr(descriptor, &attributes) == 0 else { return nil }
        return Modes(descriptor: descriptor, attributes: attributes)
    }

    /// Gives a terminal its modes back.
    ///
    /// In the background nothing is done: the terminal then belongs to another program, and the shell gives it its modes.
    static func restore(_ modes: Modes) {
        let foreground = tcgetpgrp(modes.descriptor)
        guard foreground < 0 || foreground == getpgrp() else { return }
        // Should the shell take the terminal back just now, a blocked SIGTTOU lets the call pass instead of stopping us.
        var blocked = sigset_t()
        var before = sigset_t()
        sigemptyset(&blocked)
        sigaddset(&blocked, SIGTTOU)
        pthread_sigmask(SIG_BLOCK, &blocked, &before)
        var attributes = modes.attributes
        // TCSADRAIN would wait for ever behind a Ctrl-S.
        while tcsetattr(modes.descriptor, TCSANOW, &attributes) != 0, errno == EINTR {}
        pthread_sigmask(SIG_SETMASK, &before, nil)
    }
}
