import Foundation
import SessionCore
import Synchronization
import Testing

@testable import ssm_broker

/// The built program as a process of its own: what only a process can show.
@Suite("the program")
struct ProgramTests {
    /// Where the program finds a person.
    private let terminal: PseudoTerminal

    init() throws { terminal = try PseudoTerminal() }

    private func start(_ arguments: [String], _ environment: [String: String], output: Int32? = nil) throws
        -> ChildProcess
    {
        try ChildProcess(
            path: Project.command,
            arguments: ["ssm-broker"] + arguments,
            environment: environment,
            input: terminal.slave,
            output: output
        )
    }

    private func environment(_ world: World, broker: LoopbackBroker, _ steering: [String: String]) -> [String: String] {
        world.pluginVariables(steering).merging([
            "SSM_BROKER_URL": "http://127.0.0.1:\(broker.port)/prod", "SSM_BROKER_REGION": "eu-west-1",
            "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "ASIAENGINEER", "AWS_SECRET_ACCESS_KEY": "engineer-secret",
            "AWS_SESSION_TOKEN": "engineer-token", "HOME": world.folder.path,
        ]) { $1 }
    }

    /// The reply, with credentials that last from today's real time.
    private static func opened() throws -> String {
        let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        var reply = try Answers.reply()
        reply.channel?.credentials.expiration = now.advanced(bySeconds: 3600)
        return reply.json.canonicalText
    }

    @Test("--version prints the version, and wrong usage ends with 64")
    func version() async throws {
        let output = try await ProgramOutput.of(
            path: Project.command,
            arguments: ["ssm-broker", "--version"],
            environment: [:],
            milliseconds: 20_000
        )
        #expect(output == Array("\(Version.text)\n".utf8))
        #expect(try await start(["connect"], [:], output: 2).ending() == .exited(64))
        #expect(try await start(["whoami"], ["PATH": "/bin"], output: 2).ending() == .exited(64))
    }

    @Test(
        "a request to end while the plugin runs ends plugin and session, and the exit code is 130",
        arguments: [SIGTERM, SIGHUP]
    )
    func endedWhileRunning(_ signal: Int32) async throws {
        let world = try World()
        let opened = try Self.opened()
        let broker = try LoopbackBroker { $0.line.hasPrefix("POST") ? opened : #"{"ended":true}"# }
        defer { broker.stop() }
        let ready = "\(world.folder.path)/ready"
        #expect(mkfifo(ready, 0o600) == 0)
        let client = try start(
            ["connect", "i-0bbbbbbbbbbbbbbb2"],
            environment(world, broker: broker, ["PLUGIN_DOES": "waits"])
        )
        // From that thread, so that no other test's work lets the program's patience with a plugin that does nothing run out before.
        let announced = await onOwnThread("ready") {
            let announced = FileHandle(forReadingAtPath: ready)?.readDataToEndOfFile()
            client.send(signal)
            return announced
        }
        #expect(announced == Data("ready\n".utf8))
        #expect(await client.ending() == .exited(130))
        #expect(broker.requests.map { $0.line.prefix(6) } == ["POST /", "DELETE"])
        #expect(!world.folder.names.contains { $0.hasPrefix("ssm-broker.") })
    }

    @Test(
        "an interruption while the broker decides is answered after its answer: the session is ended",
        arguments: [SIGINT, SIGTERM]
    )
    func interruptedWhileOpening(_ signal: Int32) async throws {
        let world = try World()
        let opened = try Self.opened()
        let (begun, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let running = Mutex<ChildProcess?>(nil)
        let broker = try LoopbackBroker { request in
            guard request.line.hasPrefix("POST") else { return #"{"ended":true}"# }
            // From this thread, so that no other test's work lets the program's patience run out before.
            begun.wait()
            running.withLock(\.self)?.send(signal)
            gate.wait()
            return opened
        }
        defer { broker.stop() }
        let messages = "\(world.folder.path)/messages"
        #expect(mkfifo(messages, 0o600) == 0)
        let client = try ChildProcess(
            path: "/bin/sh",
            arguments: ["sh", "-c", "exec \"$0\" connect i-0bbbbbbbbbbbbbbb2 2>\"$1\"", Project.command, messages],
            environment: environment(world, broker: broker, [:]),
            input: terminal.slave
        )
        startThread("messages") {
            // The answer is held back until the program says that it has noticed; at the end of its messages it cannot any more.
            let reader = FileHandle(forReadingAtPath: messages)
            var text = ""
            while !text.contains("waiting for the broker's answer"), let more = reader?.availableData, !more.isEmpty {
                text += String(decoding: more, as: UTF8.self)
            }
            gate.signal()
            _ = reader?.readDataToEndOfFile()
        }
        running.withLock { $0 = client }
        begun.signal()
        #expect(await client.ending() == .exited(130))
        #expect(broker.requests.map { $0.line.prefix(6) } == ["POST /", "DELETE"])
        #expect(!world.folder.names.contains("arguments"))
    }

    @Test("a whole session through real sockets and processes: plugin, credentials, end")
    func whole() async throws {
        let world = try World()
        let opened = try Self.opened()
        let broker = try LoopbackBroker { $0.line.hasPrefix("POST") ? opened : #"{"ended":true}"# }
        defer { broker.stop() }
        let client = try start(
            ["connect", "i-0bbbbbbbbbbbbbbb2"],
            environment(world, broker: broker, ["PLUGIN_DOES": "asks"])
        )
        #expect(await client.ending() == .exited(0))
        #expect(try world.folder.text("credentials").contains("ASIACHANNEL"))
        let seen = try world.folder.text("environment")
        #expect(!seen.contains("engineer") && !seen.contains("ASIAENGINEER"))
        // Those of ls: the standard three and the folder it reads; none of the broker's connection.
        #expect(try world.folder.lines("descriptors") == ["0", "1", "2", "3"])
        #expect(broker.requests.last?.line == "DELETE /prod/v1/sessions/\(Answers.session) HTTP/1.1")
    }

    @Test("channel-credentials without a session explains itself and prints nothing")
    func strayChannel() async throws {
        #expect(try await start(["channel-credentials"], [:]).ending() == .exited(64))
        #expect(try await start(["channel-credentials"], ["SSM_BROKER_CHANNEL": "/nonexistent"]).ending() == .exited(1))
    }
}
