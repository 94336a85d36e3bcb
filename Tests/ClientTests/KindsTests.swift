import Foundation
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

@Suite("sessions of other kinds than a shell")
struct KindsTests {
    private static let node = "i-0bbbbbbbbbbbbbbb2"
    private static let end = #"printf '\n\nExiting session with sessionId: %s.\n\n' "$id""#

    /// A world whose plugin plays a script.
    private func world(
        _ script: [String],
        _ answers: [ScriptedTransport.Answer]? = nil
    ) throws -> (World, Dependencies) {
        let world = try World(try answers ?? [try Answers.opened(), Answers.ended])
        try script.joined(separator: "\n").write(
            toFile: "\(world.folder.path)/script",
            atomically: true,
            encoding: .utf8
        )
        return (world, world.dependencies(world.pluginVariables(["PLUGIN_DOES": "plays"])))
    }

    // MARK: exec

    @Test("exec gives the command's output, errors and status, and nothing of its own")
    func exec() async throws {
        let script = ["printf 'stdout::out\\n'", "printf 'stderr::err\\n'", "printf 'EXIT_CODE: 3'", Self.end]
        let (world, dependencies) = try world(script)
        #expect(try await run("exec", Self.node, "--", "ls", "a b", in: dependencies) == .done)
        #expect(dependencies.remote.status == 3)
        #expect(world.result == "out\n" && world.notes == "err\n")
        let body = try JSON(parsing: world.transport.requests[0].body)
        #expect(body["kind"] == "command" && body["command"] == "ls 'a b'")
        #expect(world.transport.requests.map(\.method) == ["POST", "DELETE"])
    }

    struct Ending: Sendable, CustomTestStringConvertible {
        let why: String
        let script: [String]
        var status: ExitStatus = .done
        var remote: Int32?
        let says: String
        var testDescription: String { why }
    }

    static let endings = [
        Ending(
            why: "a signal",
            script: ["printf 'EXIT_CODE: -1'", end],
            remote: 255,
            says: "A signal ended the command"
        ),
        Ending(
            why: "no such program",
            script: ["printf 'EXIT_CODE: 1'", "printf 'exec: \"x\": executable file not found in $PATH'", end],
            remote: 127,
            says: "The command was not started on \(node): exec: \"x\""
        ),
        Ending(
            why: "a program that may not be run",
            script: ["printf 'EXIT_CODE: 1'", "printf 'fork/exec /x: permission denied'", end],
            remote: 126,
            says: "permission denied"
        ),
        Ending(
            why: "no status",
            script: ["printf 'stdout::a\\n'", end],
            status: .failed,
            says: "exit status was told"
        ),
        Ending(why: "a plugin that falls over", script: ["exit 2"], status: .plugin, says: "ended with status 2"),
    ]

    @Test("an end without a status of the command's own is told, with a code of its own", arguments: endings)
    func execEnds(_ ending: Ending) async throws {
        let (world, dependencies) = try world(ending.script)
        #expect(try await run("exec", Self.node, "--", "x", in: dependencies) == ending.status)
        #expect(dependencies.remote.status == ending.remote)
        #expect(world.notes.contains(ending.says), "\(world.notes)")
        #expect(world.transport.isExhausted)
    }

    @Test("exec keeps the plugin's input open, for the plugin leaves at its end")
    func input() async throws {
        let script = [
            "if timeout 0.3 cat >/dev/null; then echo ended; else printf 'stdout::open'; fi", "printf 'EXIT_CODE: 0'",
            Self.end,
        ]
        let (world, dependencies) = try world(script)
        #expect(try await run("exec", Self.node, "--", "x", in: dependencies) == .done)
        #expect(world.result == "open")
    }

