import SessionCore
import TestSupport
import Testing

@testable import SQLiteStore

/// Which index serves a search of several filters.
@Suite struct SearchTests {
    struct Choice: Sendable, CustomTestStringConvertible {
        let why: String
        let query: AuditQuery
        let column: String?
        let index: String
        var testDescription: String { why }
    }

    /// The store below has forty denials of alice's under one code, one under another, and four grants of bob's on another node.
    static let choices = [
        Choice(
            why: "a rare code beside a frequent user",
            query: AuditQuery(user: "alice", code: "RARE"),
            column: "code",
            index: "audit_by_code"
        ),
        Choice(
            why: "a rare user beside a frequent Region",
            query: AuditQuery(user: "bob", region: try? Region("eu-west-1")),
            column: "user",
            index: "audit_by_user"
        ),
        Choice(
            why: "a frequent user beside a node that nobody asked for",
            query: AuditQuery(user: "alice", node: try? NodeID("i-0eeeeeeeeeeeeeee9")),
            column: "node",
            index: "audit_by_node"
        ),
        Choice(
            why: "events of which there are few, beside a frequent account",
            query: AuditQuery(account: try? AccountID("111122223333"), events: [.intent, .started]),
            column: "event",
            index: "audit_by_event"
        ),
        Choice(
            why: "what is frequent, but not in the time asked for",
            query: AuditQuery(user: "alice", code: "OFTEN", since: AuditSamples.time(39), until: AuditSamples.time(41)),
            column: "user",
            index: "audit_by_user"
        ),
        Choice(
            why: "one filter: there is no choice",
            query: AuditQuery(user: "alice"),
            column: nil,
            index: "audit_by_user"
        ),
    ]

    @Test(
        "the filter that leaves the fewest records chooses the index, and the answer is that of all filters",
        arguments: choices
    )
    func choice(_ choice: Choice) async throws {
        let store = try await DatabaseFolder().store()
        var records: [AuditRecord] = []
        for number in 0..<41 {
            records.append(try AuditSamples.record(number, .denied, code: number == 7 ? "RARE" : "OFTEN"))
        }
        for number in 50..<54 {
            let event: AuditEvent = number % 2 == 0 ? .intent : .started
            records.append(
                try AuditSamples.record(number, event, session: number, user: "bob", node: "i-0ccccccccccccccc3")
            )
        }
        for record in records { _ = try await store.append(record) }
        let (column, plan) = try await store.queue.run { connection in
            let column = try AuditTable(connection: connection).rarest(of: choice.query)
            let statement = AuditTable.statement(for: choice.query, servedBy: column)
            let plan = try connection.rows("EXPLAIN QUERY PLAN " + statement.sql, statement.values) { try $0.text(3) }
            return (column, plan)
        }
        #expect(column == choice.column)
        #expect(plan.first.map { "\($0) ".contains("USING INDEX \(choice.index) ") } == true, "\(plan)")
        let found = try await store.records(matching: choice.query).records.compactMap { $0.record?.id }
        let expected = records.filter(choice.query.matches).sorted { ($0.time, $0.id) > ($1.time, $1.id) }
        #expect(found == expected.map(\.id))
    }

    @Test("filters that all leave too many to count are served by the first of their list")
    func frequent() async throws {
        let store = try await DatabaseFolder().store()
        try await store.queue.run(within: 60_000) { connection in
            let table = AuditTable(connection: connection)
            try connection.transaction {
                for number in 0...AuditTable.few {
                    _ = try table.append(try AuditSamples.record(number, .denied), terms: AppendTerms(), chains: 4)
                }
            }
        }
        let query = AuditQuery(user: "alice", permissionSet: "DatabaseAdmin", code: AuditDecision.granted)
        #expect(try await store.queue.run { try AuditTable(connection: $0).rarest(of: query) } == nil)
        #expect(try await store.records(matching: query).records.count == 100)
    }
}
