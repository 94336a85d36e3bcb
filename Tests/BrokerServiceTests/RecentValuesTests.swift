import AWSClient
import SessionCore
import Testing

@testable import BrokerService

@Suite("what is remembered and answered has bounded room")
struct RecentValuesTests {
    private static let now = TestClock.start

    private func later(_ seconds: Int64) -> Timestamp { Self.now.advanced(bySeconds: seconds) }

    @Test("where room is short the oldest go first, and the newest is there")
    func oldest() {
        var values = RecentValues<Int, Int>(room: 8)
        for number in 0..<8 { values.keep(number, for: number, until: later(60), at: Self.now) }
        #expect((0..<8).allSatisfy { values.value(for: $0, at: Self.now) == $0 } && values.size == 8)
        // Kept again, it is the newest.
        values.keep(10, for: 0, until: later(60), at: Self.now)
        values.keep(8, for: 8, until: later(60), at: Self.now)
        #expect(values.value(for: 1, at: Self.now) == nil)
        #expect(values.value(for: 0, at: Self.now) == 10 && values.value(for: 8, at: Self.now) == 8)
        #expect(values.size <= 8)
    }

    @Test("what may not be used any more goes before anything else")
    func expired() {
        var values = RecentValues<Int, Int>(room: 4)
        for number in 0..<3 { values.keep(number, for: number, until: later(60), at: Self.now) }
        values.keep(3, for: 3, until: later(1), at: Self.now)
        values.keep(4, for: 4, until: later(60), at: later(1))
        #expect([0, 1, 2, 4].allSatisfy { values.value(for: $0, at: later(1)) == $0 })
        values.keep(5, for: 5, until: later(200), at: later(100))
        #expect(values.size == 1)
    }

    @Test("a value counts as its size, and one that is larger than all the room is not kept")
    func sizes() {
        var values = RecentValues<Int, Int>(room: 100)
        values.keep(0, for: 0, size: 60, until: later(60), at: Self.now)
        values.keep(1, for: 1, size: 60, until: later(60), at: Self.now)
        #expect(values.value(for: 0, at: Self.now) == nil && values.value(for: 1, at: Self.now) == 1)
        values.keep(2, for: 2, size: 101, until: later(60), at: Self.now)
        #expect(values.value(for: 2, at: Self.now) == nil && values.size == 60)
    }

    @Test("of the lists of nodes only as many are kept as have some twenty thousand nodes together")
    func lists() throws {
        let lists = NodeLists()
        let access = try Self.access()
        let nodes = try (0..<5000).map { number in
            let digits = String(number)
            return NodeListing(
                id: try NodeID("i-" + String(repeating: "0", count: 17 - digits.count) + digits),
                state: .online
            )
        }
        let keys = (0..<64).map { NodeLists.Key(access: access, question: .name("n\($0)")) }
        for key in keys { lists.keep(NodeLookup.Found(nodes: nodes, isComplete: true), for: key, at: Self.now) }
        let kept = keys.filter { lists.found($0, at: Self.now) != nil }
        #expect((1...4).contains(kept.count) && kept.last == keys.last)
    }

    @Test("facts of nodes make room for newer ones")
    func facts() throws {
        let cache = FactsCache()
        let keys = try (10_000..<16_000).map { number in
            FactsCache.NodeKey(
                account: try AccountID(Cast.first),
                region: try Region(Cast.region),
                node: try NodeID("i-000\(number)")
            )
        }
        for key in keys {
            cache.keep(NodeFacts(id: key.node, platformType: "Linux", pingStatus: "Online"), for: key, at: Self.now)
        }
        #expect(keys.count { cache.node($0, at: Self.now) != nil } <= 5000)
        #expect(cache.node(keys[0], at: Self.now) == nil && cache.node(keys[5999], at: Self.now) != nil)
    }

    @Test("a page of nodes with as many long tags as AWS takes is one that Lambda can answer, and the next goes on")
    func pages() throws {
        let tags = Dictionary(uniqueKeysWithValues: (0..<50).map { ("\($0)", String(repeating: "x", count: 1000)) })
        let nodes = try (10..<100).map { NodeListing(id: try NodeID("i-000000\($0)"), state: .online, tags: tags) }
        let found = NodeLookup.Found(nodes: nodes, isComplete: true)
        var request = InstancesRequest(region: try Region(Cast.region))
        let first = Broker.page(of: found, request, try Self.access())
        #expect(first.json.canonicalBytes.count < 4 << 20 && first.next == first.nodes.last?.id)
        request.cursor = first.next
        let second = Broker.page(of: found, request, try Self.access())
        #expect(first.nodes + second.nodes == nodes && second.next == nil)
    }

    private static func access() throws -> NodeAccess {
        try NodeAccess(
            caller: try CallerIdentity(
                arn: Person.alice.caller.arn,
                callerID: Person.alice.caller.callerID,
                account: Cast.first
            ),
            region: try Region(Cast.region),
            map: try RoleMap(json: Cast.map),
            ceiling: try Cast.ceiling()
        )
    }
}
