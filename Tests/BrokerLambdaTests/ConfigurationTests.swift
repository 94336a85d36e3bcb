import BrokerService
import LambdaRoot
import LambdaRuntime
import Logging
import SessionCore
import Testing

@testable import broker_lambda

@Suite("The broker's configuration")
struct ConfigurationTests {
    static let complete = [
        "AWS_REGION": "eu-west-1",
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
        "SSM_BROKER_FRONT_DOOR": "rest:a1b2c3d4e5",
        "SSM_BROKER_STORE": "sqlite:/var/lib/ssm-broker/audit.sqlite",
        "SSM_BROKER_ROLE_MAP": "/etc/ssm-broker/role-map.json",
        "SSM_BROKER_ALLOWED_ACCOUNTS": "111122223333, 444455556666",
    ]

    @Test("what is not said has a safe default")
    func defaults() throws {
        let configuration = try Configuration(environment: Self.complete)
        #expect(configuration.targetRole.pathAndName == "ssm-broker/SSMBrokerTarget")
        #expect(configuration.ceiling.forbiddenLinuxUsers.isEmpty)
        #expect(configuration.ceiling.bootstrapAdministrators.isEmpty)
        #expect(configuration.organization == nil)
        #expect(configuration.refusalsPerMinute == 20)
        #expect(configuration.logLevel == .info)
        #expect(configuration.sweepRule == nil)
    }

