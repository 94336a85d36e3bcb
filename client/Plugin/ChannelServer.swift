internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Serves a session's credentials on a socket in the private folder, to processes of this user only.
final class ChannelServer: Sendable {
    private let listener: Int32
    private let wakeUpReader: Int32
    private let wakeUpWriter: Int32
    private let connections: AsyncStream<Int32>
    private let user: @Sendable (Int32) -> uid_t?
    private let answers = Mutex(0)

    /// Whether anybody was answered.
    var wasAsked: Bool { answers.withLock { $0 > 0 } }

    /// Opens the socket.
    ///
    /// - Parameters:
    ///   - path: Where; nothing may be there yet.
    ///   - user: Tells who is on the other end of a connection.
    /// - Throws: ``SystemError``.
    init(path: String, user: @escaping @Sendable (Int32) -> uid_t? = UnixSocket.peer(of:)) throws {
        (wakeUpReader, wakeUpWriter) = try Descriptor.pipe()
        do {
            listener = try UnixSocket.listen(at: path)
        } catch {
            for end in [wakeUpReader, wakeUpWriter] { close(end) }
            throw error
        }
        self.user = user
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        connections = stream
        startThread("channel") { [listener, wakeUpReader] in
            while let connection = UnixSocket.accept(from: listener, until: wakeUpReader) {
                continuation.yield(connection)
            }
            close(listener)
            close(wakeUpReader)
            continuation.finish()
        }
    }

    /// Answers every connection until ``stop()``.
    ///
    /// - Parameter answer: Makes the message for one connection.
    func serve(_ answer: @escaping @Sendable () async -> ChannelMessage) async {
        await withDiscardingTaskGroup { group in
            for await connection in connections {
                group.addTask {
                    defer { close(connection) }
                    // The folder keeps others out already; root could still come by mistake, in another's name.
                    guard self.user(connection) == getuid() else { return }
                    self.answers.withLock { $0 += 1 }
                    Descriptor.write(await answer().bytes, to: connection)
                }
            }
        }
    }

    /// Ends ``serve(_:)`` once the answers under way are given.
    func stop() {
        close(wakeUpWriter)
    }
}
