import Foundation
import HTTPTransport
import SessionCore
import Synchronization
import TestSupport
import Testing

@testable import ssm_broker

@Suite("connect")
struct ConnectTests {
    private static let node = "i-0bbbbbbbbbbbbbbb2"

    @Test("a session is opened, shown by the plugin and ended, and nothing is left behind")
    func whole() async throws {
        let world = try World([try Answers.opened(), Answers.ended])
        let status = try await run(
            "connect",
            Self.node,
            "--reason",
            "disk full",
            in: world.dependencies(world.pluginVariables())
        )
        #expect(status == .done, "\(world.notes)")
        #expect(world.transport.isExhausted)
        let requests = world.transport.requests
        #expect(requests.map(\.method) == ["POST", "DELETE"])
        #expect(requests[1].url.hasSuffix("/prod/v1/sessions/\(Answers.session)"))
        #expect(try JSON(parsing: requests[0].body)["reason"] == "disk full")
        #expect(world.result.isEmpty)
        #expect(world.notes.contains("dbadmin on \(Self.node)"))
        #expect(
            world.folder.names.sorted() == ["arguments", "config", "descriptors", "environment", "folder", "modes"]
        )
    }

    @Test("the plugin gets six arguments, the response in a variable, and none of the engineer's credentials")
    func handOver() async throws {
        let world = try World([try Answers.opened(), Answers.ended])
        let engineer = [
            "AWS_ACCESS_KEY_ID": "ASIAENGINEER", "AWS_SECRET_ACCESS_KEY": "engineer-secret",
            "AWS_SESSION_TOKEN": "engineer-token", "AWS_PROFILE": "ops",
        ]
        let environment = world.pluginVariables(engineer)
        #expect(try await run("connect", Self.node, in: world.dependencies(environment)) == .done, "\(world.notes)")
        let arguments = try world.folder.lines("arguments").dropFirst()
        let variable = "AWS_SSM_START_SESSION_RESPONSE_6f1c0e8a3b524e0b9a640d6b0a3c9d11"
        #expect(
            Array(arguments) == [
                variable, "eu-west-1", "StartSession", "ssm-broker", "{\"Target\":\"\(Self.node)\"}",
                "https://ssm.eu-west-1.amazonaws.com/",
            ]
        )
        let seen = try world.folder.text("environment")
        #expect(seen.contains("\(variable)={\"SessionId\":\"alice.x1-0a1b2c3d4e5f60718\""))
        #expect(!seen.contains("engineer") && !seen.contains("ASIAENGINEER") && !seen.contains("AWS_PROFILE"))
        let config = try world.folder.lines("config")
        #expect(config.first == "[profile ssm-broker]")
        #expect(config.last?.hasPrefix("credential_process = /") == true, "a quoted path is lost on AWS SDK for Go v1")
        #expect(config.last?.hasSuffix("/ssm-broker channel-credentials") == true)
        #expect(config.count == 2)
        #expect(
            try world.folder.lines("modes").prefix(2) == ["700", "600"],
            "the folder's mode is what protects the socket"
        )
    }

    @Test("the plugin's credential_process gets the session's credentials through the socket")
    func channel() async throws {
        let world = try World([try Answers.opened(), Answers.ended])
        #expect(
            try await run("connect", Self.node, in: world.dependencies(world.pluginVariables(["PLUGIN_DOES": "asks"])))
                == .done
        )
        let refusal = try world.folder.text("refusal")
        let credentials = try JSON(parsing: try world.folder.text("credentials").utf8.dropLast())
        #expect(credentials["Version"] == 1 && credentials["AccessKeyId"] == "ASIACHANNEL", "\(refusal)")
        #expect(credentials["SessionToken"] == "CHANNEL-token")
        #expect(credentials["Expiration"] == .string(World.now.advanced(bySeconds: 3600).description))
    }

    @Test("credentials near their end are renewed by the broker, signed by the engineer")
    func renewal() async throws {
        let fresh = Answers.credentials("FRESH", minutes: 60)
        let world = try World([
            try Answers.opened(minutes: 4), Answers.json(fresh.json.canonicalText), Answers.ended,
        ])
        #expect(
            try await run("connect", Self.node, in: world.dependencies(world.pluginVariables(["PLUGIN_DOES": "asks"])))
                == .done
        )
        #expect(try world.folder.text("credentials").contains("ASIAFRESH"))
        let renewal = world.transport.requests[1]
        #expect(renewal.method == "POST" && renewal.url.hasSuffix("/v1/sessions/\(Answers.session)/credentials"))
        #expect(renewal.headers.contains { $0.name == "Authorization" && $0.value.contains("ASIAENGINEER") })
    }

    @Test("a refused renewal reaches the plugin as an error with the broker's reason")
    func refusedRenewal() async throws {
        let world = try World([
            try Answers.opened(minutes: 4), Answers.problem(.sessionEnded, detail: "An administrator ended it."),
            Answers.ended,
        ])
        let variables = world.pluginVariables(["PLUGIN_DOES": "asks", "PLUGIN_STATUS": "0"])
        #expect(try await run("connect", Self.node, in: world.dependencies(variables)) == .done)
        #expect(try world.folder.text("credentials").isEmpty)
        #expect(try world.folder.text("refusal").contains("An administrator ended it."))
    }

    struct Ending: Sendable, CustomTestStringConvertible {
        let why: String
        let steering: [String: String]
        let status: ExitStatus
        var testDescription: String { why }
    }

    static let endings = [
        Ending(why: "an end by itself", steering: [:], status: .done),
        Ending(why: "a panic at the start", steering: ["PLUGIN_STATUS": "2"], status: .plugin),
        Ending(
            why: "an error after it was used",
            steering: ["PLUGIN_DOES": "asks", "PLUGIN_STATUS": "1"],
            status: .failed
        ),
        Ending(why: "a crash", steering: ["PLUGIN_DOES": "dies", "PLUGIN_SIGNAL": "KILL"], status: .plugin),
        Ending(
            why: "Ctrl-C before the handshake",
            steering: ["PLUGIN_DOES": "dies", "PLUGIN_SIGNAL": "INT"],
            status: .interrupted
        ),
    ]

    @Test("however the plugin ends, the session is ended and the exit code says how", arguments: endings)
    func ends(_ ending: Ending) async throws {
        let world = try World([try Answers.opened(), Answers.ended])
        let status = try await run("connect", Self.node, in: world.dependencies(world.pluginVariables(ending.steering)))
        #expect(status == ending.status, "\(world.notes)")
        #expect(world.transport.isExhausted)
        #expect(!world.folder.names.contains { $0.hasPrefix("ssm-broker.") })
    }

    @Test("when the plugin cannot be started after all, the session is ended and the exit code is 8")
    func cannotStart() async throws {
        let world = try World([try Answers.opened(), Answers.ended])
        var dependencies = world.dependencies(world.pluginVariables())
        dependencies.executable = { throw SystemError("readlink", number: 2) }
        #expect(try await run("connect", Self.node, in: dependencies) == .plugin)
        #expect(world.transport.requests.map(\.method) == ["POST", "DELETE"])
    }

    @Test("an answer without what the client needs still ends the session it names")
    func unreadable() async throws {
        let world = try World([Answers.json("{\"id\":\"\(Answers.session)\"}"), Answers.ended])
        #expect(try await run("connect", Self.node, in: world.dependencies(world.pluginVariables())) == .failed)
        #expect(world.transport.requests.map(\.method) == ["POST", "DELETE"])
    }

    @Test("a session that nobody can end is named, with what to do, and the exit code stays")
    func cannotEnd() async throws {
        let lost = HTTPFailure(.timeout, mayHaveReachedServer: true, explanation: "10 s passed")
        let world = try World([try Answers.opened(), .failure(lost), .failure(lost), .failure(lost), Answers.forbidden])
        var dependencies = world.dependencies(world.pluginVariables())
        let wait = dependencies.pause
        dependencies.pause = { if $0 % 1000 == 0 { await wait($0) } }
        #expect(try await run("connect", Self.node, in: dependencies) == .done)
        #expect(world.transport.isExhausted)
        #expect(world.notes.contains("Session \(Answers.session)") && world.notes.contains("Next:"))
    }

    @Test("a broker that cannot be reached, or is not itself, is asked three times to end the session")
    func repeats() async throws {
        let away = HTTPFailure(.unreachable, mayHaveReachedServer: false, explanation: "refused")
        let world = try World([
            try Answers.opened(), .failure(away), Answers.problem(.awsThrottled), Answers.ended,
        ])
        let pauses = Mutex<[Int]>([])
        var dependencies = world.dependencies(world.pluginVariables())
        // The dial's watcher waits too, by the second.
        let wait = dependencies.pause
        dependencies.pause = { milliseconds in
            if milliseconds % 1000 == 0 {
                await wait(milliseconds)
            } else {
                pauses.withLock { $0.append(milliseconds) }
            }
        }
        #expect(try await run("connect", Self.node, in: dependencies) == .done)
        #expect(
            world.transport.isExhausted
                && world.transport.requests.map(\.method) == ["POST"] + Array(repeating: "DELETE", count: 3)
        )
        #expect(pauses.withLock { $0 } == [250, 900])
        #expect(!world.notes.contains("may still run"))
    }

    @Test("when the engineer's keys have expired, the session's own credentials end it where it runs")
    func endsWithItsOwn() async throws {
        let world = try World([try Answers.opened(), Answers.problem(.credentialsExpired), Answers.json("{}")])
        #expect(try await run("connect", Self.node, in: world.dependencies(world.pluginVariables())) == .done)
        let last = try #require(world.transport.requests.last)
        #expect(last.url == "https://ssm.eu-west-1.amazonaws.com/")
        #expect(last.headers.contains { $0.name.lowercased() == "authorization" && $0.value.contains("ASIACHANNEL") })
        #expect(try JSON(parsing: last.body) == ["SessionId": "alice.x1-0a1b2c3d4e5f60718"])
        #expect(world.notes.contains("its own credentials did") && !world.notes.contains("may still run"))
    }

    struct Stranger: Sendable, CustomTestStringConvertible {
        let reply: String
        let says: String
        var testDescription: String { says }
    }

    static let strangers = [
        Stranger(reply: #""by":"administrator""#, says: "An administrator ended the session."),
        Stranger(reply: #""by":"administrator","cause":"block""#, says: "An administrator has blocked you"),
        Stranger(
            reply: #""by":"administrator","cause":"role map version 7""#,
            says: "publication of role map version 7"
        ),
        Stranger(reply: #""by":"sweep""#, says: "The broker ended the session."),
    ]

    @Test("whoever is thrown out of a session hears by whom, and the exit code is no success", arguments: strangers)
    func thrownOut(_ stranger: Stranger) async throws {
        let world = try World([
            try Answers.opened(), Answers.json("{\"ended\":true,\"id\":\"\(Answers.session)\",\(stranger.reply)}"),
        ])
        let variables = world.pluginVariables(["PLUGIN_DOES": "asks"])
        #expect(try await run("connect", Self.node, in: world.dependencies(variables)) == .failed)
        #expect(world.notes.contains(stranger.says) && world.notes.contains(Answers.session))
    }

    @Test("without a person at a terminal no shell is asked for")
    func nobody() async throws {
        let world = try World()
        var dependencies = world.dependencies(world.pluginVariables())
        dependencies.isInteractive = false
        #expect(try await run("connect", Self.node, in: dependencies) == .usage)
        #expect(world.transport.requests.isEmpty)
        #expect(world.notes.contains("Next: To run one command: ssm-broker exec \(Self.node) -- COMMAND"))
    }

    @Test("a dry run prints the decision, needs no plugin and starts nothing")
    func dryRun() async throws {
        let world = try World([Answers.json(try Answers.reply(isDryRun: true).json.canonicalText)])
        #expect(try await run("connect", Self.node, "--dry-run", "-o", "json", in: world.dependencies()) == .done)
        #expect(try JSON(parsing: world.result.utf8.dropLast())["linuxUser"] == "dbadmin")
        #expect(try JSON(parsing: world.transport.requests[0].body)["dryRun"] == true)
        #expect(world.transport.isExhausted && world.notes.isEmpty)
    }

    @Test("without a plugin the broker is not asked")
    func noPlugin() async throws {
        let world = try World()
        #expect(try await run("connect", Self.node, in: world.dependencies(["PATH": world.folder.path])) == .plugin)
        #expect(world.transport.requests.isEmpty)
        #expect(world.notes.contains("Next:"))
    }

    @Test("no secret is in what the person sees, in an argument or in a file")
    func secrets() async throws {
        let world = try World([try Answers.opened(), Answers.ended])
        #expect(try await run("connect", Self.node, in: world.dependencies(world.pluginVariables())) == .done)
        let visible = try [
            world.notes, world.result, world.folder.text("arguments"), world.folder.text("config"),
            world.folder.text("folder"),
        ].joined()
        for secret in ["the-token", "publish_subscribe", "-secret", "-token"] { #expect(!visible.contains(secret)) }
    }
}
