import AWSClient
import BrokerService
import LambdaRoot
import LambdaRuntime
import Logging
import SessionCore

/// Everything that the deployment decides, read from the environment once, at start.
struct Configuration: Sendable {
    /// The environment variables, by what they decide.
    enum Key: String, CaseIterable {
        case region = "AWS_REGION"
        case frontDoor = "SSM_BROKER_FRONT_DOOR"
        case store = "SSM_BROKER_STORE"
        case roleMap = "SSM_BROKER_ROLE_MAP"
        case targetRole = "SSM_BROKER_TARGET_ROLE"
        case allowedAccounts = "SSM_BROKER_ALLOWED_ACCOUNTS"
        case forbiddenLinuxUsers = "SSM_BROKER_FORBIDDEN_LINUX_USERS"
        case bootstrapAdministrators = "SSM_BROKER_BOOTSTRAP_ADMINISTRATORS"
        case organization = "SSM_BROKER_ORGANIZATION"
        case sweepRule = "SSM_BROKER_SWEEP_RULE"
        case enforcer = "SSM_BROKER_ENFORCER"
        case logLevel = "SSM_BROKER_LOG_LEVEL"
        case refusalsPerMinute = "SSM_BROKER_REFUSALS_PER_MINUTE"
        case runtimeAPI = "AWS_LAMBDA_RUNTIME_API"
    }

    /// Everything that is wrong, one line each.
    typealias Problems = ConfigurationProblems

    let region: Region
    let frontDoor: FrontDoor
    let store: StorePlace
    /// The compiled role map that is in force until one is published; nil for none.
    let roleMapPath: String?
    let targetRole: MemberAccounts.TargetRole
    let ceiling: Ceiling
    let organization: String?
    /// The rule whose schedule starts the sweep; nil when nothing scheduled is taken.
    let sweepRule: ScheduleRule?
    /// The function that makes a document right for a connect that needs it; nil where none does.
    let enforcer: EnforcerFunction.ARN?
    let logLevel: Logger.Level
    let refusalsPerMinute: Int
    let runtimeAPI: String
    let endpoints: AWSEndpoints

    /// Reads the environment.
    ///
    /// - Throws: ``Problems`` with a line for each variable that is missing or wrong, and what would be right.
    init(environment: [String: String]) throws(Problems) {
        var reader = EnvironmentReader<Key>(environment)
        let region = reader.required(.region, "a Region as eu-west-1") { try? Region($0) }
        let frontDoor = reader.required(.frontDoor, "rest:<api id> or url:<url id>") { try? FrontDoor($0) }
        let store = reader.store(.store)
        let roleMapPath = reader.optional(.roleMap, "the path of the compiled role map") { $0 }
        let targetRole = reader.optional(.targetRole, "a role's path and name as ssm-broker/SSMBrokerTarget") {
            MemberAccounts.TargetRole($0)
        }
        let isWholeOrganization = environment[Key.allowedAccounts.rawValue] == Self.wholeOrganization
        let accounts =
            isWholeOrganization
            ? []
            : reader.list(
                .allowedAccounts,
                "account numbers of twelve digits",
                orElse: ", or the word \(Self.wholeOrganization)"
            ) { try? AccountID($0) }
        let forbidden = reader.list(.forbiddenLinuxUsers, "Linux users") { try? LinuxUser($0).name }
        let administrators = reader.list(.bootstrapAdministrators, "<account>/<permission set>", parse: Self.principal)
        let organization = reader.optional(
            .organization,
            "an organisation's id as o-abcde12345",
            parse: Self.organization
        )
        let sweepRule = reader.optional(
            .sweepRule,
            "an EventBridge rule's ARN as arn:aws:events:eu-west-1:999900001111:rule/ssm-broker-sweep"
        ) { ScheduleRule($0) }
        let enforcer = reader.optional(
            .enforcer,
            "a Lambda function's ARN as arn:aws:lambda:eu-west-1:999900001111:function:ssm-broker-enforcer"
        ) { EnforcerFunction.ARN($0) }
        let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        let logLevel = reader.optional(.logLevel, "one of \(levels)") { Logger.Level(rawValue: $0) }
        let refusalsPerMinute = reader.optional(.refusalsPerMinute, "a whole number from 1 to 1000000") { text in
            Int(text).flatMap { (1...1_000_000).contains($0) ? $0 : nil }
        }
        let runtimeAPI = reader.required(.runtimeAPI, "host:port, set by Lambda") { $0 }
        if isWholeOrganization, organization == nil {
            reader.note(
                .allowedAccounts,
                "takes \(Self.wholeOrganization) only where \(Key.organization.rawValue) is set"
            )
        }
        if accounts.isEmpty, !isWholeOrganization, !reader.hasProblem(.allowedAccounts) {
            reader.note(.allowedAccounts, "needs at least one account; without any, nobody could connect")
        }
        let endpoints = reader.endpoints()
        guard reader.lines.isEmpty, let region, let frontDoor, let store, let runtimeAPI, let endpoints
        else { throw Problems(lines: reader.lines) }
        guard let targetRole = targetRole ?? MemberAccounts.TargetRole("ssm-broker/SSMBrokerTarget") else {
            preconditionFailure("the default target role is a role's path and name")
        }
        self.region = region
        self.frontDoor = frontDoor
        self.store = store
        self.roleMapPath = roleMapPath
        self.targetRole = targetRole
        ceiling = Ceiling(
            accounts: isWholeOrganization ? nil : Set(accounts),
            forbiddenLinuxUsers: Set(forbidden),
            bootstrapAdministrators: Set(administrators)
        )
        self.organization = organization
        self.sweepRule = sweepRule
        self.enforcer = enforcer
        self.logLevel = logLevel ?? .info
        self.refusalsPerMinute = refusalsPerMinute ?? 20
        self.runtimeAPI = runtimeAPI
        self.endpoints = endpoints
    }

    /// What stands for every account of the organisation: a list of thousands would not fit in Lambda's environment.
    private static let wholeOrganization = "organization"

    private static func principal(_ text: String) -> RoleMap.Principal? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let account = try? AccountID(parts[0]), let set = try? PermissionSetName(parts[1])
        else { return nil }
        return RoleMap.Principal(account: account, permissionSet: set)
    }

    private static func organization(_ text: String) -> String? {
        let isAllowed = { (byte: UInt8) in (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
        guard text.hasPrefix("o-"), (12...34).contains(text.utf8.count), text.utf8.dropFirst(2).allSatisfy(isAllowed)
        else { return nil }
        return text
    }
}
