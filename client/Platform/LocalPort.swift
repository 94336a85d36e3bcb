#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A TCP port of this machine.
enum LocalPort {
    /// Whether the port can be opened for the programs of this machine, as the plugin opens it; the answer may be out of date at once.
    ///
    /// - Parameter port: The port; 0 is always free.
    /// - Throws: ``CommandFailure`` when it cannot.
    static func check(_ port: Int) throws {
        guard port > 0 else { return }
        #if canImport(Darwin)
        let kind = SOCK_STREAM
        #else
        let kind = Int32(SOCK_STREAM.rawValue)
        #endif
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // As in Go: what is left of connections that are over keeps nobody from the port.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
                bind(descriptor, plain, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                    && systemListen(descriptor, 1) == 0
            }
        }
        guard !isBound else { return }
        let error = SystemError("bind")
        let isForbidden = error.number == EACCES
        throw CommandFailure(
            .failed,
            code: isForbidden ? "LOCAL_PORT_FORBIDDEN" : "LOCAL_PORT_TAKEN",
            what: isForbidden
                ? "Port \(port) of this machine is for its administrator; no session was asked for."
                : "Port \(port) of this machine is taken; no session was asked for.",
            why: isForbidden ? [] : [error.description],
            next: "Choose another with --local-port or -L; 0 takes any that is free."
                + (isForbidden ? "" : " ss -ltnp 'sport = :\(port)' shows who has it.")
        )
    }
}

private func systemListen(_ descriptor: Int32, _ backlog: Int32) -> Int32 { listen(descriptor, backlog) }
