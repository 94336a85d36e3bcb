#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A standard input that gives nothing and does not end, for as long as this lives.
final class SilentInput: Sendable {
    /// The end that a program reads from.
    let reader: Int32
    private let writer: Int32

    /// - Throws: ``SystemError`` when there can be no pipe.
    init() throws {
        (reader, writer) = try Descriptor.pipe()
    }

    deinit {
        close(reader)
        close(writer)
    }
}