    @Test("the sweep's rule is an EventBridge rule's ARN, and nothing else")
    func sweepRule() throws {
        var environment = Self.complete
        environment["SSM_BROKER_SWEEP_RULE"] = "arn:aws:events:eu-west-1:999900001111:rule/ssm-broker-sweep"
        #expect(try Configuration(environment: environment).sweepRule?.account == "999900001111")
        environment["SSM_BROKER_SWEEP_RULE"] = "rate(5 minutes)"
        #expect(
            throws: Configuration.Problems(lines: [
                "SSM_BROKER_SWEEP_RULE: needs an EventBridge rule's ARN as "
                    + "arn:aws:events:eu-west-1:999900001111:rule/ssm-broker-sweep"
            ])
        ) { try Configuration(environment: environment) }
    }

    @Test("the ceiling is what the variables say")
    func ceiling() throws {
        var environment = Self.complete
        environment["SSM_BROKER_FORBIDDEN_LINUX_USERS"] = "oracle,sapadm"
        environment["SSM_BROKER_BOOTSTRAP_ADMINISTRATORS"] = "111122223333/BrokerAdmin"
        let ceiling = try Configuration(environment: environment).ceiling
        #expect(ceiling.accounts == [try AccountID("111122223333"), try AccountID("444455556666")])
        #expect(ceiling.forbiddenLinuxUsers == ["oracle", "sapadm"])
        #expect(
            ceiling.bootstrapAdministrators == [
                RoleMap.Principal(
                    account: try AccountID("111122223333"),
                    permissionSet: try PermissionSetName("BrokerAdmin")
                )
            ]
        )
    }

    @Test("the whole organisation may be allowed, where the deployment says which one that is")
    func wholeOrganization() throws {
        var environment = Self.complete
        environment["SSM_BROKER_ALLOWED_ACCOUNTS"] = "organization"
        #expect(
            throws: Configuration.Problems(lines: [
                "SSM_BROKER_ALLOWED_ACCOUNTS: takes organization only where SSM_BROKER_ORGANIZATION is set"
            ])
        ) { try Configuration(environment: environment) }
        environment["SSM_BROKER_ORGANIZATION"] = "o-abcde12345"
        let ceiling = try Configuration(environment: environment).ceiling
        #expect(ceiling.accounts == nil)
        #expect(ceiling.admits(try AccountID("777788889999")))
    }

    @Test("a deployment may come without a role map")
    func noMap() throws {
        var environment = Self.complete
        environment["SSM_BROKER_ROLE_MAP"] = nil
        #expect(try Configuration(environment: environment).roleMapPath == nil)
    }

    @Test("an empty environment is refused with a line for each variable that is needed")
    func empty() {
        #expect(
            throws: Configuration.Problems(lines: [
                "AWS_REGION: is not set; needs a Region as eu-west-1",
                "SSM_BROKER_FRONT_DOOR: is not set; needs rest:<api id> or url:<url id>",
                "SSM_BROKER_STORE: is not set; needs sqlite:<absolute path> or dynamodb:<table prefix>",
                "AWS_LAMBDA_RUNTIME_API: is not set; needs host:port, set by Lambda",
                "SSM_BROKER_ALLOWED_ACCOUNTS: needs at least one account; without any, nobody could connect",
            ])
        ) { try Configuration(environment: [:]) }
    }

    struct Refusal: CustomTestStringConvertible, Sendable {
        let why: String
        let variable: String
        let value: String
        let line: String

        var testDescription: String { why }
    }

    static let refusals = [
        Refusal(
            why: "a Region that is none",
            variable: "AWS_REGION",
            value: "Ireland",
            line: "AWS_REGION: needs a Region as eu-west-1"
        ),
        Refusal(
            why: "a front door without its kind",
            variable: "SSM_BROKER_FRONT_DOOR",
            value: "a1b2c3d4e5",
            line: "SSM_BROKER_FRONT_DOOR: needs rest:<api id> or url:<url id>"
        ),
        Refusal(
            why: "a store of another kind",
            variable: "SSM_BROKER_STORE",
            value: "postgres:/x",
            line: "SSM_BROKER_STORE: needs sqlite:<absolute path> or dynamodb:<table prefix>"
        ),
        Refusal(
            why: "a store whose path depends on where the process stands",
            variable: "SSM_BROKER_STORE",
            value: "sqlite:audit.sqlite",
            line: "SSM_BROKER_STORE: needs sqlite:<absolute path> or dynamodb:<table prefix>"
        ),
        Refusal(
            why: "a table prefix that no table can have",
            variable: "SSM_BROKER_STORE",
            value: "dynamodb:a b",
            line: "SSM_BROKER_STORE: needs sqlite:<absolute path> or dynamodb:<table prefix>"
        ),
        Refusal(
            why: "one wrong account among right ones",
            variable: "SSM_BROKER_ALLOWED_ACCOUNTS",
            value: "111122223333,12",
            line:
                "SSM_BROKER_ALLOWED_ACCOUNTS: needs account numbers of twelve digits, separated by commas, or the word organization"
        ),
        Refusal(
            why: "an administrator without an account",
            variable: "SSM_BROKER_BOOTSTRAP_ADMINISTRATORS",
            value: "BrokerAdmin",
            line: "SSM_BROKER_BOOTSTRAP_ADMINISTRATORS: needs <account>/<permission set>, separated by commas"
        ),
        Refusal(
            why: "a role ARN where path and name belong",
            variable: "SSM_BROKER_TARGET_ROLE",
            value: "arn:aws:iam::111122223333:role/x",
            line: "SSM_BROKER_TARGET_ROLE: needs a role's path and name as ssm-broker/SSMBrokerTarget"
        ),
        Refusal(
            why: "an organisation that is none",
            variable: "SSM_BROKER_ORGANIZATION",
            value: "acme",
            line: "SSM_BROKER_ORGANIZATION: needs an organisation's id as o-abcde12345"
        ),
        Refusal(
            why: "no refusal at all",
            variable: "SSM_BROKER_REFUSALS_PER_MINUTE",
            value: "0",
            line: "SSM_BROKER_REFUSALS_PER_MINUTE: needs a whole number from 1 to 1000000"
        ),
        Refusal(
            why: "an unknown log level",
            variable: "SSM_BROKER_LOG_LEVEL",
            value: "loud",
            line: "SSM_BROKER_LOG_LEVEL: needs one of trace, debug, info, notice, warning, error, critical"
        ),
        Refusal(
            why: "SQLite inside real Lambda",
            variable: "AWS_LAMBDA_INITIALIZATION_TYPE",
            value: "on-demand",
            line: "SSM_BROKER_STORE: sqlite keeps records on a disk that Lambda throws away; name dynamodb tables"
        ),
    ]

    @Test("DynamoDB tables are named by what their names begin with")
    func dynamodb() throws {
        var environment = Self.complete
        environment["SSM_BROKER_STORE"] = "dynamodb:ssm-broker.prod_1"
        #expect(try Configuration(environment: environment).store == .dynamodb("ssm-broker.prod_1"))
    }

    @Test("a wrong value is refused with what would be right", arguments: refusals)
    func refuses(_ refusal: Refusal) {
        var environment = Self.complete
        environment[refusal.variable] = refusal.value
        #expect(throws: Configuration.Problems(lines: [refusal.line])) { try Configuration(environment: environment) }
    }
}
