internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A program that we started, from its start until it was waited for.
///
/// Unless it is asked to stand apart, it shares our process group and terminal, so that Ctrl-C reaches it as the terminal's rules say.
final class ChildProcess: Sendable {
    /// How a child ended.
    enum Ending: Sendable, Hashable {
        /// It ended by itself, with this status.
        case exited(Int32)
        /// A signal ended it.
        case signalled(Int32)
    }

    /// Its number, which is another process's as soon as it was waited for.
    let process: pid_t
    private let isReaped = Mutex(false)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - path: The program's absolute path.
    ///   - arguments: What it gets, its own name first.
    ///   - environment: All of its environment.
    ///   - input: What becomes its standard input; nil shares ours.
    ///   - output: What becomes its standard output; nil shares ours.
    ///   - isApart: Whether it gets a process group of its own, which the terminal's keys do not reach.
    /// - Throws: ``SystemError`` when it cannot be started.
    init(
        path: String,
        arguments: [String],
        environment: [String: String],
        input: Int32? = nil,
        output: Int32? = nil,
        isApart: Bool = false
    ) throws {
        var attributes = SpawnAttributes()
        defer { attributes.destroy() }
        try attributes.prepare(isApart: isApart)
        var actions = SpawnActions()
        defer { actions.destroy() }
        if let input { try actions.duplicate(input, onto: STDIN_FILENO) }
        if let output { try actions.duplicate(output, onto: STDOUT_FILENO) }
        let argv = CStringList(arguments)
        let envp = CStringList(environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
        var identifier: pid_t = 0
        Descriptor.closeAllOnExec()
        let code = posix_spawn(&identifier, path, &actions.raw, &attributes.raw, argv.pointers, envp.pointers)
        guard code == 0 else { throw SystemError("posix_spawn \(path)", number: code) }
        process = identifier
    }

    /// Sends the child a signal, unless it was waited for: its number could be another process by then.
    func send(_ signal: Int32) {
        isReaped.withLock { isReaped in
            guard !isReaped else { return }
            _ = kill(process, signal)
        }
    }

    /// Waits, on a thread of its own, until the child has ended.
    ///
    /// - Parameter onStop: Called on that thread each time the child is suspended (Ctrl-Z before the plugin takes the key over).
    /// - Returns: How it ended.
    func ending(onStop: @escaping @Sendable () -> Void = {}) async -> Ending {
        await onOwnThread("child") { self.waitForEnding(onStop: onStop) }
    }

    private func waitForEnding(onStop: () -> Void) -> Ending {
        while true {
            // WNOWAIT leaves the child's number in use, so that send(_:) cannot hit a stranger while we look.
            var information = siginfo_t()
            let found = waitid(P_PID, id_t(process), &information, WEXITED | WSTOPPED | WNOWAIT)
            if found != 0, errno == EINTR { continue }
            var status: Int32 = 0
            let reaped = isReaped.withLock { isReaped in
                let reaped = waitpid(process, &status, WUNTRACED)
                isReaped = reaped != process || !Self.isStopped(status)
                return reaped
            }
            guard reaped == process else { return .exited(0) }
            if Self.isStopped(status) {
                onStop()
                send(SIGCONT)
                continue
            }
            let signal = status & 0x7F
            return signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
        }
    }

    // The macros of sys/wait.h do not import; the layout is the same on Linux and macOS.
    private static func isStopped(_ status: Int32) -> Bool { status & 0xFF == 0x7F }
}

/// A null-ended list of C strings, freed with its owner.
private final class CStringList {
    let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ texts: [String]) {
        pointers = texts.map { strdup($0) } + [nil]
    }

    deinit {
        for pointer in pointers { free(pointer) }
    }
}
