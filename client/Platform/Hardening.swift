#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What keeps secrets in memory from reaching files.
enum Hardening {
    /// Takes core files away from this process and what it starts, and makes a lost reader an error instead of a death.
    static func apply() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        #if canImport(Darwin)
        setrlimit(RLIMIT_CORE, &none)
        #else
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        #endif
        // A reader that went away is an error of write(2) for us, not a reason to die with a session open.
        signal(SIGPIPE, SIG_IGN)
    }
}
