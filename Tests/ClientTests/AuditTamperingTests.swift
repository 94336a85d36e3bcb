import Foundation
import SessionCore
import Testing

@testable import ssm_broker

/// What can be done to a copy by hand, and what verification makes of it.
@Suite("a copy changed by hand")
struct AuditTamperingTests {
    struct Edit: Sendable, CustomTestStringConvertible {
        let why: String
        var sql = ""
        var rewrite: @Sendable (Log) -> Log = { $0 }
        /// Where the chains alone show it; nil when they cannot.
        let alone: String?
        /// Where it shows beside the heads that were kept.
        let anchored: String
        var testDescription: String { why }
    }

    static let edits = [
        Edit(
            why: "a changed byte",
            sql: """
                UPDATE audit SET bytes = CAST(replace(CAST(bytes AS TEXT), 'NOT_MAPPED', 'IS_MAPPED_') AS BLOB)
                WHERE chain = 0 AND seq = 1
                """,
            alone: "chain 0, record 1",
            anchored: "chain 0, record 1"
        ),
        Edit(
            why: "a changed hash",
            sql: "UPDATE audit SET hash = zeroblob(32) WHERE chain = 1 AND seq = 2",
            alone: "chain 1, record 2",
            anchored: "chain 1, record 2"
        ),
        Edit(
            why: "a deleted row",
            sql: "DELETE FROM audit WHERE chain = 0 AND seq = 2",
            alone: "chain 0, record 2",
            anchored: "chain 0, record 2"
        ),
        Edit(
            why: "a deleted row, and those behind it moved up",
            sql: """
                DELETE FROM audit WHERE chain = 0 AND seq = 2;
                UPDATE audit SET seq = 2 WHERE chain = 0 AND seq = 3; UPDATE head SET seq = 2 WHERE chain = 0
                """,
            alone: "chain 0, record 2",
            anchored: "chain 0, record 2"
        ),
        Edit(
            why: "swapped rows",
            sql: """
                UPDATE audit SET seq = 99 WHERE chain = 1 AND seq = 1; UPDATE audit SET seq = 1 WHERE chain = 1 AND seq = 2;
                UPDATE audit SET seq = 2 WHERE chain = 1 AND seq = 99
                """,
            alone: "chain 1, record 1",
            anchored: "chain 1, record 1"
        ),
        Edit(
            why: "a cut end",
            sql: "DELETE FROM audit WHERE chain = 1 AND seq = 3",
            alone: "chain 1, record 3",
            anchored: "chain 1, record 3"
        ),
        Edit(
            why: "a cut end, with its head",
            rewrite: { log in
                var log = log
                log.chains[1].removeLast(2)
                return log
            },
            alone: nil,
            anchored: "chain 1, record 2"
        ),
        Edit(
            why: "a rewrite that fits together",
            rewrite: { $0.rewritten(chain: 0, from: 1) { $0.decision?.detail = "Another." } },
            alone: nil,
            anchored: "chain 0, record 3"
        ),
        Edit(
            why: "a dropped chain",
            sql: "DELETE FROM audit WHERE chain = 1; DELETE FROM head WHERE chain = 1",
            alone: "chain 0, record 0",
            anchored: "chain 1, record 0"
        ),
        Edit(
            why: "a dropped chain, with every genesis record made to fit",
            rewrite: { log in
                var log = log.rewritten(chain: 0, from: 0) { $0.details["chains"] = "1" }
                log.chains.removeLast()
                return log
            },
            alone: nil,
            anchored: "chain 1, record 0"
        ),
        Edit(
            why: "a dropped head",
            sql: "DELETE FROM head WHERE chain = 0",
            alone: "chain 0, record 0",
            anchored: "chain 0, record 0"
        ),
        Edit(
            why: "every head dropped",
            sql: "DELETE FROM head",
            alone: "chain 0, record 0",
            anchored: "chain 0, record 0"
        ),
        Edit(
            why: "a chain emptied, with its head put before its beginning",
            sql: """
                DELETE FROM audit WHERE chain = 1; UPDATE head SET seq = -1, hash = zeroblob(32) WHERE chain = 1
                """,
            alone: "chain 1, record 0",
            anchored: "chain 1, record 0"
        ),
        Edit(
            why: "a head beyond every record",
            sql: "UPDATE head SET seq = 9223372036854775807 WHERE chain = 1",
            alone: "chain 1, record 4",
            anchored: "chain 1, record 4"
        ),
        Edit(
            why: "members in another order, with a hash that fits",
            rewrite: { $0.rewrittenBytes(chain: 1, sequence: 3) { "{\"zero\":0," + $0.dropFirst() } },
            alone: "chain 1, record 3",
            anchored: "chain 1, record 3"
        ),
        Edit(
            why: "a space between members, with a hash that fits",
            rewrite: { $0.rewrittenBytes(chain: 0, sequence: 3) { "{ " + $0.dropFirst() } },
            alone: "chain 0, record 3",
            anchored: "chain 0, record 3"
        ),
        Edit(
            why: "a column that queries look at",
            sql: "UPDATE audit SET user = 'alice' WHERE chain = 1 AND seq = 1",
            alone: "chain 1, record 1",
            anchored: "chain 1, record 1"
        ),
        Edit(
            why: "the column with the time",
            sql: "UPDATE audit SET time = time + 1 WHERE chain = 1 AND seq = 2",
            alone: "chain 1, record 2",
            anchored: "chain 1, record 2"
        ),
        Edit(
            why: "an account that a record does not name",
            sql: "UPDATE audit SET account = NULL WHERE chain = 0 AND seq = 3",
            alone: "chain 0, record 3",
            anchored: "chain 0, record 3"
        ),
        Edit(
            why: "a row outside every chain",
            sql: """
                INSERT INTO audit (chain, seq, previous, hash, bytes, id, time, event)
                SELECT chain, -7, previous, hash, bytes, 'x', time, event FROM audit WHERE chain = 1 AND seq = 1
                """,
            alone: "chain 1, record -7",
            anchored: "chain 1, record -7"
        ),
    ]

