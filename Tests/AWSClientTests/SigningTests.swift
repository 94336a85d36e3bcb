import AWSClient
import Digests
import Foundation
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@Suite("signatures")
struct SigningTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let why: String
        let service: String
        let request: HTTPRequest
        let authorization: String

        var testDescription: String { why }
    }

    // Source: AWS General Reference, "Signature Version 4 signing process" (ListUsers), and the Signature Version 4
    // test suite.
    static let published = [
        Example(
            why: "IAM's ListUsers",
            service: "iam",
            request: HTTPRequest(
                method: "GET",
                url: "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
                headers: [HTTPHeader("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]
            ),
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
                + "SignedHeaders=content-type;host;x-amz-date, "
                + "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
        ),
        Example(
            why: "get-vanilla",
            service: "service",
            request: HTTPRequest(method: "GET", url: "https://example.amazonaws.com/"),
            authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                + "SignedHeaders=host;x-amz-date, "
                + "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        ),
    ]

    @Test("AWS's published examples come out as published", arguments: published)
    func publishedExamples(_ example: Example) throws {
        let credentials = AWSCredentials(
            accessKeyID: "AKIDEXAMPLE",
            secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        )
        let signer = SigV4(credentials: credentials, service: example.service, region: "us-east-1")
        let moment = try #require(Timestamp("2015-08-30T12:36:00Z"))
        #expect(
            try signer.sign(example.request, at: moment).headers.last
                == HTTPHeader("Authorization", example.authorization)
        )
    }

    struct Case: Encodable {
        let method: String
        let url: String
        let headers: [[String]]
        let body: String
        let key: String
        let secret: String
        let token: String?
        let service: String
        let region: String
        let time: String
    }

    struct Verdict: Decodable {
        let headers: [String: String]
    }

    @Test("botocore signs generated requests the same way")
    func likeBotocore() throws {
        let count = Generated.count(300)
        var random = SeededGenerator(seed: 20_261_121)
        var cases: [Case] = []
        var ours: [[String: String]] = []
        for _ in 0..<count {
            let (request, credentials) = (Self.request(&random), Self.credentials(&random))
            let service = random.pick(["execute-api", "lambda", "ssm", "sts", "iam"])
            let region = random.pick(["eu-west-1", "us-gov-west-1", "cn-north-1"])
            let moment = Timestamp(
                milliseconds: Int64.random(in: 1_400_000_000_000...4_000_000_000_000, using: &random)
            )
            cases.append(
                Case(
                    method: request.method,
                    url: request.url,
                    headers: request.headers.map { [$0.name, $0.value] },
                    body: Hexadecimal.text(request.body),
                    key: credentials.accessKeyID,
                    secret: credentials.secretAccessKey.reveal(),
                    token: credentials.sessionToken?.reveal(),
                    service: service,
                    region: region,
                    time: moment.basicFormat
                )
            )
            let signed = try SigV4(credentials: credentials, service: service, region: region).sign(request, at: moment)
            ours.append(
                signed.headers.reduce(into: [:]) { headers, header in
                    let name = header.name.lowercased()
                    if ["authorization", "x-amz-date", "x-amz-security-token"].contains(name) {
                        headers[name] = header.value
                    }
                }
            )
        }
        let verdicts: [Verdict] = try Botocore.judge("sign", cases)
        for (index, verdict) in verdicts.enumerated() {
            #expect(
                ours[index] == verdict.headers,
                "\(cases[index].method) \(cases[index].url) \(cases[index].headers)"
            )
        }
        #expect(verdicts.count == count)
    }

    @Test("signing again replaces the signature")
    func again() throws {
        var random = SeededGenerator(seed: 7)
        let request = Self.request(&random)
        let signer = SigV4(credentials: Self.credentials(&random), service: "ssm", region: "eu-west-1")
        let (first, second) = (Timestamp(milliseconds: 1_800_000_000_000), Timestamp(milliseconds: 1_800_000_001_000))
        let twice = try signer.sign(signer.sign(request, at: first), at: second)
        let once = try signer.sign(request, at: second)
        #expect(twice.headers.sorted { $0.name < $1.name } == once.headers.sorted { $0.name < $1.name })
    }

    @Test(
        "what would be sent otherwise than it is signed is refused",
        arguments: [
            "ftp://h/", "https://u@h/", "https://h/a b", "https:///x", "https://h/#f", "https://h:0/", "https://[::1/",
        ]
    )
    func refusesURL(_ url: String) {
        let signer = SigV4(
            credentials: AWSCredentials(accessKeyID: "A", secretAccessKey: Secret("s")),
            service: "ssm",
            region: "eu-west-1"
        )
        #expect(throws: SigV4.Rejection.url) {
            try signer.sign(HTTPRequest(method: "GET", url: url), at: Timestamp(milliseconds: 0))
        }
        #expect(throws: SigV4.Rejection.header("A")) {
            let request = HTTPRequest(method: "GET", url: "https://h/", headers: [HTTPHeader("A", "1\nB: 2")])
            return try signer.sign(request, at: Timestamp(milliseconds: 0))
        }
    }

    private static func credentials(_ random: inout SeededGenerator) -> AWSCredentials {
        let characters = (0x21...0x7E).map { String(Unicode.Scalar($0)) }
        return AWSCredentials(
            accessKeyID: "ASIA" + random.joined(["A", "B", "7"], upTo: 16),
            secretAccessKey: Secret("s" + random.joined(characters, upTo: 40)),
            sessionToken: Bool.random(using: &random) ? Secret("t" + random.joined(characters, upTo: 300)) : nil
        )
    }

    private static func request(_ random: inout SeededGenerator) -> HTTPRequest {
        let hosts = [
            "ssm.eu-west-1.amazonaws.com", "127.0.0.1:8080", "Abc123.Execute-API.eu-west-1.amazonaws.com", "h:443",
            "h:80",
            "[::1]:8443",
        ]
        let segments = [
            "/", "//", "/.", "/..", "/a", "/v1/sessions", "/%20", "/%2F", "/~x", "/a*b", "/a:b@c", "/(1)", "/é".encoded,
        ]
        let pairs = [
            "a=1", "a=2", "b", "=", "", "c=", "A=%20", "a=%2F", "user=x+y", "B=~", "aa=0", "é=1".encoded, "x=a=b",
        ]
        let names = [
            "X-Custom", "x-custom", "Content-Type", "User-Agent", "X-Amz-Target", "Accept", "Connection",
            "X-Amzn-Trace-Id",
        ]
        let values = [
            "1", "  two  spaces ", "tab\there", "", "a,b", "\"quoted  text\"", "application/json; charset=utf-8",
        ]
        let query = (0..<Int.random(in: 0...4, using: &random)).map { _ in random.pick(pairs) }
        let size = random.pick([0, 0, 1, 100, 70_000])
        return HTTPRequest(
            method: random.pick(["GET", "POST", "DELETE", "PUT"]),
            url: random.pick(["https://", "http://"]) + random.pick(hosts) + random.joined(segments, upTo: 5)
                + (query.isEmpty ? "" : "?" + query.joined(separator: "&")),
            headers: (0..<Int.random(in: 0...5, using: &random)).map { _ in
                HTTPHeader(random.pick(names), random.pick(values))
            },
            body: (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
        )
    }
}

extension String {
    /// The text with its non-ASCII bytes percent-encoded, as a caller would send it.
    fileprivate var encoded: String {
        utf8.map { $0 < 0x80 ? String(Unicode.Scalar($0)) : "%\(String($0, radix: 16, uppercase: true))" }.joined()
    }
}
