import Foundation
import HTTPTransport
import SessionCore
import Synchronization
import TestSupport
import Testing

@testable import ssm_broker

extension Answers {
    static let identity = json(
        #"{"account":"111122223333","isAdministrator":false,"isAuditor":false,"kinds":["shell"],"linuxUser":"dbadmin","nodeTags":{},"permissionSet":"DatabaseAdmin","reason":"optional","regions":[],"ticket":"optional","user":"alice"}"#
    )
}

@Suite("configure")
struct ConfigureTests {
    private static let url = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod"
    private static let unset = ["SSM_BROKER_URL": "", "SSM_BROKER_REGION": "", "AWS_REGION": ""]

    private func dependencies(_ world: World, _ answers: [String] = []) -> Dependencies {
        var variables = Self.unset
        variables["SSM_BROKER_CONFIG_FILE"] = "\(world.folder.path)/deep/er/config"
        variables["AWS_CONFIG_FILE"] = "/nonexistent"
        variables["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent"
        var made = world.dependencies(variables)
        guard !answers.isEmpty else { return made }
        let left = Script(answers)
        made.ask = { left.next($0) }
        return made
    }

    /// Answers questions in order; a question too many is an empty line.
    private final class Script: Sendable {
        private let answers: Mutex<[String]>
        init(_ answers: [String]) { self.answers = Mutex(answers) }
        func next(_: String) -> String? { answers.withLock { $0.isEmpty ? "" : $0.removeFirst() } }
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("with options it writes the file for its owner, and checks who the broker takes the person for")
    func options() async throws {
        let world = try World([Answers.identity])
        let status = try await run(
            "configure",
            "--no-input",
            "--broker-url",
            Self.url,
            "--profile",
            "acme-dev",
            "--region",
            "eu-west-2",
            in: dependencies(world)
        )
        #expect(status == .done, "\(world.notes)")
        let path = "\(world.folder.path)/deep/er/config"
        #expect(
            try world.folder.text("deep/er/config")
                == "[default]\nbroker_url = \(Self.url)\nprofile = acme-dev\nregion = eu-west-2\n"
        )
        #expect(try mode(path) == 0o600)
        #expect(try mode("\(world.folder.path)/deep") == 0o700)
        #expect(world.transport.requests.map(\.url) == ["\(Self.url)/v1/identity"])
        #expect(world.result.contains("Linux user:     dbadmin"))
    }

    @Test("at a terminal it asks for what it needs, shows what there is, and asks again after a slip")
    func asks() async throws {
        let world = try World([Answers.identity])
        let answers = ["broker.example", "https://broker.example/prod", "eu-west-1", "acme-dev", ""]
        #expect(try await run("configure", in: dependencies(world, answers)) == .done, "\(world.notes)")
        #expect(
            try world.folder.text("deep/er/config")
                == "[default]\nbroker_url = https://broker.example/prod\nbroker_region = eu-west-1\nprofile = acme-dev\n"
        )
        #expect(world.notes.contains("broker.example is not an address as https://"))
    }

