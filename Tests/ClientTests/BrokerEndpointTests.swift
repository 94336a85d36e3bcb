import Testing

@testable import ssm_broker

@Suite("where the broker is")
struct BrokerEndpointTests {
    private func endpoint(_ url: String?, region: String? = "eu-west-1") throws -> BrokerEndpoint {
        var environment: [String: String] = [:]
        environment["SSM_BROKER_URL"] = url
        environment["SSM_BROKER_REGION"] = region
        return try BrokerEndpoint(Settings(environment: environment))
    }

    @Test("the service that is signed for follows from the host")
    func service() throws {
        #expect(try endpoint("https://a1.execute-api.eu-west-1.amazonaws.com/prod/").service == "execute-api")
        #expect(try endpoint("https://a1.lambda-url.eu-west-1.on.aws").service == "lambda")
        #expect(try endpoint("https://broker.example.com/prod//").url == "https://broker.example.com/prod")
    }

    @Test(
        "without TLS only this machine is reached",
        arguments: [
            "http://127.0.0.1:8080/prod", "http://localhost:1", "http://abc.lambda-url.eu-west-1.localhost:8080",
            "http://[::1]:80/x",
        ]
    )
    func loopback(_ url: String) throws {
        #expect(try endpoint(url).url == url)
    }

    @Test(
        "what is no safe address is refused as wrong usage",
        arguments: [
            nil, "", "broker.example.com", "ftp://x", "http://broker.example.com", "http://127.0.0.1.example.com/",
            "http://127.1/", "https://", "https://user@host/", "https://host:0/", "https://host:x/",
            "https://host/?a=b",
            "https://host/#x", "https://ho st/", "http://127.0.0.1@evil.example/", "https://host\\x/", "https://[::1/",
        ]
    )
    func refused(_ url: String?) throws {
        let failure = try #require(throws: CommandFailure.self) { _ = try endpoint(url) }
        #expect(failure.status == .usage && failure.why.count == 1)
        #expect(failure.why[0].contains("SSM_BROKER_URL"))
    }

    @Test("everything that is missing is named at once")
    func both() throws {
        let failure = try #require(throws: CommandFailure.self) { _ = try endpoint(nil, region: "nowhere") }
        #expect(failure.why.count == 2)
    }
}
