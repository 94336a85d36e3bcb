#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Readers that go away while a test writes to them: a program that was killed, a connection that was given up.
package enum LostReaders {
    /// Makes them an error of write(2), as the client's own program does; the tests' process would die of them without a word.
    ///
    /// Programs that are started begin with the usual again, where they say so themselves.
    package static func areErrors() { signal(SIGPIPE, SIG_IGN) }
}
