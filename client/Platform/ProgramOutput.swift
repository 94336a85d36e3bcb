#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What a short-lived program prints.
enum ProgramOutput {
    /// Runs a program and reads its standard output to the end.
    ///
    /// - Parameters:
    ///   - path: The program's absolute path.
    ///   - arguments: What it gets, its own name first.
    ///   - environment: All of its environment.
    ///   - milliseconds: How long it may take; then it is killed.
    /// - Returns: The output; nil when it took longer, or printed more than 4 KiB.
    /// - Throws: ``SystemError`` when it cannot be run.
    static func of(
        path: String,
        arguments: [String],
        environment: [String: String],
        milliseconds: Int
    ) async throws -> [UInt8]? {
        let (reader, writer) = try Descriptor.pipe()
        defer { close(reader) }
        let child: ChildProcess
        do {
            defer { close(writer) }
            child = try ChildProcess(path: path, arguments: arguments, environment: environment, output: writer)
        }
        let read = await onOwnThread("output") {
            Result { try Descriptor.readToEnd(reader, limit: 4096, milliseconds: milliseconds) }
        }
        // Whoever closed its output has said what it had to say; only a program that has not is killed.
        if (try? read.get()) == nil { child.send(SIGKILL) }
        let ending = await child.ending()
        let output = try read.get()
        guard ending == .exited(0) || output == nil else {
            throw SystemError("exit status of \(path)", number: ENOEXEC)
        }
        return output
    }
}
