import SessionCore
import TestSupport
import Testing

@testable import BrokerService

/// How much of a listing one answer has.
@Suite struct AnswerRoomTests {
    /// Records of sessions whose commands are as long as JSON can make them.
    private static func records(_ count: Int) throws -> [AuditRecord] {
        try (1...count).map { number in
            var record = try AuditSamples.record(number, .intent, session: number)
            record.access?.kind = .command
            record.access?.parameters.command = String(repeating: "\"", count: 50)
            return record
        }
    }

    /// The bytes of a list as text within text, which is how Lambda hands it over.
    private static func bytes(_ elements: [JSON]) -> Int {
        JSON.string(JSON.array(elements).canonicalText).canonicalBytes.count
    }

    @Test("as many elements as fit are answered, counted as Lambda counts, and the first one always", arguments: 1...9)
    func fits(_ count: Int) throws {
        let elements = try Self.records(count).map(\.json)
        for room in stride(from: 0, to: Self.bytes(elements) + 100, by: 700) {
            let kept = AnswerRoom.fitting(elements, within: room) { $0 }
            #expect(kept == Array(elements[..<kept.count]) && !kept.isEmpty)
            // Two brackets and two quotation marks are not an element's.
            #expect(kept.count == 1 || Self.bytes(kept) - 4 <= room)
            #expect(kept.count == count || Self.bytes(Array(elements[...kept.count])) > room)
        }
    }

    @Test("nodes with long tags come in more pages, each of which says where to go on", arguments: [1, 2000, 100_000])
    func nodes(room: Int) throws {
        let tags = Dictionary(uniqueKeysWithValues: (0..<50).map { ("\($0)", String(repeating: "\"", count: 20)) })
        let nodes = try (1...7).map { NodeListing(id: try NodeID("i-0000000\($0)"), state: .online, tags: tags) }
        let page = InstancesReply(
            account: try AccountID("111122223333"),
            permissionSet: "DatabaseAdmin",
            region: try Region("eu-west-1"),
            nodes: nodes,
            next: room == 1 ? nil : nodes.last?.id
        )
        let fitting = page.fitting(within: room)
        #expect(fitting.nodes == Array(nodes.prefix(room == 100_000 ? 7 : 1)))
        #expect(fitting.next == (room == 100_000 ? page.next : fitting.nodes.last?.id))
    }

    @Test("page by page, nothing is lost and nothing comes twice", arguments: [1, 2000, 5000, 100_000])
    func pages(room: Int) async throws {
        let store = MemoryAuditStore()
        for record in try Self.records(7) { _ = try await store.append(record) }
        var query = AuditQuery(limit: 5)
        var found: [RecordID] = []
        repeat {
            let page = try await store.records(matching: query).fitting(within: room)
            found += page.records.compactMap { $0.record?.session }
            query.cursor = page.next
        } while query.cursor != nil
        #expect(found.count == 7 && Set(found).count == 7)
        var sessions = SessionQuery(limit: 5)
        var listed: [RecordID] = []
        repeat {
            let page = try await store.sessions(matching: sessions).fitting(within: room)
            listed += page.sessions.map(\.id)
            sessions.cursor = page.next
        } while sessions.cursor != nil
        #expect(listed == found)
    }
}
