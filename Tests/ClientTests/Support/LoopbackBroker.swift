import Foundation
import Synchronization
import TestSupport

@testable import ssm_broker

/// A broker on this machine for tests of the whole program: answers what it is told, and keeps what it was asked.
final class LoopbackBroker: Sendable {
    /// A request, as far as tests look at it.
    struct Request: Sendable, Hashable {
        let line: String
        let body: String
    }

    let port: UInt16
    private let listener: Int32
    private let seen = Mutex<[Request]>([])

    /// Every request so far.
    var requests: [Request] { seen.withLock { $0 } }

    /// Starts to answer, one connection after the other.
    ///
    /// - Parameter answer: Makes the body of the answer to a request; the status is 200.
    /// - Throws: ``SystemError``.
    init(answer: @escaping @Sendable (Request) -> String) throws {
        LostReaders.areErrors()
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
                bind(listener, plain, length) == 0 && listen(listener, 8) == 0
                    && getsockname(listener, plain, &length) == 0
            }
        }
        guard listener >= 0, code else { throw SystemError("bind") }
        Descriptor.closeOnExec(listener)
        self.listener = listener
        port = address.sin_port.bigEndian
        startThread("broker") {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Descriptor.closeOnExec(connection)
                if let request = Self.read(connection) {
                    self.seen.withLock { $0.append(request) }
                    let body = answer(request)
                    let head =
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
                    Descriptor.write((head + body).utf8, to: connection)
                }
                close(connection)
            }
        }
    }

    /// Ends the answering.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func read(_ connection: Int32) -> Request? {
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Foundation.read(connection, &buffer, buffer.count)
            guard count > 0 else { return nil }
            text += String(decoding: buffer[..<count], as: UTF8.self)
            guard let end = text.range(of: "\r\n\r\n") else { continue }
            let head = text[..<end.lowerBound].components(separatedBy: "\r\n")
            let length =
                head.first { $0.lowercased().hasPrefix("content-length:") }
                .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
            let body = String(text[end.upperBound...])
            if body.utf8.count >= length { return Request(line: head[0], body: body) }
        }
    }
}
