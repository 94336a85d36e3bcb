#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Sockets of the local machine, by path.
enum UnixSocket {
    /// The longest path that an address takes, in bytes.
    static let maximumPathBytes = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    /// Opens a socket at a path that does not exist yet and waits for connections.
    ///
    /// - Throws: ``SystemError``.
    static func listen(at path: String) throws -> Int32 {
        let descriptor = try make()
        do {
            try withAddress(path) { address, length in
                guard bind(descriptor, address, length) == 0 else { throw SystemError("bind") }
            }
            guard systemListen(descriptor, 8) == 0 else { throw SystemError("listen") }
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Connects to whoever listens at a path.
    ///
    /// - Throws: ``SystemError``.
    static func connect(to path: String) throws -> Int32 {
        let descriptor = try make()
        do {
            try withAddress(path) { address, length in
                guard systemConnect(descriptor, address, length) == 0 else { throw SystemError("connect") }
            }
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Takes the next connection; nil when `wakeUp` became readable first.
    static func accept(from listener: Int32, until wakeUp: Int32) -> Int32? {
        while true {
            var watched = [
                pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&watched, nfds_t(watched.count), -1)
            if ready < 0, errno == EINTR { continue }
            guard ready > 0, watched[1].revents == 0, watched[0].revents & Int16(POLLIN) != 0 else { return nil }
            let connection = systemAccept(listener, nil, nil)
            guard connection >= 0 else { continue }
            prepare(connection)
            return connection
        }
    }

    /// The user on the other end; nil when the system does not tell.
    static func peer(of connection: Int32) -> uid_t? {
        #if canImport(Darwin)
        var user = uid_t()
        var group = gid_t()
        return getpeereid(connection, &user, &group) == 0 ? user : nil
        #else
        // Three words: process, user, group. The header that names them, struct ucred, is not open to Swift (socket(7)).
        var credentials = [uid_t](repeating: 0, count: 3)
        let size = MemoryLayout<uid_t>.stride * credentials.count
        var length = socklen_t(size)
        let code = getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &credentials, &length)
        return code == 0 && Int(length) == size ? credentials[1] : nil
        #endif
    }

    private static func make() throws -> Int32 {
        #if canImport(Darwin)
        let kind = SOCK_STREAM
        #else
        let kind = Int32(SOCK_STREAM.rawValue)
        #endif
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { throw SystemError("socket") }
        prepare(descriptor)
        return descriptor
    }

    private static func prepare(_ descriptor: Int32) {
        Descriptor.closeOnExec(descriptor)
        // A peer that takes nothing must not hold the server up.
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void) throws
    {
        guard path.utf8.count <= maximumPathBytes else { throw SystemError("socket path", number: ENAMETOOLONG) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        try withUnsafePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

private func systemListen(_ descriptor: Int32, _ backlog: Int32) -> Int32 { listen(descriptor, backlog) }

private func systemConnect(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
    connect(descriptor, address, length)
}

private func systemAccept(
    _ descriptor: Int32,
    _ address: UnsafeMutablePointer<sockaddr>?,
    _ length: UnsafeMutablePointer<socklen_t>?
) -> Int32 {
    accept(descriptor, address, length)
}
