import AWSClient
import LambdaRoot
import LambdaRuntime
import SessionCore

/// Everything that the deployment decides, read from the environment once, at start.
struct Configuration: Sendable {
    /// The environment variables, by what they decide.
    enum Key: String, CaseIterable {
        case region = "AWS_REGION"
        case store = "SSM_BROKER_STORE"
        case roleMap = "SSM_BROKER_ROLE_MAP"
        case enforcerRole = "SSM_BROKER_ENFORCER_ROLE"
        case allowedAccounts = "SSM_BROKER_ALLOWED_ACCOUNTS"
        case organization = "SSM_BROKER_ORGANIZATION"
        case forbiddenLinuxUsers = "SSM_BROKER_FORBIDDEN_LINUX_USERS"
        case scheduleRule = "SSM_BROKER_ENFORCE_RULE"
        case driftRule = "SSM_BROKER_DRIFT_RULE"
        case customResourceAlias = "SSM_BROKER_CUSTOM_RESOURCE_ALIAS"
        case customResourceStandIn = "SSM_BROKER_CUSTOM_RESOURCE_STAND_IN"
        case organizationRate = "SSM_BROKER_ORGANIZATION_CALLS_PER_SECOND"
    }

    let region: Region
    let store: StorePlace
    /// The map that holds until one is published; nil when nothing does.
    let roleMapPath: String?
    /// Path and name of the role in every account.
    let enforcerRole: String
    let ceiling: EnforcerCeiling
    let doors: EnforcerEvent.Doors
    /// Where CloudFormation's answers go.
    let responsePlaces: ResponsePlaces
    /// Calls a second to Organizations.
    let organizationRate: Int
    let endpoints: AWSEndpoints

    /// Reads the environment.
    ///
    /// - Throws: ``ConfigurationProblems`` with a line for each variable that is missing or wrong, and what would be right.
    init(environment: [String: String]) throws(ConfigurationProblems) {
        var reader = EnvironmentReader<Key>(environment)
        let region = reader.required(.region, "a Region as eu-west-1") { try? Region($0) }
        let store = reader.store(.store)
        let roleMapPath = reader.optional(.roleMap, "the path of the compiled role map") { $0 }
        let role = reader.optional(
            .enforcerRole,
            "a role's path and name as ssm-broker/SSMBrokerEnforcer",
            parse: Self.role
        )
        let ceiling = EnforcerCeiling(&reader)
        let schedule = reader.optional(
            .scheduleRule,
            "an EventBridge rule's ARN as arn:aws:events:eu-west-1:999900001111:rule/ssm-broker-enforce"
        ) { ScheduleRule($0) }
        let drift = reader.optional(
            .driftRule,
            "an EventBridge rule's ARN as arn:aws:events:eu-west-1:999900001111:rule/ssm-broker/ssm-broker-drift"
        ) { EventRule($0) }
        let alias = reader.optional(.customResourceAlias, "an alias as custom-resource") { FunctionAlias($0) }
        let standIn = reader.optional(.customResourceStandIn, "a port of this machine as http://127.0.0.1:4566") {
            ResponsePlaces(standIn: $0)
        }
        if standIn != nil, environment[StorePlace.initializationKey] != nil {
            reader.note(.customResourceStandIn, "stands in where there is no AWS; leave it out in Lambda")
        }
        let rate = reader.optional(.organizationRate, "a whole number from 1 to 100") { text in
            Int(text).flatMap { (1...100).contains($0) ? $0 : nil }
        }
        let endpoints = reader.endpoints()
        guard reader.lines.isEmpty, let region, let store, let endpoints else {
            throw ConfigurationProblems(lines: reader.lines)
        }
        guard let alias = alias ?? FunctionAlias("custom-resource") else {
            preconditionFailure("the default alias is an alias's name")
        }
        self.region = region
        self.store = store
        self.roleMapPath = roleMapPath
        enforcerRole = role ?? "ssm-broker/SSMBrokerEnforcer"
        self.ceiling = ceiling
        doors = EnforcerEvent.Doors(customResources: alias, schedule: schedule, takesDrift: drift != nil)
        responsePlaces = standIn ?? ResponsePlaces(region: region.name, domain: region.partition.domain)
        organizationRate = rate ?? 4
        self.endpoints = endpoints
    }

    /// Source: IAM API Reference, `CreateRole`, `Path` and `RoleName`.
    private static func role(_ text: String) -> String? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isAllowed = { (byte: UInt8) in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "+=,.@-_".utf8.contains(byte)
        }
        guard text.utf8.count <= 512, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isAllowed) }),
            let name = parts.last, name.utf8.count <= 64
        else { return nil }
        return text
    }
}
