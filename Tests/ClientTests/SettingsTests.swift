import Foundation
import TestSupport
import Testing

@testable import ssm_broker

@Suite("settings")
struct SettingsTests {
    private static let file = """
        [default]
        broker_url = https://abc123.execute-api.eu-west-1.amazonaws.com/prod
        profile = acme-dev
        region = eu-west-1
        output = json
        [profile acme-us]
        region = us-east-1
        [organization globex]
        broker_url = https://broker.globex.example/prod
        broker_region = us-east-2
        region = us-east-2
        [profile globex-admin]
        organization = globex
        output = table
        [profile other]
        broker_url = https://def456.lambda-url.ap-southeast-2.on.aws
        """

    private func settings(_ environment: [String: String] = [:], profile: String? = nil, file: String = Self.file)
        -> Settings
    {
        // No profile of the tests' machine has a say.
        let files = ["AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"]
        return Settings(
            environment: files.merging(environment) { $1 },
            file: SettingsFile(path: "/c", text: SettingsText(file), isThere: true),
            profile: profile
        )
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let why: String
        let key: SettingKey
        var environment: [String: String] = [:]
        var profile: String?
        let value: String?
        let from: String
        var testDescription: String { why }
    }

    static let cases = [
        Case(why: "the file's default", key: .region, value: "eu-west-1", from: "[default] in /c:4"),
        Case(
            why: "a variable before the file",
            key: .region,
            environment: ["AWS_REGION": "eu-west-2"],
            value: "eu-west-2",
            from: "AWS_REGION"
        ),
        Case(
            why: "an empty variable is none",
            key: .region,
            environment: ["AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-3"],
            value: "eu-west-3",
            from: "AWS_DEFAULT_REGION"
        ),
        Case(
            why: "a profile's section before the default",
            key: .region,
            profile: "acme-us",
            value: "us-east-1",
            from: "[profile acme-us] in /c:7"
        ),
        Case(
            why: "what a profile's section lacks is the default's",
            key: .output,
            profile: "acme-us",
            value: "json",
            from: "[default] in /c:5"
        ),
        Case(
            why: "an organisation's section before the default",
            key: .region,
            profile: "globex-admin",
            value: "us-east-2",
            from: "[organization globex] in /c:11"
        ),
        Case(
            why: "the profile's section before its organisation's",
            key: .output,
            profile: "globex-admin",
            value: "table",
            from: "[profile globex-admin] in /c:14"
        ),
        Case(
            why: "a variable chooses the profile's section",
            key: .region,
            environment: ["AWS_PROFILE": "acme-us"],
            value: "us-east-1",
            from: "[profile acme-us] in /c:7"
        ),
        Case(why: "the address names the broker's Region", key: .brokerRegion, value: "eu-west-1", from: "broker_url"),
        Case(
            why: "the Region that stands beside an address",
            key: .brokerRegion,
            profile: "globex-admin",
            value: "us-east-2",
            from: "[organization globex] in /c:10"
        ),
        Case(
            why: "a Function URL's Region",
            key: .brokerRegion,
            profile: "other",
            value: "ap-southeast-2",
            from: "broker_url"
        ),
        Case(
            why: "an address in a variable names its own Region",
            key: .brokerRegion,
            environment: ["SSM_BROKER_URL": "https://x.execute-api.us-west-2.amazonaws.com/p"],
            profile: "globex-admin",
            value: "us-west-2",
            from: "broker_url"
        ),
        Case(
            why: "the flag chooses the profile",
            key: .profile,
            environment: ["AWS_PROFILE": "x"],
            profile: "acme-us",
            value: "acme-us",
            from: "--profile"
        ),
        Case(
            why: "our own variable before the AWS CLI's",
            key: .profile,
            environment: ["AWS_PROFILE": "x", "SSM_BROKER_PROFILE": "y"],
            value: "y",
            from: "SSM_BROKER_PROFILE"
        ),
        Case(why: "the file's profile", key: .profile, value: "acme-dev", from: "[default] in /c:3"),
        Case(
            why: "the environment's keys before the file's profile",
            key: .profile,
            environment: ["AWS_ACCESS_KEY_ID": "AKIA"],
            value: nil,
            from: ""
        ),
        Case(why: "nothing says the plugin", key: .plugin, value: nil, from: ""),
    ]

