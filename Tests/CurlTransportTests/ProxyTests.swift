import HTTPTransport
import Testing

@testable import CurlTransport

@Suite("proxies")
struct ProxyTests {
    struct Choice: Sendable, CustomTestStringConvertible {
        let why: String
        let environment: [String: String]
        var scheme = "https"
        var host = "ssm.eu-west-1.amazonaws.com"
        let proxy: String?

        var testDescription: String { why }
    }

    static let choices = [
        Choice(why: "none", environment: [:], proxy: nil),
        Choice(
            why: "for TLS",
            environment: ["HTTPS_PROXY": "http://p:1", "HTTP_PROXY": "http://q:1"],
            proxy: "http://p:1"
        ),
        Choice(why: "lower case first", environment: ["HTTPS_PROXY": "a:1", "https_proxy": "b:1"], proxy: "b:1"),
        Choice(why: "empty is unset", environment: ["https_proxy": "", "ALL_PROXY": "c:1"], proxy: "c:1"),
        Choice(why: "plain", environment: ["HTTP_PROXY": "q:1", "HTTPS_PROXY": "p:1"], scheme: "http", proxy: "q:1"),
        Choice(
            why: "under CGI the upper-case name is a client's header",
            environment: ["HTTP_PROXY": "q:1", "REQUEST_METHOD": "GET"],
            scheme: "http",
            proxy: nil
        ),
        Choice(why: "this machine", environment: ["ALL_PROXY": "p:1"], scheme: "http", host: "127.0.0.1", proxy: nil),
        Choice(why: "this machine by name", environment: ["ALL_PROXY": "p:1"], host: "LocalHost", proxy: nil),
        Choice(why: "this machine, IPv6", environment: ["ALL_PROXY": "p:1"], host: "[::1]", proxy: nil),
        Choice(
            why: "a name that only begins so",
            environment: ["ALL_PROXY": "p:1"],
            host: "127.0.0.1.example",
            proxy: "p:1"
        ),
        Choice(
            why: "a container's agent",
            environment: ["ALL_PROXY": "p:1"],
            scheme: "http",
            host: "169.254.170.2",
            proxy: nil
        ),
        Choice(
            why: "instance metadata, IPv6",
            environment: ["ALL_PROXY": "p:1"],
            scheme: "http",
            host: "[fd00:ec2::254]",
            proxy: nil
        ),
        Choice(
            why: "a name that only begins like a link-local address",
            environment: ["ALL_PROXY": "p:1"],
            host: "169.254.170.2.example",
            proxy: "p:1"
        ),
    ]

    @Test("the environment says which proxy is used", arguments: choices)
    func chooses(_ choice: Choice) {
        let proxies = ProxyChoice(environment: choice.environment)
        #expect(proxies.proxy(scheme: choice.scheme, host: choice.host) == choice.proxy)
    }

    @Test("a plain request goes to the proxy, whole address first")
    func plain() async throws {
        let seen = Seen<String>()
        let proxy = try LoopbackServer { peer in
            if let request = peer.readRequest() { seen.add(String(request.prefix { $0 != "\r\n" })) }
            peer.reply("by proxy")
        }
        let response = try await transport(proxy).send(HTTPRequest(method: "GET", url: "http://service.invalid/x?y"))
        #expect(response.body == Array("by proxy".utf8))
        #expect(seen.all == ["GET http://service.invalid/x?y HTTP/1.1"])
    }

    @Test("NO_PROXY is heeded, as libcurl reads it")
    func exceptions() async throws {
        let proxy = try LoopbackServer { $0.reply("by proxy") }
        let name = String(repeating: "a", count: 64) + ".invalid"
        let transport = CurlTransport(
            trust: .builtIn,
            environment: ["http_proxy": proxy.url(), "NO_PROXY": "other.example,.invalid"]
        )
        let failure = await #expect(throws: HTTPFailure.self) {
            try await transport.send(HTTPRequest(method: "GET", url: "http://\(name)/"))
        }
        #expect(failure?.kind == .unresolved)
        #expect(proxy.connections == 0)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let why: String
        let url: String
        let reply: String
        let words: String

        var testDescription: String { why }
    }

    static let refusals = [
        Refusal(why: "no tunnel", url: "https://service.invalid/?t=SECRET", reply: "403 Forbidden", words: "403"),
        Refusal(
            why: "no tunnel for strangers",
            url: "https://service.invalid/",
            reply: "407 Who",
            words: "credentials"
        ),
        Refusal(why: "no request of strangers", url: "http://service.invalid/", reply: "407 Who", words: "credentials"),
    ]

    @Test("a proxy that refuses is named, without its password, and nothing reached the server", arguments: refusals)
    func refuses(_ refusal: Refusal) async throws {
        let proxy = try LoopbackServer { peer in
            _ = peer.readRequest()
            peer.reply("", status: refusal.reply)
        }
        let failure = try #require(
            await #expect(throws: HTTPFailure.self) {
                try await transport(proxy).send(HTTPRequest(method: "POST", url: refusal.url, body: [1]))
            }
        )
        #expect(failure.kind == .proxy)
        #expect(!failure.mayHaveReachedServer)
        #expect(failure.explanation.hasPrefix("service.invalid through the proxy 127.0.0.1:\(proxy.port): "))
        #expect(failure.explanation.contains(refusal.words))
        #expect(!failure.explanation.contains("SECRET") && !failure.explanation.contains("PASSWORD"))
    }

    @Test("a proxy that is not there is named")
    func absent() async throws {
        let port = try LoopbackServer.closedPort()
        let transport = CurlTransport(
            trust: .builtIn,
            environment: ["https_proxy": "http://ana:PASSWORD@127.0.0.1:\(port)"]
        )
        let failure = try #require(
            await #expect(throws: HTTPFailure.self) {
                try await transport.send(HTTPRequest(method: "GET", url: "https://service.invalid/"))
            }
        )
        #expect(failure.kind == .unreachable)
        #expect(!failure.mayHaveReachedServer)
        #expect(failure.explanation.hasPrefix("service.invalid through the proxy 127.0.0.1:\(port): "))
        #expect(!failure.explanation.contains("PASSWORD"))
    }

    private func transport(_ proxy: LoopbackServer) -> CurlTransport {
        let address = "http://ana:PASSWORD@127.0.0.1:\(proxy.port)"
        return CurlTransport(trust: .builtIn, environment: ["http_proxy": address, "https_proxy": address])
    }
}
