import Foundation
import SessionCore
import Testing

@testable import AWSClient

@Suite("where AWS's services are")
struct EndpointTests {
    struct Place: Codable, Equatable {
        let url: String
        let signingRegion: String
    }

    struct Question: Encodable {
        let service: String
        let region: String
        let fips: Bool
        let dualStack: Bool

        /// botocore signs for a Region of another partition there, by its rule set's last resort.
        var isSlip: Bool { service == "organizations" && dualStack && region.hasPrefix("us-iso") }

        var environment: [String: String] {
            // The first as the AWS CLI's documentation writes it, the second as people do.
            ["AWS_USE_FIPS_ENDPOINT": "\(fips)", "AWS_USE_DUALSTACK_ENDPOINT": dualStack ? "True" : ""]
        }
    }

    @Test("every service is where botocore looks for it, in every partition, with and without FIPS and dual-stack")
    func endpoints() throws {
        let regions = [
            "eu-west-1", "us-east-1", "us-west-2", "ca-central-1", "ca-west-1", "ap-southeast-7", "me-south-1",
            "cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1", "eusc-de-east-1", "us-iso-east-1",
            "us-iso-west-1",
            "us-isob-east-1", "us-isob-west-1", "eu-isoe-west-1", "us-isof-east-1", "us-isof-south-1",
        ]
        let questions = regions.flatMap { region in
            AWSService.allCases.flatMap { service in
                [(false, false), (true, false), (false, true), (true, true)].map {
                    Question(service: service.rawValue, region: region, fips: $0.0, dualStack: $0.1)
                }
            }
        }
        .filter { !$0.isSlip }
        let ours = try questions.map { question in
            let service = try #require(AWSService(rawValue: question.service))
            let endpoint = try AWSEndpoints(environment: question.environment)
                .endpoint(of: service, in: try Region(question.region))
            return Place(url: endpoint.url, signingRegion: endpoint.signingRegion)
        }
        let theirs: [Place] = try Botocore.judge("endpoints", questions)
        try #require(ours.count == theirs.count)
        for (question, places) in zip(questions, zip(ours, theirs)) {
            #expect(places.0 == places.1, "\(question)")
        }
    }

    struct Override: Sendable, CustomTestStringConvertible {
        let why: String
        let environment: [String: String]
        let sts: String
        let ssm: String

        var testDescription: String { why }
    }

    static let overrides = [
        Override(
            why: "one for all",
            environment: ["AWS_ENDPOINT_URL": "http://127.0.0.1:5000"],
            sts: "http://127.0.0.1:5000/",
            ssm: "http://127.0.0.1:5000/"
        ),
        Override(
            why: "a service's own goes first, its path is kept",
            environment: [
                "AWS_ENDPOINT_URL": "http://127.0.0.1:5000/", "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1/sts",
            ],
            sts: "http://127.0.0.1:1/sts",
            ssm: "http://127.0.0.1:5000/"
        ),
        Override(
            why: "switched off",
            environment: ["AWS_ENDPOINT_URL": "http://127.0.0.1:5000", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True"],
            sts: "https://sts.eu-west-1.amazonaws.com/",
            ssm: "https://ssm.eu-west-1.amazonaws.com/"
        ),
        Override(
            why: "empty",
            environment: ["AWS_ENDPOINT_URL_SSM": "", "AWS_ENDPOINT_URL": ""],
            sts: "https://sts.eu-west-1.amazonaws.com/",
            ssm: "https://ssm.eu-west-1.amazonaws.com/"
        ),
    ]

    @Test("the environment may name other endpoints", arguments: overrides)
    func overridden(_ override: Override) throws {
        let endpoints = try AWSEndpoints(environment: override.environment)
        #expect(endpoints.endpoint(of: .sts, in: ireland).url == override.sts)
        #expect(endpoints.endpoint(of: .ssm, in: ireland).url == override.ssm)
        #expect(endpoints.endpoint(of: .iam, in: ireland).signingRegion == "us-east-1")
    }

    @Test(
        "an endpoint that is no address is refused by its variable's name",
        arguments: ["127.0.0.1:5000", "ftp://h", "http://h/?a"]
    )
    func refusesEndpoint(_ value: String) {
        #expect(throws: AWSEndpoints.Rejection.form(variable: "AWS_ENDPOINT_URL_IAM")) {
            try AWSEndpoints(environment: ["AWS_ENDPOINT_URL_IAM": value])
        }
    }

    @Test(
        "credentials go over no wire in the clear",
        arguments: [
            "http://ssm.example.com", "http://10.0.0.1:5000", "http://127.0.0.1.example.com/",
            "http://localhost.example/",
        ]
    )
    func refusesPlainText(_ value: String) {
        #expect(throws: AWSEndpoints.Rejection.insecure(variable: "AWS_ENDPOINT_URL")) {
            try AWSEndpoints(environment: ["AWS_ENDPOINT_URL": value])
        }
    }

    @Test(
        "this machine may be called without TLS",
        arguments: ["http://localhost:1", "http://[::1]:5000/x", "http://127.9.9.9"]
    )
    func takesLoopback(_ value: String) throws {
        let url = try AWSEndpoints(environment: ["AWS_ENDPOINT_URL": value]).endpoint(of: .sts, in: ireland).url
        #expect(url.hasPrefix(value))
    }

    @Test("a profile's choice of endpoints holds where the environment makes none")
    func profile() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let config = folder.appendingPathComponent("config")
        try Data(
            "[profile gov]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\nregion = us-gov-west-1\n".utf8
        )
        .write(to: config)
        let files = ["AWS_CONFIG_FILE": config.path, "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"]
        let options = ProfileOptions(profile: "gov", environment: files)
        #expect(options.region == "us-gov-west-1")
        let all = try AWSEndpoints(environment: options.completing(files))
        #expect(all.endpoint(of: .ssm, in: ireland).url == "https://ssm-fips.eu-west-1.api.aws/")
        let own = options.completing(files.merging(["AWS_USE_FIPS_ENDPOINT": "false"]) { $1 })
        #expect(
            try AWSEndpoints(environment: own).endpoint(of: .ssm, in: ireland).url == "https://ssm.eu-west-1.api.aws/"
        )
    }
}
