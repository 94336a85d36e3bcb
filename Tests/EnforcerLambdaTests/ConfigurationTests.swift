import LambdaRoot
import LambdaRuntime
import SessionCore
import Testing

@testable import enforcer_lambda

@Suite("The enforcer's configuration")
struct ConfigurationTests {
    static let complete = [
        "AWS_REGION": "eu-west-1",
        "SSM_BROKER_STORE": "dynamodb:ssm-broker",
        "SSM_BROKER_ALLOWED_ACCOUNTS": "111122223333, 444455556666",
    ]

    static func with(_ changes: [String: String?]) -> [String: String] {
        complete.merging(changes.compactMapValues { $0 ?? "" }) { $1 }
    }

    @Test("what is not said has a safe default: no schedule, no drift, CloudFormation's own bucket")
    func defaults() throws {
        let configuration = try Configuration(environment: Self.complete)
        #expect(configuration.enforcerRole == "ssm-broker/SSMBrokerEnforcer")
        #expect(configuration.roleMapPath == nil)
        #expect(configuration.doors.customResources.name == "custom-resource")
        #expect(configuration.doors.schedule == nil)
        #expect(!configuration.doors.takesDrift)
        #expect(configuration.responsePlaces == ResponsePlaces(region: "eu-west-1", domain: "amazonaws.com"))
        #expect(configuration.organizationRate == 4)
        #expect(configuration.ceiling.accounts == [try AccountID("111122223333"), try AccountID("444455556666")])
        #expect(configuration.ceiling.forbiddenLinuxUsers.isEmpty)
    }

    @Test("everything that is said holds")
    func everything() throws {
        let configuration = try Configuration(
            environment: Self.with([
                "AWS_REGION": "cn-north-1",
                "SSM_BROKER_ROLE_MAP": "/etc/map.json",
                "SSM_BROKER_ENFORCER_ROLE": "a/b/Role",
                "SSM_BROKER_ALLOWED_ACCOUNTS": "organization",
                "SSM_BROKER_ORGANIZATION": "o-abcde12345",
                "SSM_BROKER_FORBIDDEN_LINUX_USERS": "oracle,sapadm",
                "SSM_BROKER_ENFORCE_RULE": "arn:aws-cn:events:cn-north-1:999900001111:rule/ssm-broker-enforce",
                "SSM_BROKER_DRIFT_RULE": "arn:aws-cn:events:cn-north-1:999900001111:rule/ssm-broker/ssm-broker-drift",
                "SSM_BROKER_CUSTOM_RESOURCE_ALIAS": "cfn",
                "SSM_BROKER_ORGANIZATION_CALLS_PER_SECOND": "2",
            ])
        )
        #expect(configuration.roleMapPath == "/etc/map.json")
        #expect(configuration.enforcerRole == "a/b/Role")
        #expect(configuration.ceiling.accounts == nil)
        #expect(configuration.ceiling.forbiddenLinuxUsers == ["oracle", "sapadm"])
        #expect(configuration.doors.schedule?.account == "999900001111")
        #expect(configuration.doors.takesDrift)
        #expect(configuration.doors.customResources.name == "cfn")
        #expect(configuration.responsePlaces == ResponsePlaces(region: "cn-north-1", domain: "amazonaws.com.cn"))
        #expect(configuration.organizationRate == 2)
    }

