import Foundation
import Synchronization

/// A server on 127.0.0.1 that does to each connection what a test says, at the level of bytes.
final class LoopbackServer: Sendable {
    /// One accepted connection.
    struct Peer: Sendable {
        let descriptor: Int32
        /// The number of the connection, from 1.
        let number: Int

        /// Reads one whole request, its body by `Content-Length`; nil at the end of the connection.
        func readRequest() -> String? {
            var bytes: [UInt8] = []
            while true {
                if let end = Peer.headEnd(bytes) {
                    let head = String(decoding: bytes[..<end], as: UTF8.self)
                    let length = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
                        .flatMap { Int($0.split(separator: ":")[1].drop { $0 == " " }) }
                    if bytes.count >= end + (length ?? 0) { return String(decoding: bytes, as: UTF8.self) }
                }
                var buffer = [UInt8](repeating: 0, count: 65_536)
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { return nil }
                bytes += buffer[..<count]
            }
        }

        /// Sends text as it is.
        func write(_ text: String) {
            let bytes = Array(text.utf8)
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                sent += count
            }
        }

        /// Sends a reply of HTTP/1.1 that keeps the connection.
        func reply(_ body: String, status: String = "200 OK") {
            write("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        }

        /// Says nothing until the other side goes away.
        func hang() {
            var byte: UInt8 = 0
            while recv(descriptor, &byte, 1, 0) > 0 {}
        }

        private static func headEnd(_ bytes: [UInt8]) -> Int? {
            guard bytes.count >= 4 else { return nil }
            for index in 3..<bytes.count
            where bytes[index] == 10 && bytes[(index - 3)...index].elementsEqual([13, 10, 13, 10]) {
                return index + 1
            }
            return nil
        }
    }

    let port: UInt16
    private let listener: Int32
    private let accepted = Mutex(0)

    /// Connections accepted so far.
    var connections: Int { accepted.withLock { $0 } }

    /// Starts listening; `handle` runs on a thread of its own for each connection, which is closed when it returns.
    init(_ handle: @escaping @Sendable (Peer) -> Void) throws {
        let (listener, port) = try Self.listening()
        self.listener = listener
        self.port = port
        Thread.detachNewThread { [weak self] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                let number = self?.accepted.withLock { count in
                    count += 1
                    return count
                }
                Thread.detachNewThread {
                    handle(Peer(descriptor: descriptor, number: number ?? 0))
                    // Closing alone would not end it: another test's child process may have inherited the descriptor.
                    shutdown(descriptor, Int32(SHUT_RDWR))
                    close(descriptor)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func listening() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(descriptor, raw, length) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, raw, &length) == 0
            }
        }
        guard descriptor >= 0, isListening else { throw POSIXError(.EADDRNOTAVAIL) }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    /// An address of this server.
    func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// The port at the other end of a connected socket; nil when the descriptor is none.
    static func peerPort(of descriptor: Int32) -> UInt16? {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isConnected = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) == 0 }
        }
        return isConnected ? UInt16(bigEndian: address.sin_port) : nil
    }

    /// A port of this machine on which nobody listens.
    static func closedPort() throws -> UInt16 {
        // Bound and released: the system does not give it to another socket soon.
        let server = try LoopbackServer { _ in }
        return server.port
    }
}

/// What servers saw, from any thread.
final class Seen<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    /// Everything so far, in order.
    var all: [Value] { values.withLock { $0 } }

    /// Adds one.
    func add(_ value: Value) { values.withLock { $0.append(value) } }
}