    @Test("a command is interrupted first, and left at the second interruption")
    func interruptions() async throws {
        let (world, dependencies) = try world([
            "trap 'printf again >\"$PLUGIN_NOTES/caught\"' INT", "echo ready >\"$PLUGIN_NOTES/ready\"",
            "while [ ! -s \"$PLUGIN_NOTES/caught\" ]; do sleep 0.05; done", "echo caught >\"$PLUGIN_NOTES/ready\"",
            "sleep 60 & wait",
        ])
        let ready = "\(world.folder.path)/ready"
        #expect(mkfifo(ready, 0o600) == 0)
        async let status = run("exec", Self.node, "--", "x", in: dependencies)
        for word in ["ready\n", "caught\n"] {
            let said = await onOwnThread("ready") { FileHandle(forReadingAtPath: ready)?.readDataToEndOfFile() }
            #expect(said == Data(word.utf8))
            world.signals.deliver(SIGINT)
        }
        #expect(try await status == .interrupted)
        #expect(world.transport.isExhausted)
    }

    // MARK: forward

    private static let opened = #"printf 'Port 15999 opened for sessionId %s.' "$id""#

    @Test("a forward tells when it is ready, and its end by itself is a failure")
    func forward() async throws {
        let (world, dependencies) = try world([Self.opened, Self.end])
        let arguments = [
            "forward", Self.node, "--remote-port", "5432", "--local-port", "0", "--remote-host", "DB.internal",
        ]
        #expect(try await run(arguments, in: dependencies) == .failed)
        #expect(world.result == "127.0.0.1:15999 -> db.internal:5432 by way of \(Self.node)\n")
        #expect(world.notes.contains("has ended by itself") && world.notes.contains("Next:"))
        let body = try JSON(parsing: world.transport.requests[0].body)
        #expect(
            body["kind"] == "port" && body["port"] == 5432 && body["localPort"] == 0 && body["host"] == "db.internal"
        )
        #expect(world.transport.isExhausted)
    }

    @Test(
        "a forward that the person ends is a success once it was ready, with its sessions ended",
        arguments: [SIGINT, SIGTERM]
    )
    func ended(_ signal: Int32) async throws {
        let (world, dependencies) = try world([
            "trap 'exit 0' INT", Self.opened, "echo ready >\"$PLUGIN_NOTES/ready\"", "sleep 60 & wait",
        ])
        let ready = "\(world.folder.path)/ready"
        #expect(mkfifo(ready, 0o600) == 0)
        async let status = run("forward", Self.node, "-L", "0:5432", "-o", "json", in: dependencies)
        _ = await onOwnThread("ready") { FileHandle(forReadingAtPath: ready)?.readDataToEndOfFile() }
        // The line is read on another thread than the one that hears of the plugin's word.
        while world.result.isEmpty { await Task.yield() }
        world.signals.deliver(signal)
        #expect(try await status == .done, "\(world.notes)")
        let line = try JSON(parsing: world.result.utf8.dropLast())
        #expect(line["localPort"] == 15999 && line["remotePort"] == 5432 && line["id"] == .string(Answers.session))
        #expect(world.transport.requests.map(\.method) == ["POST", "DELETE"])
    }

    @Test("a plugin that opens no port is given up, as stuck")
    func stuck() async throws {
        var (world, dependencies) = try world(["trap 'exit 0' INT", "sleep 60 & wait"])
        let wait = dependencies.pause
        dependencies.pause = { if $0 < 10_000 { await wait($0) } }
        #expect(try await run("forward", Self.node, "-L", "0:5432", in: dependencies) == .plugin)
        #expect(world.notes.contains("did not open a port") && world.transport.isExhausted)
    }

    @Test("when one of several is refused, those that were opened are ended again, and nothing is shown")
    func several() async throws {
        let (world, dependencies) = try world(
            [Self.opened],
            [try Answers.opened(), Answers.problem(.portNotAllowed), Answers.ended]
        )
        #expect(try await run("forward", Self.node, "-L", "0:5432", "-L", "0:1", in: dependencies) == .denied)
        #expect(world.transport.requests.map(\.method) == ["POST", "POST", "DELETE"])
        #expect(world.transport.isExhausted && world.result.isEmpty)
    }

    static let wrong = [
        [], ["--local-port", "1"], ["--remote-host", "x"], ["--remote-port", "0"], ["--remote-port", "70000"],
        ["--remote-port", "1", "--local-port=-1"], ["-L", "5000:1", "-L", "5000:2"],
        ["--remote-port", "1", "--remote-host", ""],
    ]

    @Test("what makes no sense is refused before anything is asked", arguments: wrong)
    func wrongForwards(_ options: [String]) async throws {
        let world = try World()
        #expect(try await run(["forward", Self.node] + options, in: world.dependencies()) == .usage)
        #expect(world.transport.requests.isEmpty && world.notes.contains("Next:"))
    }

    @Test("a local port that is taken is told before a session is asked for")
    func taken() async throws {
        let broker = try LoopbackBroker { _ in "{}" }
        defer { broker.stop() }
        let world = try World()
        let dependencies = world.dependencies(world.pluginVariables())
        #expect(try await run("forward", Self.node, "-L", "\(broker.port):5432", in: dependencies) == .failed)
        #expect(world.transport.requests.isEmpty && world.notes.contains("is taken"))
    }

    // MARK: ssh

    @Test("ssh's bytes pass, the plugin's words do not, and ssh's hang-up is a good end")
    func proxy() async throws {
        let (world, dependencies) = try world(["printf 'SSH-2.0-x\\r\\n'", Self.end])
        #expect(try await run("ssh-proxy", Self.node, in: dependencies) == .done)
        #expect(world.result == "SSH-2.0-x\r\n" && world.notes.isEmpty)
        #expect(try JSON(parsing: world.transport.requests[0].body)["kind"] == "ssh")
        let (other, hanging) = try self.world(["echo ready >\"$PLUGIN_NOTES/ready\"", "sleep 60 & wait"])
        let ready = "\(other.folder.path)/ready"
        #expect(mkfifo(ready, 0o600) == 0)
        async let status = run("ssh-proxy", Self.node, "22", in: hanging)
        _ = await onOwnThread("ready") { FileHandle(forReadingAtPath: ready)?.readDataToEndOfFile() }
        other.signals.deliver(SIGHUP)
        #expect(try await status == .done)
        #expect(other.notes.isEmpty && other.transport.isExhausted)
    }

    @Test("an sshd that is not there, and another port than 22, are told")
    func noSSHD() async throws {
        let words = #"printf '\n\nSessionId: %s : Unable to connect to specified port: refused\n\n' "$id""#
        let (world, dependencies) = try world([words])
        #expect(try await run("ssh-proxy", Self.node, in: dependencies) == .failed)
        #expect(world.notes.contains("Unable to connect to specified port: refused") && world.result.isEmpty)
        let other = try World()
        #expect(try await run("ssh-proxy", Self.node, "2222", in: other.dependencies()) == .usage)
    }

    @Test("ssh's configuration is printed where the map allows ssh, and refused elsewhere")
    func snippet() async throws {
        func identity(_ kinds: [SessionKind]) throws -> ScriptedTransport.Answer {
            let reply = IdentityReply(
                account: try AccountID("111122223333"),
                user: "alice",
                permissionSet: "WebOperator",
                linuxUser: try LinuxUser("webops"),
                kinds: kinds,
                regions: [],
                nodeTags: [:],
                needsReason: false,
                needsTicket: false,
                isAdministrator: false,
                isAuditor: false
            )
            return Answers.json(reply.json.canonicalText)
        }
        let world = try World([try identity([.shell, .ssh])])
        let arguments = ["ssh-config", "--profile", "it's 100%", "--region", "eu-west-1", "--user", "admin"]
        #expect(try await run(arguments, in: world.dependencies()) == .done)
        let lines = world.result.split(separator: "\n").map(String.init)
        #expect(lines.contains("Host i-* mi-* \"!*'*\"") && lines.contains("    User admin"))
        let command = try #require(lines.first { $0.contains("ProxyCommand") })
        #expect(command.hasSuffix(" ssh-proxy --profile 'it'\\''s 100%%' --region eu-west-1 '%h' %p"))
        let refused = try World([try identity([.shell])])
        #expect(try await run("ssh-config", in: refused.dependencies()) == .denied)
        #expect(refused.result.isEmpty && refused.notes.contains("It allows shell."))
        let broken = try World()
        #expect(try await run("ssh-config", "a\nHost *", in: broken.dependencies()) == .usage)
    }
}
