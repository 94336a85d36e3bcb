import HTTPTransport
import LambdaRuntime
import TestSupport
import Testing

@Suite("Where a custom resource's answer may go")
struct ResponsePlacesTests {
    static let ireland = ResponsePlaces(region: "eu-west-1", domain: "amazonaws.com")
    static let bucket = "cloudformation-custom-resource-response-euwest1"

    struct Taken: Sendable {
        let region: String
        let domain: String
        let url: String
    }

    /// As seen in published events, and as the partitions' domains make them.
    static let taken = [
        Taken(region: "eu-west-1", domain: "amazonaws.com", url: "https://\(bucket).s3.eu-west-1.amazonaws.com/k?s=1"),
        Taken(
            region: "eu-west-1",
            domain: "amazonaws.com",
            url: "https://\(bucket).s3-eu-west-1.amazonaws.com/k%7C?s=1"
        ),
        Taken(
            region: "us-east-1",
            domain: "amazonaws.com",
            url: "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/k"
        ),
        Taken(
            region: "us-east-2",
            domain: "amazonaws.com",
            url: "https://cloudformation-custom-resource-response-useast2.s3-us-east-2.amazonaws.com/k"
        ),
        Taken(
            region: "us-gov-west-1",
            domain: "amazonaws.com",
            url: "https://cloudformation-custom-resource-response-usgovwest1.s3.us-gov-west-1.amazonaws.com/k"
        ),
        Taken(
            region: "cn-north-1",
            domain: "amazonaws.com.cn",
            url: "https://cloudformation-custom-resource-response-cnnorth1.s3.cn-north-1.amazonaws.com.cn/k"
        ),
    ]

    @Test("the bucket of the function's own Region is taken under each of its hosts", arguments: taken)
    func takes(_ taken: Taken) async throws {
        let run = CustomResourceRun(places: ResponsePlaces(region: taken.region, domain: taken.domain))
        _ = try await run.answer(CustomResourceRun.create.setting("ResponseURL", "\"\(taken.url)\""))
        #expect(run.transport.requests.map(\.url) == [taken.url])
    }

    static let refused = [
        "https://cloudformation-custom-resource-response-evil.s3.eu-west-1.amazonaws.com/k",
        "https://cloudformation-custom-resource-response-euwest1x.s3.eu-west-1.amazonaws.com/k",
        "https://cloudformation-custom-resource-response-eu-west-1.s3.eu-west-1.amazonaws.com/k",
        "https://cloudformation-custom-resource-response-useast1.s3.us-east-1.amazonaws.com/k",
        "https://\(bucket).s3.us-east-1.amazonaws.com/k",
        "https://\(bucket).s3.amazonaws.com/k",
        "https://\(bucket).s3.eu-west-1.amazonaws.com.evil.example/k",
        "https://\(bucket).s3.eu-west-1.amazonaws.com.cn/k",
        "https://\(bucket).s3.eu-west-1.amazonaws.com",
        "https://\(bucket).s3.eu-west-1.amazonaws.com:443/k",
        "https://\(bucket).s3.eu-west-1.amazonaws.com:8443/k",
        "https://\(bucket).s3.eu-west-1.amazonaws.com@evil.example/k",
        "https://a:b@\(bucket).s3.eu-west-1.amazonaws.com/k",
        "https://evil.example/\(bucket).s3.eu-west-1.amazonaws.com/k",
        "https://evil.example#\(bucket).s3.eu-west-1.amazonaws.com/k",
        "https://\(bucket).s3.eu-west-1.amazonaws.com/k#f",
        "https://\(bucket).s3.eu-west-1.amazonaws.com\\\\@evil.example/",
        "https://s3.eu-west-1.amazonaws.com/\(bucket)/k",
        "http://\(bucket).s3.eu-west-1.amazonaws.com/k",
        "HTTPS://\(bucket).s3.eu-west-1.amazonaws.com/k",
        " https://\(bucket).s3.eu-west-1.amazonaws.com/k",
        "https://\(bucket).s3.eu-west-1.amazonaws.com/k\\r\\nX: y",
        "https://\(bucket).s3.eu-west-1.amazonaws.com/é",
        "http://127.0.0.1:4566/k",
        "",
    ]

    @Test("every other address is refused, nothing is sent and no work is done", arguments: refused)
    func refuses(_ url: String) async throws {
        let run = CustomResourceRun(places: Self.ireland, answers: [])
        await #expect(throws: EventRefusal.responseURL) {
            try await run.answer(CustomResourceRun.create.setting("ResponseURL", "\"\(url)\"")) { _, _ in
                Issue.record("work was done for a stranger's address")
                return nil
            }
        }
        #expect(run.transport.requests.isEmpty)
    }

    @Test("a stand-in on this machine is one address of it, and takes no other")
    func standIn() async throws {
        let places = try #require(ResponsePlaces(standIn: "http://127.0.0.1:4566"))
        let run = CustomResourceRun(places: places)
        _ = try await run.answer(CustomResourceRun.create.setting("ResponseURL", #""http://127.0.0.1:4566/k""#))
        #expect(run.transport.requests.map(\.url) == ["http://127.0.0.1:4566/k"])
        for url in ["http://127.0.0.1:45660/k", "http://127.0.0.1:4567/k", "http://localhost:4566/k"] {
            await #expect(throws: EventRefusal.responseURL) {
                try await run.answer(CustomResourceRun.create.setting("ResponseURL", "\"\(url)\""))
            }
        }
    }

    @Test(
        "what is not this machine is no stand-in",
        arguments: [
            "", "http://127.0.0.1", "http://127.0.0.1:0", "http://127.0.0.1:65536", "http://127.0.0.1:4566/",
            "http://127.0.0.1:04566", "https://127.0.0.1:4566", "http://10.0.0.1:4566",
            "http://127.0.0.1:1@evil.example",
        ]
    )
    func noStandIn(_ text: String) {
        #expect(ResponsePlaces(standIn: text) == nil)
    }
}
