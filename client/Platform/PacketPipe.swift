#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What a program writes to its standard output, in the portions in which it writes.
///
/// On Linux the pipe keeps the bounds between writes (pipe(2), `O_DIRECT`), so that one that says who wrote something cannot be forged by
/// what was written before. Elsewhere writes that come close together arrive as one.
final class PacketPipe: Sendable {
    /// The end that the program writes to.
    let writer: Int32
    private let reader: Int32
    private let wakeUp: (reader: Int32, writer: Int32)

    /// No write that is kept whole is longer (pipe(7), `PIPE_BUF`).
    private static let largestPacket = 4096

    // O_DIRECT of `asm/fcntl.h`, which does not import.
    #if arch(arm64)
    private static let packetMode: Int32 = 0o200000
    #else
    private static let packetMode: Int32 = 0o40000
    #endif

    /// - Throws: ``SystemError`` when there can be no pipe.
    init() throws {
        let output = try Descriptor.pipe()
        do {
            wakeUp = try Descriptor.pipe()
        } catch {
            for end in [output.reader, output.writer] { close(end) }
            throw error
        }
        (reader, writer) = output
        #if !canImport(Darwin)
        // Where the system refuses (before Linux 4.5), the bounds are lost, and nothing else.
        _ = fcntl(writer, F_SETFL, Self.packetMode)
        #endif
    }

    /// Reads on a thread of its own until nobody can write any more, or until ``stop()``.
    ///
    /// - Parameter take: Gets each portion, on that thread; what it blocks on holds the program up.
    func read(_ take: @escaping @Sendable ([UInt8]) -> Void) async {
        await onOwnThread("packets") { [reader, wakeUp] in
            var buffer = [UInt8](repeating: 0, count: Self.largestPacket)
            var isStopped = false
            while true {
                var watched = [
                    pollfd(fd: reader, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: wakeUp.reader, events: Int16(POLLIN), revents: 0),
                ]
                let ready = poll(&watched, nfds_t(watched.count), isStopped ? 0 : -1)
                if ready < 0, errno == EINTR { continue }
                guard watched[0].revents != 0 else {
                    // What was written before the stop is read before this says that there is no more.
                    guard !isStopped, ready > 0 else { break }
                    isStopped = true
                    continue
                }
                let count = systemRead(reader, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                take(Array(buffer[..<count]))
            }
            close(reader)
            close(wakeUp.reader)
        }
    }

    /// Closes our copy of the program's end, so that the reading ends with the program.
    func closeWriter() { close(writer) }

    /// Ends the reading once everything that is there was read, even when somebody could still write.
    func stop() { close(wakeUp.writer) }
}