    @Test("each value comes from where the order says", arguments: cases)
    func order(_ expected: Case) {
        let found = settings(expected.environment, profile: expected.profile).value(expected.key)
        #expect(found?.text == expected.value)
        #expect((found?.source.description ?? "") == expected.from)
    }

    @Test("a flag goes before all, and what nothing says is built in")
    func ends() throws {
        let found = settings(["AWS_REGION": "eu-west-2"]).value(.region, flag: "eu-north-1")
        #expect(found == Settings.Value(text: "eu-north-1", source: .flag("--region")))
        #expect(settings(file: "").value(.output) == Settings.Value(text: "table", source: .builtIn))
        #expect(try settings(["SSM_BROKER_OUTPUT": "table"]).output() == .table)
        let failure = try #require(throws: CommandFailure.self) {
            _ = try settings(["SSM_BROKER_OUTPUT": "xml"]).output()
        }
        #expect(failure.what.contains("SSM_BROKER_OUTPUT is not one of table, json"))
    }

    @Test("the environment's own choice of a profile is left to it, any other is asked for by name")
    func naming() {
        #expect(settings(["AWS_PROFILE": "x"]).namedProfile == nil)
        #expect(settings(["SSM_BROKER_PROFILE": "x"]).namedProfile == "x")
        #expect(settings().namedProfile == "acme-dev")
        #expect(settings(["AWS_WEB_IDENTITY_TOKEN_FILE": "/t"]).namedProfile == nil)
        #expect(settings(["AWS_PROFILE": "x"], profile: "y").namedProfile == "y")
    }

    @Test("without any other word the nodes' Region is that of the AWS profile")
    func awsRegion() throws {
        let folder = try TemporaryFolder()
        let config = try folder.write("[profile acme]\nregion = eu-south-1\n", as: "config")
        let found = settings(["AWS_CONFIG_FILE": config], profile: "acme", file: "").value(.region)
        #expect(found == Settings.Value(text: "eu-south-1", source: .awsProfile("acme")))
    }

    @Test("a Region that contradicts the address is refused, and both are named")
    func regions() throws {
        let both = settings(["SSM_BROKER_REGION": "us-east-1"])
        let failure = try #require(throws: CommandFailure.self) { _ = try BrokerEndpoint(both) }
        #expect(failure.status == .usage)
        #expect(
            failure.why == [
                "SSM_BROKER_REGION says us-east-1, but broker_url of [default] in /c:2 leads to eu-west-1."
            ]
        )
    }

    @Test("the file is where the variables say, by the rules of XDG")
    func place() {
        #expect(SettingsFile.path(["HOME": "/home/ana"]) == "/home/ana/.config/ssm-broker/config")
        #expect(SettingsFile.path(["HOME": "/h", "XDG_CONFIG_HOME": "/x"]) == "/x/ssm-broker/config")
        #expect(SettingsFile.path(["HOME": "/h", "XDG_CONFIG_HOME": "x"]) == "/h/.config/ssm-broker/config")
        #expect(SettingsFile.path(["HOME": "/h", "SSM_BROKER_CONFIG_FILE": "own"]) == "own")
        #expect(SettingsFile.path([:]) == nil)
    }

    @Test("a wrong file stops a command, with file and line, and nothing is asked of anybody")
    func wrongFile() async throws {
        let world = try World()
        let file = try world.folder.write("[default]\nbroker_ur = x\noutput = xml\n", as: "config")
        let dependencies = world.dependencies(["SSM_BROKER_CONFIG_FILE": file])
        #expect(try await run("whoami", in: dependencies) == .usage)
        #expect(world.notes.contains("\(file):2: broker_ur is no setting of [default]; did you mean broker_url?"))
        #expect(world.notes.contains("\(file):3: output is not one of"))
        #expect(world.transport.requests.isEmpty)
    }

    @Test("results are written as the settings say, unless the command line says otherwise")
    func output() async throws {
        let identity = Answers.identity
        let world = try World([identity, identity])
        let file = try world.folder.write("[default]\noutput = json\n", as: "config")
        let dependencies = world.dependencies(["SSM_BROKER_CONFIG_FILE": file])
        #expect(try await run("whoami", in: dependencies) == .done)
        #expect(world.result.hasPrefix("{"))
        #expect(try await run("whoami", "-o", "table", in: dependencies) == .done)
        #expect(world.result.contains("Linux user:"))
    }
}
