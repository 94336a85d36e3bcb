import CurlTransport
import Foundation
import HTTPTransport
import Testing

@Suite("faults")
struct FaultTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        let why: String
        /// What the server does after it has read the request.
        let act: @Sendable (LoopbackServer.Peer) -> Void
        let kind: HTTPFailure.Kind

        var testDescription: String { why }
    }

    static let faults = [
        Fault(why: "no reply in time", act: { $0.hang() }, kind: .timeout),
        Fault(
            why: "half a reply in time",
            act: { peer in
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
                peer.hang()
            },
            kind: .timeout
        ),
        Fault(why: "closed without a reply", act: { _ in }, kind: .interrupted),
        Fault(
            why: "closed inside the headers",
            act: { $0.write("HTTP/1.1 200 OK\r\nContent-Le") },
            kind: .interrupted
        ),
        Fault(
            why: "closed inside the body",
            act: { $0.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf") },
            kind: .interrupted
        ),
        Fault(
            why: "closed inside a chunk",
            act: { $0.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf") },
            kind: .interrupted
        ),
        Fault(why: "no HTTP at all", act: { $0.write("SSH-2.0-OpenSSH_9.2\r\n") }, kind: .interrupted),
        Fault(
            why: "a body announced larger than allowed",
            act: { $0.write("HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\n") },
            kind: .tooLarge
        ),
        Fault(
            why: "a body that grows larger than allowed",
            act: { peer in
                peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in 0..<17 { peer.write("4\r\nabcd\r\n") }
                peer.hang()
            },
            kind: .tooLarge
        ),
        Fault(
            why: "headers without end",
            act: { peer in
                peer.write("HTTP/1.1 200 OK\r\n")
                for _ in 0..<40 { peer.write("X: \(String(repeating: "x", count: 8192))\r\n") }
                peer.hang()
            },
            kind: .tooLarge
        ),
    ]

    @Test("once the request is on its way, every failure says that it may have arrived", arguments: faults)
    func afterSending(_ fault: Fault) async throws {
        let server = try LoopbackServer { peer in
            _ = peer.readRequest()
            fault.act(peer)
        }
        let failure = try await failure(of: server.url("/path?token=SECRET"), milliseconds: 300)
        #expect(failure.kind == fault.kind)
        #expect(failure.mayHaveReachedServer)
        #expect(failure.explanation.hasPrefix("127.0.0.1: "))
        #expect(!failure.explanation.contains("SECRET"))
    }

    @Test("a body exactly as large as allowed is taken")
    func exactlyAllowed() async throws {
        let server = try LoopbackServer { peer in
            _ = peer.readRequest()
            peer.reply(String(repeating: "x", count: 64))
        }
        let limits = HTTPLimits(connectMilliseconds: 300, totalMilliseconds: 300, maximumBodyBytes: 64)
        let response = try await plainTransport().send(HTTPRequest(method: "GET", url: server.url(), limits: limits))
        #expect(response.body.count == 64)
    }

    @Test("a port on which nobody listens is unreachable, and the request certainly stayed here")
    func refused() async throws {
        let port = try LoopbackServer.closedPort()
        let failure = try await failure(of: "http://127.0.0.1:\(port)/?token=SECRET")
        #expect(failure.kind == .unreachable)
        #expect(!failure.mayHaveReachedServer)
        #expect(failure.explanation.contains("127.0.0.1") && !failure.explanation.contains("SECRET"))
    }

    @Test("a name without an address is unresolved, and the request certainly stayed here")
    func unresolved() async throws {
        // A label longer than DNS allows: the resolver refuses it without asking the network.
        let name = String(repeating: "a", count: 64) + ".invalid"
        let failure = try await failure(of: "http://\(name)/?token=SECRET")
        #expect(failure.kind == .unresolved)
        #expect(!failure.mayHaveReachedServer)
        #expect(!failure.explanation.contains("SECRET"))
    }

    @Test("a TLS handshake that nobody answers runs into the limit for connecting, before any request")
    func connectLimit() async throws {
        let server = try LoopbackServer { $0.hang() }
        let failure = try await failure(of: "https://127.0.0.1:\(server.port)/", milliseconds: 200, total: nil)
        #expect(failure.kind == .timeout)
        #expect(!failure.mayHaveReachedServer)
    }

    struct Unusable: Sendable, CustomTestStringConvertible {
        let why: String
        let request: HTTPRequest

        var testDescription: String { why }
    }

    static let unusable = [
        Unusable(why: "another scheme", request: HTTPRequest(method: "GET", url: "file:///etc/passwd")),
        Unusable(why: "no scheme", request: HTTPRequest(method: "GET", url: "127.0.0.1/")),
        Unusable(why: "nothing", request: HTTPRequest(method: "GET", url: "")),
        Unusable(why: "a space", request: HTTPRequest(method: "GET", url: "http://127.0.0.1:1/a b")),
        Unusable(why: "a line break", request: HTTPRequest(method: "GET", url: "http://127.0.0.1:1/\r\nX: 1")),
        Unusable(why: "a user", request: HTTPRequest(method: "GET", url: "http://ana:pw@127.0.0.1:1/")),
        Unusable(why: "a port out of range", request: HTTPRequest(method: "GET", url: "http://127.0.0.1:99999/")),
        Unusable(why: "a method of two words", request: HTTPRequest(method: "GET /x", url: "http://127.0.0.1:1/")),
        Unusable(
            why: "a header with a line break",
            request: HTTPRequest(method: "GET", url: "http://127.0.0.1:1/", headers: [HTTPHeader("A", "1\r\nB: 2")])
        ),
        Unusable(
            why: "a header name with a colon",
            request: HTTPRequest(method: "GET", url: "http://127.0.0.1:1/", headers: [HTTPHeader("A: 1", "2")])
        ),
    ]

    @Test("what cannot be sent as it is written is refused", arguments: unusable)
    func refuses(_ unusable: Unusable) async throws {
        let failure = await #expect(throws: HTTPFailure.self) { try await plainTransport().send(unusable.request) }
        #expect(failure?.kind == .invalidURL)
        #expect(failure?.mayHaveReachedServer == false)
        #expect(failure?.explanation.contains("pw") == false)
    }

    private func failure(of url: String, milliseconds: Int = 1000, total: Int? = 1000) async throws -> HTTPFailure {
        let limits = HTTPLimits(
            connectMilliseconds: milliseconds,
            totalMilliseconds: total.map { min($0, milliseconds) },
            maximumBodyBytes: 64
        )
        let request = HTTPRequest(method: "POST", url: url, body: [1], limits: limits)
        return try #require(await #expect(throws: HTTPFailure.self) { try await plainTransport().send(request) })
    }
}
