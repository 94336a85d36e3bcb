import CurlTransport
import Foundation
import HTTPTransport
import Synchronization
import Testing

@Suite("connections")
struct ConnectionTests {
    @Test("a second request uses the first one's connection")
    func reuses() async throws {
        let server = try LoopbackServer { peer in
            while peer.readRequest() != nil { peer.reply("\(peer.number)") }
        }
        let transport = plainTransport()
        for _ in 0..<3 {
            let response = try await transport.send(HTTPRequest(method: "POST", url: server.url()))
            #expect(response.body == Array("1".utf8))
        }
        #expect(server.connections == 1)
    }

    @Test("requests run side by side: eight are answered when the eighth is there")
    func parallel() async throws {
        let arrived = Mutex(0)
        let server = try LoopbackServer { peer in
            _ = peer.readRequest()
            arrived.withLock { $0 += 1 }
            // Watching a counter, for at most the transport's own ten seconds.
            while arrived.withLock({ $0 < 8 }) { sched_yield() }
            peer.reply("")
        }
        let transport = plainTransport()
        let url = server.url()
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask { try await transport.send(HTTPRequest(method: "GET", url: url)).status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 200, count: 8))
        #expect(server.connections == 8)
    }

    @Test("a kept connection that the server closed is replaced before anything is sent on it")
    func replacesClosed() async throws {
        let closed = AsyncStream.makeStream(of: Void.self)
        let server = try LoopbackServer { peer in
            _ = peer.readRequest()
            peer.reply("")
            shutdown(peer.descriptor, Int32(SHUT_RDWR))
            closed.continuation.yield()
        }
        let transport = plainTransport()
        var closings = closed.stream.makeAsyncIterator()
        for _ in 0..<2 {
            #expect(try await transport.send(HTTPRequest(method: "POST", url: server.url())).status == 200)
            _ = await closings.next()
        }
        #expect(server.connections == 2)
    }

    @Test("no request is sent twice when a kept connection ends instead of answering")
    func neverRepeats() async throws {
        let seen = Seen<Int>()
        let server = try LoopbackServer { peer in
            guard peer.readRequest() != nil else { return }
            seen.add(peer.number)
            peer.reply("")
            guard peer.readRequest() != nil else { return }
            // The server took the second request, may have acted on it, and is gone without a word.
            seen.add(peer.number)
        }
        let transport = plainTransport()
        let request = HTTPRequest(method: "POST", url: server.url(), body: [1])
        _ = try await transport.send(request)
        let failure = await #expect(throws: HTTPFailure.self) { try await transport.send(request) }
        #expect(failure?.kind == .interrupted)
        #expect(failure?.mayHaveReachedServer == true)
        #expect(seen.all == [1, 1])
    }

    @Test("a connection warmed once or twice carries nothing, and then the first request")
    func warms() async throws {
        let seen = Seen<String>()
        let server = try LoopbackServer { peer in
            while let request = peer.readRequest() {
                seen.add("\(peer.number) \(request.prefix(5))")
                peer.reply("")
            }
        }
        let transport = plainTransport()
        for _ in 0..<2 { try await transport.warm(server.url()) }
        #expect(server.connections == 1)
        #expect(seen.all.isEmpty)
        _ = try await transport.send(HTTPRequest(method: "POST", url: server.url("/x")))
        #expect(server.connections == 1)
        #expect(seen.all == ["1 POST "])
    }

    @Test("no connection goes over to programs that are started")
    func staysHere() async throws {
        let server = try LoopbackServer { peer in
            while peer.readRequest() != nil { peer.reply("") }
        }
        let transport = plainTransport()
        _ = try await transport.send(HTTPRequest(method: "GET", url: server.url()))
        let ours = (3..<1024).filter { LoopbackServer.peerPort(of: $0) == server.port }
        #expect(ours.count == 1)
        for descriptor in ours { #expect(fcntl(descriptor, F_GETFD) == FD_CLOEXEC) }
    }

    @Test("warming says why no connection could be opened")
    func warmingFails() async throws {
        let port = try LoopbackServer.closedPort()
        let failure = await #expect(throws: HTTPFailure.self) {
            try await plainTransport().warm("http://127.0.0.1:\(port)/")
        }
        #expect(failure?.kind == .unreachable)
    }

    @Test("a request without a total limit waits for as long as the server does")
    func longPoll() async throws {
        let server = try LoopbackServer { peer in
            _ = peer.readRequest()
            // Longer than the limit for connecting, which must not be taken for the whole.
            usleep(300_000)
            peer.reply("late")
        }
        let limits = HTTPLimits(connectMilliseconds: 100, totalMilliseconds: nil, maximumBodyBytes: 10)
        let response = try await plainTransport().send(HTTPRequest(method: "GET", url: server.url(), limits: limits))
        #expect(response.body == Array("late".utf8))
    }

    @Test("a cancelled task ends at once, and says whether the server may know of it")
    func cancels() async throws {
        let arrived = AsyncStream.makeStream(of: Void.self)
        let server = try LoopbackServer { peer in
            _ = peer.readRequest()
            arrived.continuation.yield()
            peer.hang()
        }
        let transport = plainTransport()
        let url = server.url()
        let limits = HTTPLimits(connectMilliseconds: 1000, totalMilliseconds: nil, maximumBodyBytes: 10)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                let failure = await #expect(throws: HTTPFailure.self) {
                    try await transport.send(HTTPRequest(method: "GET", url: url, limits: limits))
                }
                #expect(failure?.kind == .cancelled)
                #expect(failure?.mayHaveReachedServer == true)
            }
            var arrivals = arrived.stream.makeAsyncIterator()
            _ = await arrivals.next()
            group.cancelAll()
        }
        let failure = await withTaskGroup(of: HTTPFailure?.self) { group in
            group.cancelAll()
            group.addTask {
                await #expect(throws: HTTPFailure.self) {
                    try await transport.send(HTTPRequest(method: "GET", url: url))
                }
            }
            return await group.next() ?? nil
        }
        #expect(failure?.kind == .cancelled)
        #expect(failure?.mayHaveReachedServer == false)
        #expect(server.connections == 1)
    }
}
