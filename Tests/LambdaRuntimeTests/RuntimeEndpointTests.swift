import LambdaRuntime
import Testing

@Suite("Runtime API endpoint")
struct RuntimeEndpointTests {
    @Test(
        "a host, with or without a port, is kept as it came",
        arguments: [
            "127.0.0.1:9001", "localhost", "sandbox.local_domain:1", "169.254.100.1:65535", "[::1]:9001", "[fe80::1]",
        ]
    )
    func accepts(_ text: String) throws {
        #expect(try RuntimeEndpoint(text).authority == text)
    }

    struct Refusal: Sendable {
        let why: String
        let text: String
        let rejection: RuntimeEndpoint.Rejection
        let line: String
    }

    static let refusals = [
        Refusal(
            why: "not set",
            text: "",
            rejection: .empty,
            line: "AWS_LAMBDA_RUNTIME_API: not set; needs host or host:port"
        ),
        Refusal(
            why: "a port alone",
            text: ":9001",
            rejection: .host(nil),
            line: "AWS_LAMBDA_RUNTIME_API: needs host or host:port, and the host is missing"
        ),
        Refusal(
            why: "a URL",
            text: "http://127.0.0.1:9001",
            rejection: .port("//127.0.0.1:9001"),
            line: "AWS_LAMBDA_RUNTIME_API: needs a port from 1 to 65535, not \"//127.0.0.1:9001\""
        ),
        Refusal(
            why: "a path",
            text: "localhost/x",
            rejection: .host("/"),
            line: "AWS_LAMBDA_RUNTIME_API: needs host or host:port, without \"/\""
        ),
        Refusal(
            why: "a user",
            text: "me@localhost",
            rejection: .host("@"),
            line: "AWS_LAMBDA_RUNTIME_API: needs host or host:port, without \"@\""
        ),
        Refusal(
            why: "a colon and nothing",
            text: "localhost:",
            rejection: .port(""),
            line: "AWS_LAMBDA_RUNTIME_API: needs a port from 1 to 65535, not \"\""
        ),
        Refusal(
            why: "port zero",
            text: "localhost:0",
            rejection: .port("0"),
            line: "AWS_LAMBDA_RUNTIME_API: needs a port from 1 to 65535, not \"0\""
        ),
        Refusal(
            why: "a port past the last",
            text: "localhost:65536",
            rejection: .port("65536"),
            line: "AWS_LAMBDA_RUNTIME_API: needs a port from 1 to 65535, not \"65536\""
        ),
        Refusal(
            why: "a signed port",
            text: "localhost:+1",
            rejection: .port("+1"),
            line: "AWS_LAMBDA_RUNTIME_API: needs a port from 1 to 65535, not \"+1\""
        ),
        Refusal(
            why: "a bare IPv6 address",
            text: "::1",
            rejection: .host(nil),
            line: "AWS_LAMBDA_RUNTIME_API: needs host or host:port, and the host is missing"
        ),
        Refusal(
            why: "an open bracket",
            text: "[::1",
            rejection: .host("["),
            line: "AWS_LAMBDA_RUNTIME_API: needs host or host:port, without \"[\""
        ),
        Refusal(
            why: "text after the bracket",
            text: "[::1]9001",
            rejection: .host("9"),
            line: "AWS_LAMBDA_RUNTIME_API: needs host or host:port, without \"9\""
        ),
        Refusal(
            why: "a line's end",
            text: "localhost\n",
            rejection: .host("\n"),
            line: "AWS_LAMBDA_RUNTIME_API: needs host or host:port, without \"\n\""
        ),
    ]

    @Test("what cannot stand in a URL's authority is refused, with the bad part", arguments: refusals)
    func refuses(_ refusal: Refusal) {
        #expect(throws: refusal.rejection) { try RuntimeEndpoint(refusal.text) }
        #expect(refusal.rejection.description == refusal.line)
    }
}
