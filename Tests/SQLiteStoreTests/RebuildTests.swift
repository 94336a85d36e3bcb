import SessionCore
import TestSupport
import Testing

@testable import SQLiteStore

@Suite("The state of sessions, made anew")
struct RebuildTests {
    struct Damage: Sendable, CustomTestStringConvertible {
        let why: String
        let sql: String
        var testDescription: String { why }
    }

    static let damages = [
        Damage(why: "gone", sql: "DELETE FROM sessions"),
        Damage(
            why: "of another state",
            sql:
                "UPDATE sessions SET state = 'ended', body = CAST(replace(CAST(body AS TEXT), 'live', 'ended') AS BLOB)"
        ),
        Damage(why: "unreadable", sql: "UPDATE sessions SET body = x'7B'"),
    ]

    @Test("whatever became of it, a session stands again as its records say, once", arguments: damages)
    func damaged(_ damage: Damage) async throws {
        let folder = try DatabaseFolder()
        let store = try await folder.store()
        _ = try await store.append(try AuditSamples.record(1, .intent, session: 1))
        _ = try await store.append(try AuditSamples.record(2, .started, session: 1))
        let before = try #require(try await store.session(AuditSamples.id(1)))
        try folder.connection().execute(damage.sql)
        #expect(try await store.rebuild(AuditSamples.id(1)))
        #expect(try await store.session(AuditSamples.id(1)) == before)
        #expect(try await !store.rebuild(AuditSamples.id(1)))
        let live = SessionQuery(owner: before.owner, states: SessionHistory.State.counted)
        #expect(try await store.sessions(matching: live).sessions == [before])
    }
}
