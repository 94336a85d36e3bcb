#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What keeps secrets in memory from reaching files and other programs of the same user.
enum Hardening {
    /// Takes core files, and debuggers of the same user, away from this process; children inherit the first.
    static func apply() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        #if canImport(Darwin)
        setrlimit(RLIMIT_CORE, &none)
        #else
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        // Also closes /proc/<pid>/environ, which holds the engineer's keys, to other processes of the same user.
        // A program that we start is dumpable again, as execve(2) says.
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
        #endif
        // A reader that went away is an error of write(2) for us, not a reason to die with a session open.
        signal(SIGPIPE, SIG_IGN)
    }
}
