#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What signals are called.
enum SignalName {
    /// A signal's name as manual pages have it, for example `SIGINT`; others than those that we catch by their number.
    static func of(_ signal: Int32) -> String {
        let names = [SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP"]
        return names[signal] ?? "signal \(signal)"
    }
}