    @Test("a second run keeps other sections, other settings, comments and the file's mode")
    func keeps() async throws {
        let world = try World([Answers.identity])
        let path = "\(world.folder.path)/deep/er/config"
        try FileManager.default.createDirectory(
            atPath: "\(world.folder.path)/deep/er",
            withIntermediateDirectories: true
        )
        let before =
            "# mine\n[default]\nbroker_url = https://old.example/\noutput = table\n\n[profile x]\nregion = us-east-1\n"
        _ = try world.folder.write(before, as: "deep/er/config")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        #expect(
            try await run("configure", "--broker-url", Self.url, in: dependencies(world)) == .done,
            "\(world.notes)"
        )
        #expect(
            try world.folder.text("deep/er/config")
                == before.replacingOccurrences(of: "https://old.example/", with: Self.url)
        )
        #expect(try mode(path) == 0o644)
        #expect(world.folder.names == ["deep"])
    }

    @Test("a check that fails says that the file is written all the same, and why")
    func failedCheck() async throws {
        let world = try World([Answers.problem(.permissionSetNotMapped)])
        let made = dependencies(world)
        #expect(try await run("configure", "--broker-url", Self.url, in: made) == .denied)
        #expect(world.notes.contains("The settings are written, but the check of them failed."))
        #expect(world.notes.contains("PERMISSION_SET_NOT_MAPPED"))
        #expect(try world.folder.text("deep/er/config").contains(Self.url))
    }

    @Test(
        "what is wrong is refused, and nothing is written",
        arguments: [
            ["configure", "--no-input"],
            ["configure", "--broker-url", "http://broker.example/prod"],
            ["configure", "--broker-url", "https://x/", "--region", "ireland"],
            ["configure", "--section", "profil x", "--broker-url", "https://x/"],
            ["configure", "--section", "profile x", "--profile", "y"],
            ["configure", "set", "outptu", "json"],
            ["configure", "set", "output", "xml"],
            ["configure", "set", "output"],
            ["configure", "set", "output", "json", "--unset"],
            ["configure", "set", "organization", "acme"],
        ]
    )
    func refused(_ arguments: [String]) async throws {
        let world = try World()
        #expect(try await run(arguments, in: dependencies(world)) == .usage)
        #expect(world.folder.names.isEmpty && world.result.isEmpty)
        #expect(world.transport.requests.isEmpty)
    }

    @Test("a file with mistakes in it is left alone")
    func broken() async throws {
        let world = try World()
        let file = try world.folder.write("[default]\noutput = xml\n", as: "config")
        var made = dependencies(world)
        made.environment["SSM_BROKER_CONFIG_FILE"] = file
        #expect(try await run("configure", "--broker-url", Self.url, in: made) == .usage)
        #expect(world.notes.contains("\(file):2: output is not"))
        #expect(try world.folder.text("config") == "[default]\noutput = xml\n")
    }

    @Test("one setting is put in and taken out, and an organisation serves its profiles")
    func set() async throws {
        let world = try World([Answers.identity])
        let made = dependencies(world)
        let other = "https://def456.execute-api.us-east-1.amazonaws.com/prod"
        #expect(
            try await run(
                "configure",
                "--section",
                "organization globex",
                "--no-check",
                "--broker-url",
                other,
                in: made
            ) == .done
        )
        #expect(
            try await run("configure", "set", "organization", "globex", "--section", "profile globex-admin", in: made)
                == .done
        )
        #expect(try await run("configure", "set", "output", "json", in: made) == .done)
        #expect(try await run("configure", "set", "output", "--unset", in: made) == .done, "\(world.notes)")
        #expect(try await run("whoami", "--profile", "globex-admin", in: made) == .done, "\(world.notes)")
        #expect(world.transport.requests.map(\.url) == ["\(other)/v1/identity"])
    }

    @Test("the list names every setting and its source, as a table and as JSON")
    func list() async throws {
        let world = try World()
        var made = dependencies(world)
        let file = try world.folder.write("[default]\nprofile = acme-dev\n", as: "config")
        made.environment.merge(["SSM_BROKER_CONFIG_FILE": file, "SSM_BROKER_URL": Self.url]) { $1 }
        #expect(try await run("configure", "list", in: made) == .done)
        let rows = world.result.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
        #expect(rows.contains { $0 == ["profile", "acme-dev", "[default]", "in", "\(file):2"] })
        #expect(rows.contains { $0 == ["broker_url", "\(Self.url)", "SSM_BROKER_URL"] })
        #expect(rows.contains { $0 == ["broker_region", "eu-west-1", "broker_url"] })
        #expect(rows.contains { $0 == ["region", "-", "not", "set"] })
        let other = try World()
        var again = other.dependencies(made.environment)
        again.credentials = made.credentials
        #expect(try await run("configure", "list", "-o", "json", in: again) == .done)
        let json = try JSON(parsing: other.result.utf8.dropLast())
        #expect(json["settings"]?["profile"] == ["from": .string("[default] in \(file):2"), "value": "acme-dev"])
        #expect(json["file"] == .string(file))
    }
}
