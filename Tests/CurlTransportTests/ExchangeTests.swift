import CurlTransport
import HTTPTransport
import Testing

@Suite("what is sent, and what is handed out")
struct ExchangeTests {
    struct Sent: Sendable, CustomTestStringConvertible {
        let why: String
        let request: HTTPRequest
        /// The bytes on the wire, the port left out.
        let wire: String

        var testDescription: String { why }
    }

    static func request(_ method: String, _ headers: [HTTPHeader] = [], _ body: String = "") -> HTTPRequest {
        HTTPRequest(method: method, url: "/p/a%20th?q=1&r", headers: headers, body: Array(body.utf8))
    }

    // Expected bytes by hand from RFC 9112: the request line, Host, Content-Length, and the caller's own lines.
    static let sent = [
        Sent(why: "GET", request: request("GET"), wire: "GET /p/a%20th?q=1&r HTTP/1.1\r\nHost: *\r\n\r\n"),
        Sent(
            why: "GET with headers, one twice, one empty",
            request: request("GET", [HTTPHeader("X-A", "1"), HTTPHeader("x-a", "2"), HTTPHeader("X-Empty", "")]),
            wire: "GET /p/a%20th?q=1&r HTTP/1.1\r\nHost: *\r\nX-A: 1\r\nx-a: 2\r\nX-Empty:\r\n\r\n"
        ),
        Sent(
            why: "POST",
            request: request("POST", [HTTPHeader("Content-Type", "application/json")], "{}"),
            wire:
                "POST /p/a%20th?q=1&r HTTP/1.1\r\nHost: *\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
        ),
        Sent(
            why: "POST without a body",
            request: request("POST"),
            wire: "POST /p/a%20th?q=1&r HTTP/1.1\r\nHost: *\r\nContent-Length: 0\r\n\r\n"
        ),
        Sent(
            why: "DELETE",
            request: request("DELETE"),
            wire: "DELETE /p/a%20th?q=1&r HTTP/1.1\r\nHost: *\r\n\r\n"
        ),
        Sent(
            why: "DELETE with a body",
            request: request("DELETE", [], "x"),
            wire: "DELETE /p/a%20th?q=1&r HTTP/1.1\r\nHost: *\r\nContent-Length: 1\r\n\r\nx"
        ),
        Sent(
            why: "dot segments",
            request: HTTPRequest(method: "GET", url: "/a/../b/./c"),
            wire: "GET /a/../b/./c HTTP/1.1\r\nHost: *\r\n\r\n"
        ),
    ]

    @Test("a request goes out byte for byte, and nothing is added but Host and Content-Length", arguments: sent)
    func sends(_ sent: Sent) async throws {
        let seen = Seen<String>()
        let server = try LoopbackServer { peer in
            if let request = peer.readRequest() { seen.add(request) }
            peer.reply("")
        }
        var request = sent.request
        request.url = server.url(request.url)
        _ = try await plainTransport().send(request)
        let expected = sent.wire.split(separator: "*", maxSplits: 1).joined(separator: "127.0.0.1:\(server.port)")
        #expect(seen.all == [expected])
    }

    @Test("a body of some megabytes goes out whole, without waiting for 100 Continue")
    func sendsMuch() async throws {
        let seen = Seen<Int>()
        let server = try LoopbackServer { peer in
            if let request = peer.readRequest() { seen.add(request.utf8.count) }
            peer.reply("")
        }
        let body = [UInt8](repeating: 0x61, count: 3_000_000)
        _ = try await plainTransport().send(HTTPRequest(method: "POST", url: server.url(), body: body))
        let head = "POST / HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nContent-Length: 3000000\r\n\r\n"
        #expect(seen.all == [head.utf8.count + body.count])
    }

    struct Received: Sendable, CustomTestStringConvertible {
        let why: String
        let wire: String
        let response: HTTPResponse

        var testDescription: String { why }
    }

    static let received = [
        Received(
            why: "repeated headers keep their order",
            wire: "HTTP/1.1 200 OK\r\nA: 1\r\nB:2\r\nA:  3 \r\nContent-Length: 2\r\n\r\nhi",
            response: HTTPResponse(
                status: 200,
                headers: [
                    HTTPHeader("A", "1"), HTTPHeader("B", "2"), HTTPHeader("A", "3"), HTTPHeader("Content-Length", "2"),
                ],
                body: Array("hi".utf8)
            )
        ),
        Received(
            why: "chunks are joined",
            wire: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
            response: HTTPResponse(
                status: 200,
                headers: [HTTPHeader("Transfer-Encoding", "chunked")],
                body: Array("abc".utf8)
            )
        ),
        Received(
            why: "a redirect is an answer",
            wire: "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
            response: HTTPResponse(
                status: 302,
                headers: [HTTPHeader("Location", "http://127.0.0.1:1/"), HTTPHeader("Content-Length", "0")]
            )
        ),
        Received(
            why: "an interim reply is passed over",
            wire: "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\nA: 1\r\n\r\n",
            response: HTTPResponse(status: 204, headers: [HTTPHeader("A", "1")])
        ),
        Received(
            why: "nothing is decompressed",
            wire: "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nraw",
            response: HTTPResponse(
                status: 200,
                headers: [HTTPHeader("Content-Encoding", "gzip"), HTTPHeader("Content-Length", "3")],
                body: Array("raw".utf8)
            )
        ),
        Received(
            why: "a server's error is an answer",
            wire: "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
            response: HTTPResponse(status: 503, headers: [HTTPHeader("Content-Length", "0")])
        ),
    ]

    @Test("a reply is handed out as it came", arguments: received)
    func receives(_ received: Received) async throws {
        let server = try LoopbackServer { peer in
            _ = peer.readRequest()
            peer.write(received.wire)
        }
        let response = try await plainTransport().send(HTTPRequest(method: "GET", url: server.url()))
        #expect(response == received.response)
    }

    @Test("HEAD waits for no body")
    func head() async throws {
        let server = try LoopbackServer { peer in
            _ = peer.readRequest()
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
            peer.hang()
        }
        let response = try await plainTransport().send(HTTPRequest(method: "HEAD", url: server.url()))
        #expect(response.status == 200 && response.body.isEmpty)
    }

    @Test("cookies are not kept")
    func cookies() async throws {
        let seen = Seen<String>()
        let server = try LoopbackServer { peer in
            while let request = peer.readRequest() {
                seen.add(request)
                peer.write("HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n\r\n")
            }
        }
        let transport = plainTransport()
        for _ in 0..<2 { _ = try await transport.send(HTTPRequest(method: "GET", url: server.url())) }
        #expect(seen.all.count == 2 && seen.all[0] == seen.all[1])
    }
}

/// A transport that sees no proxies and trusts whatever the system does.
func plainTransport() -> CurlTransport { CurlTransport(trust: .builtIn, environment: [:]) }
