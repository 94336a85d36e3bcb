#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A system call that failed, and why.
struct SystemError: Error, Hashable, CustomStringConvertible {
    /// The call, for example `bind`.
    let call: String
    /// The system's number for the reason.
    let number: Int32

    /// Keeps the reason of the call that has just failed.
    init(_ call: String, number: Int32 = errno) {
        self.call = call
        self.number = number
    }

    /// The call and the reason in the system's words.
    var description: String { "\(call): \(String(cString: strerror(number)))" }
}