    private static func verify(_ edit: Edit, anchored: Bool) async throws -> (status: ExitStatus, world: World) {
        let log = try Log(records: 4)
        let copy = try await LogCopy(edit.rewrite(log))
        if !edit.sql.isEmpty { try copy.edit(edit.sql) }
        let anchors = try copy.anchors(of: log)
        let world = try World()
        let arguments = ["audit", "verify", "--local", copy.path] + (anchored ? ["--anchors", anchors] : [])
        return (try await run(arguments, in: world.dependencies()), world)
    }

    @Test("is found by the chains alone, or said to be beyond them", arguments: edits)
    func alone(_ edit: Edit) async throws {
        let (status, world) = try await Self.verify(edit, anchored: false)
        guard let place = edit.alone else {
            #expect(status == .done && world.notes.contains("would not be seen"), "\(world.notes)")
            return
        }
        #expect(status == .failed)
        #expect(world.notes.contains("was changed: \(place)."), "\(world.notes)")
    }

    @Test("is found beside hashes kept elsewhere, whatever it is", arguments: edits)
    func anchored(_ edit: Edit) async throws {
        let (status, world) = try await Self.verify(edit, anchored: true)
        #expect(status == .failed)
        guard edit.why != "a cut end, with its head" else {
            // The file itself cannot tell it from one that is older than the hashes; both are said.
            #expect(world.notes.contains("The copy is older than these hashes, or it was cut."), "\(world.notes)")
            return
        }
        #expect(world.notes.contains("was changed: \(edit.anchored)."), "\(world.notes)")
    }

    @Test("a copy that nobody touched is intact, alone and beside its anchors")
    func untouched() async throws {
        let same = Edit(why: "nothing", alone: nil, anchored: "")
        #expect(try await Self.verify(same, anchored: false).status == .done)
        let (status, world) = try await Self.verify(same, anchored: true)
        #expect(status == .done && world.notes.contains("to their last record"), "\(world.notes)")
    }
}