    @Test("a stand-in for CloudFormation is taken outside of Lambda only")
    func standIn() throws {
        let environment = Self.with(["SSM_BROKER_CUSTOM_RESOURCE_STAND_IN": "http://127.0.0.1:4566"])
        let places = try Configuration(environment: environment).responsePlaces
        #expect(places == ResponsePlaces(standIn: "http://127.0.0.1:4566"))
        #expect(
            throws: ConfigurationProblems(lines: [
                "SSM_BROKER_CUSTOM_RESOURCE_STAND_IN: stands in where there is no AWS; leave it out in Lambda"
            ])
        ) {
            try Configuration(
                environment: environment.merging(["AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand"]) { $1 }
            )
        }
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let change: [String: String?]
        let line: String
        var testDescription: String { line }
    }

    static let refusals = [
        Refusal(change: ["AWS_REGION": nil], line: "AWS_REGION: is not set; needs a Region as eu-west-1"),
        Refusal(
            change: ["SSM_BROKER_STORE": "mysql:x"],
            line: "SSM_BROKER_STORE: needs sqlite:<absolute path> or dynamodb:<table prefix>"
        ),
        Refusal(
            change: ["SSM_BROKER_STORE": "sqlite:/x", "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand"],
            line: "SSM_BROKER_STORE: sqlite keeps records on a disk that Lambda throws away; name dynamodb tables"
        ),
        Refusal(
            change: ["SSM_BROKER_ALLOWED_ACCOUNTS": nil],
            line: "SSM_BROKER_ALLOWED_ACCOUNTS: needs at least one account; without any, nothing would be written"
        ),
        Refusal(
            change: ["SSM_BROKER_ALLOWED_ACCOUNTS": "1"],
            line:
                "SSM_BROKER_ALLOWED_ACCOUNTS: needs account numbers of twelve digits, separated by commas, or the word organization"
        ),
        Refusal(
            change: ["SSM_BROKER_ALLOWED_ACCOUNTS": "organization"],
            line: "SSM_BROKER_ALLOWED_ACCOUNTS: takes organization only where SSM_BROKER_ORGANIZATION is set"
        ),
        Refusal(
            change: ["SSM_BROKER_ENFORCER_ROLE": "/x"],
            line: "SSM_BROKER_ENFORCER_ROLE: needs a role's path and name as ssm-broker/SSMBrokerEnforcer"
        ),
        Refusal(
            change: ["SSM_BROKER_ENFORCE_RULE": "rate(1 hour)"],
            line:
                "SSM_BROKER_ENFORCE_RULE: needs an EventBridge rule's ARN as arn:aws:events:eu-west-1:999900001111:rule/ssm-broker-enforce"
        ),
        Refusal(
            change: ["SSM_BROKER_DRIFT_RULE": "x"],
            line:
                "SSM_BROKER_DRIFT_RULE: needs an EventBridge rule's ARN as arn:aws:events:eu-west-1:999900001111:rule/ssm-broker/ssm-broker-drift"
        ),
        Refusal(
            change: ["SSM_BROKER_CUSTOM_RESOURCE_ALIAS": "7"],
            line: "SSM_BROKER_CUSTOM_RESOURCE_ALIAS: needs an alias as custom-resource"
        ),
        Refusal(
            change: ["SSM_BROKER_CUSTOM_RESOURCE_STAND_IN": "https://evil.example"],
            line: "SSM_BROKER_CUSTOM_RESOURCE_STAND_IN: needs a port of this machine as http://127.0.0.1:4566"
        ),
        Refusal(
            change: ["SSM_BROKER_ORGANIZATION_CALLS_PER_SECOND": "0"],
            line: "SSM_BROKER_ORGANIZATION_CALLS_PER_SECOND: needs a whole number from 1 to 100"
        ),
        Refusal(
            change: ["AWS_ENDPOINT_URL_LAMBDA": "nowhere"],
            line: "AWS_ENDPOINT_URL: form(variable: \"AWS_ENDPOINT_URL_LAMBDA\")"
        ),
    ]

    @Test("a wrong variable is named, with what would be right", arguments: refusals)
    func refuses(_ refusal: Refusal) {
        #expect(throws: ConfigurationProblems(lines: [refusal.line])) {
            try Configuration(environment: Self.with(refusal.change))
        }
    }

    @Test("everything that is wrong is said at once")
    func allAtOnce() throws {
        let problems = try #require(throws: ConfigurationProblems.self) { try Configuration(environment: [:]) }
        #expect(
            problems.lines.map { $0.prefix { $0 != ":" } } == [
                "AWS_REGION", "SSM_BROKER_STORE", "SSM_BROKER_ALLOWED_ACCOUNTS",
            ]
        )
    }
}
