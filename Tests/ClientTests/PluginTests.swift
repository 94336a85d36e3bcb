import Foundation
import Testing

@testable import ssm_broker

@Suite("the plugin")
struct PluginTests {
    @Test("versions are compared part by part as numbers")
    func order() throws {
        let texts = ["1.2.54.0", "1.2.764", "1.2.764.1", "1.2.814.0", "1.10", "2"]
        let versions = try texts.map { try #require(PluginVersion($0)) }
        #expect(versions == versions.sorted())
        #expect(PluginVersion(" 1.2.764.0\n") == PluginVersion.oldest)
    }

    @Test(
        "what is no version is refused",
        arguments: ["", "v1.2", "1.2.3.4.5", "1..2", "1.2 3", "one", "1.2.-3", "١.٢"]
    )
    func noVersion(_ text: String) {
        #expect(PluginVersion(text) == nil)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let why: String
        let variables: [String: String]
        let code: String
        var testDescription: String { why }
    }

    static let refusals = [
        Case(why: "too old", variables: ["PLUGIN_VERSION": "1.2.707.0"], code: "PLUGIN_TOO_OLD"),
        Case(why: "built from source", variables: ["PLUGIN_VERSION": "1.2.0.0"], code: "PLUGIN_UNRELEASED"),
        Case(why: "built from newer source", variables: ["PLUGIN_VERSION": "1.3.0.0"], code: "PLUGIN_UNRELEASED"),
        Case(why: "no version", variables: ["PLUGIN_VERSION": "hello"], code: "PLUGIN_UNUSABLE"),
        Case(why: "a failing program", variables: ["PLUGIN_VERSION_STATUS": "3"], code: "PLUGIN_UNUSABLE"),
        Case(why: "hangs", variables: ["PLUGIN_HANGS": "1"], code: "PLUGIN_STUCK"),
        Case(why: "is nowhere", variables: ["PATH": "/nonexistent:plugin"], code: "PLUGIN_MISSING"),
    ]

    private func find(_ variables: [String: String]) async throws -> Plugin {
        let environment = ["PATH": "\(Project.fixtures)/plugin:/usr/bin:/bin"].merging(variables) { $1 }
        return try await Plugin.find(environment: environment, installed: "/nonexistent", patienceMilliseconds: 2000)
    }

    @Test("a plugin that cannot be used ends with 8 and says what to do", arguments: refusals)
    func refuses(_ refusal: Case) async throws {
        let failure = try await #require(throws: CommandFailure.self) { _ = try await find(refusal.variables) }
        #expect(failure.code == refusal.code)
        #expect(failure.status == .plugin)
        #expect(failure.next != nil)
    }

    @Test("a plugin built from source is taken when that is allowed, with a warning")
    func development() async throws {
        let plugin = try await find(["PLUGIN_VERSION": "1.2.0.0", "SSM_BROKER_ALLOW_DEV_PLUGIN": "1"])
        #expect(plugin.warning?.contains("built from source") == true)
    }

    @Test("a supported plugin below the advised version is taken with a warning, a newer one without")
    func advised() async throws {
        #expect(try await find(["PLUGIN_VERSION": "1.2.764.0"]).warning?.contains("1.2.814.0") == true)
        #expect(try await find(["PLUGIN_VERSION": "1.2.896.0"]).warning == nil)
    }

    @Test("the plugin in AWS's own folder is found when the search path has none")
    func installed() async throws {
        let path = "\(Project.fixtures)/plugin/session-manager-plugin"
        let plugin = try await Plugin.find(
            environment: ["PATH": "relative:", "PLUGIN_VERSION": "1.2.896.0"],
            installed: path
        )
        #expect(plugin.path == path)
    }

    static let credentials = [
        "AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SESSION_TOKEN",
        "AWS_SECURITY_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "SSM_PLUGIN_SKIP_CLIENT_CONFIGURE", "SSM_PLUGIN_LOCAL_HOST", "AWS_SSM_START_SESSION_RESPONSE",
        "AWS_SSM_START_SESSION_RESPONSE_OLD",
    ]

    @Test("no variable that gives credentials reaches the plugin", arguments: credentials)
    func removes(_ name: String) {
        #expect(PluginEnvironment.withoutCredentials([name: "x"]) == ["AWS_EC2_METADATA_DISABLED": "true"])
    }

    @Test("what the plugin needs from the engineer's environment stays")
    func keeps() {
        let kept = [
            "PATH": "/bin", "TERM": "xterm", "LANG": "C.UTF-8", "HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "x",
            "AWS_CA_BUNDLE": "/ca.pem", "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_SSM": "http://127.0.0.1:1",
        ]
        var expected = kept
        expected["AWS_EC2_METADATA_DISABLED"] = "true"
        expected["TMPDIR"] = "/d"
        expected["AWS_CONFIG_FILE"] = "/d/config"
        expected["AWS_SHARED_CREDENTIALS_FILE"] = "/d/none"
        expected["SSM_BROKER_CHANNEL"] = "/d/channel"
        expected["AWS_SSM_START_SESSION_RESPONSE_1"] = "{}"
        let hand = PluginEnvironment.Hand(
            folder: "/d",
            configFile: "/d/config",
            missingFile: "/d/none",
            socket: "/d/channel",
            responseVariable: "AWS_SSM_START_SESSION_RESPONSE_1",
            response: "{}"
        )
        #expect(
            PluginEnvironment.make(from: kept.merging(["AWS_CONFIG_FILE": "/home/x"]) { $1 }, hand: hand) == expected
        )
    }
}
