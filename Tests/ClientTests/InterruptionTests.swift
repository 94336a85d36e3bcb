import Foundation
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

/// Delivers a signal while a request is under way.
private struct InterruptedTransport: HTTPTransport {
    let inner: ScriptedTransport
    let method: String
    let interrupt: @Sendable () -> Void

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        if request.method == method { interrupt() }
        return try await inner.send(request)
    }
}

/// Answers a renewal only by being cancelled.
private struct HangingRenewal: HTTPTransport {
    let inner: ScriptedTransport
    let asked: @Sendable () -> Void

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        guard request.url.hasSuffix("/credentials") else { return try await inner.send(request) }
        asked()
        let never = AsyncStream.makeStream(of: Void.self)
        for await _ in never.stream {}
        throw HTTPFailure(.cancelled, mayHaveReachedServer: true, explanation: "given up")
    }
}

@Suite("interruptions of connect")
struct InterruptionTests {
    private static let node = "i-0bbbbbbbbbbbbbbb2"

    @Test(
        "an interruption while the broker decides waits for its answer, ends the session and starts no plugin",
        arguments: [SIGINT, SIGTERM, SIGHUP]
    )
    func whileOpening(_ signal: Int32) async throws {
        let world = try World([try Answers.opened(), Answers.ended])
        var dependencies = world.dependencies(world.pluginVariables())
        dependencies.transport = InterruptedTransport(inner: world.transport, method: "POST") {
            world.signals.deliver(signal)
        }
        #expect(try await run("connect", Self.node, in: dependencies) == .interrupted)
        #expect(world.transport.isExhausted && world.transport.requests.map(\.method) == ["POST", "DELETE"])
        #expect(world.folder.names.isEmpty)
        #expect(world.notes.contains("waiting for the broker's answer"))
    }

    @Test("a request to end is passed on to the plugin, and the session is ended", arguments: [SIGTERM, SIGHUP])
    func whileRunning(_ signal: Int32) async throws {
        let world = try World([try Answers.opened(), Answers.ended])
        let ready = "\(world.folder.path)/ready"
        #expect(mkfifo(ready, 0o600) == 0)
        // From that thread, so that no other test's work lets the patience with a plugin that does nothing run out before.
        async let announced = onOwnThread("ready") {
            let announced = FileHandle(forReadingAtPath: ready)?.readDataToEndOfFile()
            world.signals.deliver(SIGINT)
            world.signals.deliver(signal)
            return announced
        }
        async let status = run(
            "connect",
            Self.node,
            in: world.dependencies(world.pluginVariables(["PLUGIN_DOES": "waits"]))
        )
        #expect(await announced == Data("ready\n".utf8))
        #expect(try await status == .interrupted)
        #expect(world.transport.isExhausted)
    }

    @Test("a renewal that hangs when the plugin ends does not hold the session's end up")
    func renewalUnderWay() async throws {
        let world = try World([try Answers.opened(minutes: 4), Answers.ended])
        let ready = "\(world.folder.path)/ready"
        #expect(mkfifo(ready, 0o600) == 0)
        var dependencies = world.dependencies(world.pluginVariables(["PLUGIN_DOES": "leaves-asking"]))
        dependencies.transport = HangingRenewal(inner: world.transport) {
            // The plugin leaves at the first line; a second asker may find nobody to read its own.
            startThread("ready") { try? FileHandle(forWritingAtPath: ready)?.write(contentsOf: Data("asked\n".utf8)) }
        }
        #expect(try await run("connect", Self.node, in: dependencies) == .done)
        #expect(world.transport.isExhausted)
    }

    @Test("an interruption ends with 130 also when the broker then refuses")
    func refused() async throws {
        let world = try World([Answers.problem(.nodeNotFound)])
        var dependencies = world.dependencies(world.pluginVariables())
        dependencies.transport = InterruptedTransport(inner: world.transport, method: "POST") {
            world.signals.deliver(SIGINT)
        }
        #expect(try await run("connect", Self.node, in: dependencies) == .interrupted)
        #expect(world.notes.contains("NODE_NOT_FOUND") && world.transport.isExhausted)
    }

    @Test("an interruption while the session is being ended does not stop that")
    func whileEnding() async throws {
        let world = try World([try Answers.opened(), Answers.ended])
        var dependencies = world.dependencies(world.pluginVariables())
        dependencies.transport = InterruptedTransport(inner: world.transport, method: "DELETE") {
            world.signals.deliver(SIGINT)
        }
        #expect(try await run("connect", Self.node, in: dependencies) == .interrupted)
        #expect(world.transport.isExhausted)
    }
}
