#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A program that is run for what it prints; its standard error is shown as it comes.
///
/// Blocking: call it off the cooperative pool.
enum ChildProcess {
    /// How a run ended.
    struct Outcome: Sendable, Hashable {
        /// The exit status, or 128 and the signal's number.
        let status: Int
        /// All it printed.
        let output: [UInt8]
        /// The end of what it said on standard error.
        let lastWords: [UInt8]
    }

    /// Why there is no outcome.
    enum Rejection: Error, Sendable, Hashable {
        /// The system cannot start it, in the system's words.
        case notStarted(reason: String)
        /// It took longer than allowed and was killed.
        case tooSlow
        /// It printed more than allowed and was killed.
        case tooMuch
    }

    private static let maximumOutput = 65_536
    private static let maximumLastWords = 1024

    /// Runs a program to its end.
    ///
    /// - Parameters:
    ///   - words: The program, looked up in the environment's `PATH` when it has no slash, and its arguments.
    ///   - environment: The whole environment it gets.
    ///   - milliseconds: How long it may take.
    ///   - standardError: The descriptor that its standard error is copied to.
    /// - Returns: The outcome, whatever the status.
    /// - Throws: ``Rejection`` when there is none.
    static func run(
        _ words: [String],
        environment: [String: String],
        milliseconds: Int,
        standardError: Int32
    ) throws(Rejection) -> Outcome {
        let deadline = ContinuousClock.now + .milliseconds(milliseconds)
        let output = try Pipe()
        defer { output.close() }
        let errors = try Pipe()
        defer { errors.close() }
        let child = try spawn(words, environment, output: output, errors: errors)
        output.closeWriting()
        errors.closeWriting()
        do throws(Rejection) {
            let texts = try read(output.reading, errors.reading, until: deadline, copyingTo: standardError)
            return Outcome(status: try wait(for: child, until: deadline), output: texts.output, lastWords: texts.errors)
        } catch {
            kill(child, SIGKILL)
            var status: CInt = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
            throw error
        }
    }

    /// Both ends of a pipe, closed when a program is started, so that no other child keeps them open.
    private final class Pipe {
        private(set) var reading: Int32 = -1
        private(set) var writing: Int32 = -1

        init() throws(Rejection) {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { throw .notStarted(reason: reason(errno)) }
            (reading, writing) = (ends[0], ends[1])
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        }

        func closeWriting() {
            if writing >= 0 { Self.end(writing) }
            writing = -1
        }

        func close() {
            closeWriting()
            Self.end(reading)
        }

        #if canImport(Darwin)
        private static func end(_ descriptor: Int32) { _ = Darwin.close(descriptor) }
        #else
        private static func end(_ descriptor: Int32) { _ = Glibc.close(descriptor) }
        #endif
    }

    private static func spawn(
        _ words: [String],
        _ environment: [String: String],
        output: Pipe,
        errors: Pipe
    ) throws(Rejection) -> pid_t {
        guard let program = words.first.flatMap({ find($0, path: environment["PATH"]) }) else {
            throw .notStarted(reason: reason(ENOENT))
        }
        #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        #else
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, output.writing, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.writing, 2)
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A thread of a pool has its signals blocked and the client ignores some: a child that inherited that could
        // not be interrupted.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var usual = sigset_t()
        sigemptyset(&usual)
        for signal in [SIGINT, SIGQUIT, SIGPIPE, SIGTSTP, SIGTERM, SIGHUP] { sigaddset(&usual, signal) }
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
        let arguments = words.map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var child = pid_t()
        let code = posix_spawn(&child, program, &actions, &attributes, arguments, variables)
        guard code == 0 else { throw .notStarted(reason: reason(code)) }
        return child
    }

    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

    private static func find(_ program: String, path: String?) -> String? {
        guard !program.contains("/") else { return program }
        let places = (path ?? "/usr/bin:/bin").split(separator: ":").map { "\($0)/\(program)" }
        return places.first { access($0, X_OK) == 0 }
    }

    private static func read(
        _ output: Int32,
        _ errors: Int32,
        until deadline: ContinuousClock.Instant,
        copyingTo standardError: Int32
    ) throws(Rejection) -> (output: [UInt8], errors: [UInt8]) {
        var texts: (output: [UInt8], errors: [UInt8]) = ([], [])
        var open = [output, errors]
        while !open.isEmpty {
            var waiting = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let left = milliseconds(until: deadline)
            guard left > 0 else { throw .tooSlow }
            guard poll(&waiting, nfds_t(waiting.count), CInt(left)) > 0 else { continue }
            for ready in waiting where ready.revents != 0 {
                var buffer = [UInt8](repeating: 0, count: 4096)
                let count = Self.take(ready.fd, &buffer)
                guard count > 0 else {
                    if count == 0 || errno != EINTR { open.removeAll { $0 == ready.fd } }
                    continue
                }
                if ready.fd == output {
                    texts.output += buffer[..<count]
                    guard texts.output.count <= maximumOutput else { throw .tooMuch }
                } else {
                    _ = buffer.withUnsafeBytes { write(standardError, $0.baseAddress, count) }
                    texts.errors = (texts.errors + buffer[..<count]).suffix(maximumLastWords)
                }
            }
        }
        return texts
    }

    #if canImport(Darwin)
    private static func take(_ descriptor: Int32, _ buffer: inout [UInt8]) -> Int {
        Darwin.read(descriptor, &buffer, buffer.count)
    }
    #else
    private static func take(_ descriptor: Int32, _ buffer: inout [UInt8]) -> Int {
        Glibc.read(descriptor, &buffer, buffer.count)
    }
    #endif

    private static func wait(for child: pid_t, until deadline: ContinuousClock.Instant) throws(Rejection) -> Int {
        while true {
            var status: CInt = 0
            let ended = waitpid(child, &status, WNOHANG)
            if ended == child {
                let signal = Int(status & 0x7F)
                return signal == 0 ? Int((status >> 8) & 0xFF) : 128 + signal
            }
            guard ended == 0 || errno == EINTR, milliseconds(until: deadline) > 0 else { throw .tooSlow }
            // Its pipes are closed, so it is about to end; there is nothing to wait on but time.
            poll(nil, 0, 1)
        }
    }

    private static func milliseconds(until deadline: ContinuousClock.Instant) -> Int {
        let left = deadline - ContinuousClock.now
        return Int(left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000)
    }
}
