import Foundation
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

@Suite("the watch over a plugin that dials")
struct DialWatchTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let why: String
        /// What is seen, each with how many seconds.
        let seen: [(DialWatch.Sight, Int)]
        var reach: DialWatch.Reach = .failed("no route")
        let verdict: DialWatch.Verdict
        var testDescription: String { why }
    }

    static let cases = [
        Case(
            why: "a plugin that tries in vain is ended when we fail too",
            seen: [(.trying, 20)],
            verdict: .unreachable("no route")
        ),
        Case(why: "not before its own attempts are long over", seen: [(.trying, 19)], verdict: .wait),
        Case(
            why: "while we reach the gateway it may go on trying",
            seen: [(.trying, 300)],
            reach: .reached,
            verdict: .wait
        ),
        Case(why: "nothing is concluded before we tried", seen: [(.trying, 300)], reach: .unknown, verdict: .wait),
        Case(
            why: "a plugin that does nothing has given up, whoever else gets through",
            seen: [(.trying, 6), (.idle, 15)],
            reach: .reached,
            verdict: .givenUp
        ),
        Case(
            why: "a pause between two attempts is no giving up",
            seen: [(.trying, 20), (.idle, 14)],
            reach: .reached,
            verdict: .wait
        ),
        Case(
            why: "work in between begins the count anew",
            seen: [(.idle, 14), (.trying, 1), (.idle, 14)],
            reach: .reached,
            verdict: .wait
        ),
        Case(why: "a connection that stays is a session", seen: [(.connected, 50)], verdict: .settled),
        Case(why: "while it is connected it is never ended", seen: [(.trying, 19), (.connected, 49)], verdict: .wait),
        Case(
            why: "a connection begins the count anew",
            seen: [(.trying, 19), (.connected, 1), (.trying, 19)],
            verdict: .wait
        ),
        Case(why: "a port that is forwarded is a session", seen: [(.trying, 3), (.listening, 1)], verdict: .settled),
        Case(why: "what cannot be seen is not judged", seen: [(.unknown, 1)], verdict: .settled),
    ]

    @Test("the verdict follows from what was seen, second by second", arguments: cases)
    func verdicts(_ expected: Case) {
        var watch = DialWatch()
        var verdict = DialWatch.Verdict.wait
        for (sight, seconds) in expected.seen {
            for _ in 0..<seconds {
                #expect(verdict == .wait)
                verdict = watch.look(sight, expected.reach)
            }
        }
        #expect(verdict == expected.verdict)
    }

    @Test("a session that begins as it should causes no attempt of our own")
    func quiet() {
        var watch = DialWatch()
        for sight in [DialWatch.Sight.trying, .trying, .connected, .connected] {
            #expect(watch.look(sight, .unknown) == .wait)
            #expect(!watch.wantsReach)
        }
        for _ in 0..<5 { _ = watch.look(.trying, .unknown) }
        #expect(watch.wantsReach)
    }

    @Test("the gateway is asked by its host alone: neither session nor token is named")
    func probe() async throws {
        let transport = ScriptedTransport([
            .response(HTTPResponse(status: 404)),
            .failure(HTTPFailure(.interrupted, mayHaveReachedServer: true, explanation: "closed")),
            .failure(HTTPFailure(.proxy, mayHaveReachedServer: false, explanation: "the proxy refuses")),
        ])
        let url = Secret("wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/x?role=publish_subscribe")
        let probe = try #require(GatewayProbe(streamURL: url, transport: transport))
        #expect(probe.host == "ssmmessages.eu-west-1.amazonaws.com")
        for isReached in [true, true, false] {
            switch await probe.reach() {
            case .success: #expect(isReached)
            case .failure(let failure): #expect(!isReached && failure.explanation == "the proxy refuses")
            }
        }
        #expect(Set(transport.requests.map(\.url)) == ["https://ssmmessages.eu-west-1.amazonaws.com/"])
        #expect(transport.requests.allSatisfy { $0.headers.isEmpty })
        let local = GatewayProbe(streamURL: Secret("ws://127.0.0.1:7/v1/x"), transport: transport)
        #expect(local?.url == "http://127.0.0.1:7/")
        #expect(GatewayProbe(streamURL: Secret("nothing"), transport: transport) == nil)
        let region = GatewayProbe(region: try Region("cn-north-1"), environment: [:], transport: transport)
        #expect(region.url == "https://ssmmessages.cn-north-1.amazonaws.com.cn/")
    }

    @Test("this very process is seen: it works, and a socket of its own is found among all tables")
    func sight() async throws {
        let broker = try LoopbackBroker { _ in "" }
        defer { broker.stop() }
        var sight = ProcessSight(process: getpid())
        #expect(sight.look() == .listening)
        var gone = ProcessSight(process: 0)
        #expect(gone.look() == .unknown)
    }
}
