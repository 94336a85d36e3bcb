internal import Dispatch

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Signals as values on a thread, instead of code that interrupts any other code.
///
/// The handler does the one thing that is safe in it, a write to a pipe; a thread reads the pipe.
enum SignalPipe {
    /// What can be done once signals are caught.
    struct Catching: Sendable {
        /// Returns when every signal that came before the call has been delivered.
        var settle: @Sendable () -> Void
        /// Gives every signal its earlier action back.
        var end: @Sendable () -> Void
    }

    /// Stands in the pipe between signals and asks the reader to say that it got there; no signal has this number.
    private static let marker: UInt8 = 255

    /// Begins to catch the signals that ask us to end.
    ///
    /// A signal that was ignored when we were started stays so, as nohup(1) wants it.
    ///
    /// - Parameter deliver: Called with each signal's number, on a thread of the pipe's.
    /// - Returns: What waits for signals under way, and what ends the catching.
    /// - Throws: ``SystemError`` when there can be no pipe.
    static func begin(_ deliver: @escaping @Sendable (Int32) -> Void) throws -> Catching {
        let (reader, writer) = try Descriptor.pipe()
        signalPipeWriter = writer
        let passed = DispatchSemaphore(value: 0)
        startThread("signals") {
            var number: UInt8 = 0
            while true {
                let count = read(reader, &number, 1)
                if count < 0, errno == EINTR { continue }
                // The end of the pipe, or the zero that says that the catching is over.
                guard count == 1, number > 0 else { break }
                if number == marker { passed.signal() } else { deliver(Int32(number)) }
            }
            close(reader)
        }
        let caught = [SIGINT, SIGQUIT, SIGTSTP, SIGTERM, SIGHUP].filter { number in
            let before = signal(number, writeToSignalPipe)
            let wasIgnored = unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
            if wasIgnored { signal(number, SIG_IGN) }
            return !wasIgnored
        }
        return Catching(
            settle: {
                if Descriptor.write([marker], to: writer) { passed.wait() }
            },
            end: {
                for number in caught { signal(number, SIG_DFL) }
                signalPipeWriter = -1
                Descriptor.write([0], to: writer)
                close(writer)
            }
        )
    }

    /// Suspends this process as the terminal's suspend key does; returns when it is continued.
    static func suspend() {
        kill(getpid(), SIGSTOP)
    }
}

// One word that the handler reads; it is written only while no handler is installed.
nonisolated(unsafe) private var signalPipeWriter: Int32 = -1

private func writeToSignalPipe(_ number: Int32) {
    let before = errno
    var byte = UInt8(truncatingIfNeeded: number)
    _ = write(signalPipeWriter, &byte, 1)
    errno = before
}
