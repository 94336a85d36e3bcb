#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What this process asks of the operating system, beyond what Foundation has.
public enum CurrentProcess {
    /// Forbids core files, for this process and all that it starts: its memory holds keys and tokens.
    static func forbidCoreFiles() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        #if canImport(Glibc)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        #else
        _ = setrlimit(RLIMIT_CORE, &none)
        #endif
    }

    /// Writes one line whole to standard error; by its descriptor, because Glibc's `stderr` is shared mutable state.
    public static func log(_ line: String) {
        var bytes = Array("\(line)\n".utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            // A log that cannot be written must not stop the function; the audit store can.
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }

    /// Ends the process as failed.
    static func fail() -> Never { exit(1) }
}
