import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

@Suite("one reading in many pages")
struct OpenReadingTests {
    @Test("the pages of a command go on with the reading of its first, or of the one that the broker names last")
    func goesOn() async throws {
        let log = try Log(chains: 1, records: 4)
        let records = log.chains[0]
        let cursor = try AuditCursor(time: Timestamp(milliseconds: 1), id: #require(records[0].record?.id))
        let world = try World([
            log.page([records[0]], next: cursor, read: "0-1"), log.page([records[1]], next: cursor, read: "3-12"),
            log.page([records[2]], next: cursor), log.page([records[3]]),
        ])
        #expect(try await run("audit", "query", "--limit", "0", in: world.dependencies()) == .done, "\(world.notes)")
        let named = world.transport.requests.map { request in
            request.url.split(separator: "&").first { $0.hasPrefix("read=") }.map(String.init)
        }
        #expect(named == [nil, "read=0-1", "read=3-12", "read=3-12"])
    }
}
