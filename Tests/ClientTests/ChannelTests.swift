import Foundation
import SessionCore
import Synchronization
import Testing

@testable import ssm_broker

@Suite("channel credentials")
struct ChannelTests {
    private struct Broken: Error {}

    private func keeper(
        minutes: Int64,
        renew: @escaping @Sendable () async throws -> ChannelCredentials
    ) -> ChannelCredentialKeeper {
        ChannelCredentialKeeper(Answers.credentials("OLD", minutes: minutes), now: { World.now }, renew: renew)
    }

    private func ask(_ path: String) async throws -> [UInt8]? {
        try await onOwnThread("ask") {
            Result {
                let connection = try UnixSocket.connect(to: path)
                defer { close(connection) }
                return try Descriptor.readToEnd(connection, limit: 65_536, milliseconds: 100_000)
            }
        }.get()
    }

    @Test("a process of this user gets the message, one of another user gets nothing")
    func peers() async throws {
        let folder = try TemporaryFolder()
        for (user, isServed) in [(getuid(), true), (getuid() + 1, false)] {
            let path = "\(folder.path)/\(user)"
            let server = try ChannelServer(path: path) { _ in user }
            async let serving: Void = server.serve { .refused("no") }
            let answer = try await ask(path)
            server.stop()
            await serving
            #expect(answer == (isServed ? Array(#"{"error":"no"}"#.utf8) : []))
            #expect(server.wasAsked == isServed)
        }
    }

    @Test("the system tells who is on the other end of a connection")
    func peer() throws {
        let folder = try TemporaryFolder()
        let listener = try UnixSocket.listen(at: "\(folder.path)/s")
        defer { close(listener) }
        let connection = try UnixSocket.connect(to: "\(folder.path)/s")
        defer { close(connection) }
        #expect(UnixSocket.peer(of: connection) == getuid())
    }

    @Test("a folder whose path is too long for a socket, or holds a quote, is passed over for /tmp")
    func places() throws {
        let folder = try TemporaryFolder()
        for name in [String(repeating: "x", count: 90), "it's \"here\""] {
            let place = "\(folder.path)/\(name)"
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
            let made = try PrivateDirectory(environment: ["XDG_RUNTIME_DIR": place], longestName: 7)
            #expect(made.path.hasPrefix("/tmp/ssm-broker."))
            try made.remove()
            #expect(!FileManager.default.fileExists(atPath: made.path))
        }
    }

    @Test("many askers wait for one renewal, and all get its result")
    func singleFlight() async throws {
        let renewals = Mutex(0)
        let gate = AsyncStream.makeStream(of: Void.self)
        let started = AsyncStream.makeStream(of: Void.self)
        let count = Counter()
        let keeper = self.keeper(minutes: 4) {
            renewals.withLock { $0 += 1 }
            started.continuation.yield()
            for await _ in gate.stream { break }
            return Answers.credentials("NEW", minutes: 60)
        }
        let names = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    count.increase()
                    return try await keeper.credentials().accessKeyID
                }
            }
            for await _ in started.stream { break }
            await count.reaches(8)
            gate.continuation.yield()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(names == Array(repeating: "ASIANEW", count: 8))
        #expect(renewals.withLock { $0 } == 1)
    }

    @Test("a failed renewal is not remembered: the next asker asks the broker again")
    func notCached() async throws {
        let renewals = Mutex(0)
        let keeper = self.keeper(minutes: 0) {
            let count = renewals.withLock { count in
                count += 1
                return count
            }
            guard count > 1 else { throw Broken() }
            return Answers.credentials("NEW", minutes: 60)
        }
        await #expect(throws: Broken.self) { try await keeper.credentials() }
        #expect(try await keeper.credentials().accessKeyID == "ASIANEW")
    }

    @Test("while the broker cannot be reached, credentials that still live are given; its refusal is final")
    func fallback() async throws {
        let unreachable = keeper(minutes: 4) { throw Broken() }
        #expect(try await unreachable.credentials().accessKeyID == "ASIAOLD")
        let refused = keeper(minutes: 4) {
            throw CommandFailure(Problem(.sessionEnded, detail: "x", next: ""), purpose: "No")
        }
        await #expect(throws: CommandFailure.self) { try await refused.credentials() }
    }

    @Test("a message is read as it was written")
    func messages() throws {
        let credentials = Answers.credentials("X", minutes: 60)
        for message in [ChannelMessage.credentials(credentials), .refused("because")] {
            #expect(ChannelMessage(bytes: message.bytes) == message)
        }
        #expect(ChannelMessage(bytes: Array("{}".utf8)) == nil)
    }
}

/// Counts, and lets a test wait for a count.
private final class Counter: Sendable {
    private let stream = AsyncStream.makeStream(of: Void.self)

    func increase() { stream.continuation.yield() }

    func reaches(_ count: Int) async {
        var left = count
        for await _ in stream.stream {
            left -= 1
            if left == 0 { return }
        }
    }
}
