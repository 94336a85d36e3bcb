import SessionCore
import Testing

@testable import DocumentEnforcer

@Suite("how fast the enforcer calls")
struct PaceTests {
    @Test("so many calls go at once, and then so many a second, in the order of asking")
    func pace() async throws {
        let time = WaitingClock()
        let pace = Pace(perSecond: 4, burst: 3, clock: time.clock)
        for _ in 0..<7 { try await pace.turn(before: WaitingClock.at(seconds: 60)) }
        #expect(time.waits == [250, 250, 250, 250])
        time.advance(milliseconds: 10_000)
        for _ in 0..<3 { try await pace.turn(before: WaitingClock.at(seconds: 60)) }
        #expect(time.waits.count == 4)
    }

    @Test("a turn that would come after the deadline is refused and takes nothing from those after it")
    func deadline() async throws {
        let time = WaitingClock()
        let pace = Pace(perSecond: 1, burst: 1, clock: time.clock)
        try await pace.turn(before: WaitingClock.at(seconds: 60))
        await #expect(throws: OutOfTime.self) {
            try await pace.turn(before: Timestamp(milliseconds: time.now.milliseconds + 500))
        }
        try await pace.turn(before: WaitingClock.at(seconds: 60))
        #expect(time.waits == [1000])
    }

    @Test("waits grow to a ceiling, differ by chance, and are never nothing")
    func backoff() {
        let backoff = Backoff(first: 1000, longest: 8000)
        #expect([1, 2, 3, 4, 5, 60].map { backoff.wait(after: $0, random: 0) } == [500, 1000, 2000, 4000, 4000, 4000])
        #expect(backoff.wait(after: 2, random: 0.999) < 2000)
        #expect(backoff.wait(after: 0, random: 7) <= 1000)
    }
}
