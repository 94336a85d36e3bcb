import SessionCore
import Testing

@testable import ssm_broker

/// Records that are in a copy, fit its chains, and are kept from those who search it.
@Suite("a copy that hides records")
struct AuditHidingTests {
    /// Makes an index over other things than its definition says, as whoever may write the schema can.
    private static func bend(_ index: String, to other: String, in copy: LogCopy) throws {
        try copy.edit(
            """
            CREATE TABLE kept AS SELECT sql FROM sqlite_schema WHERE name = '\(index)';
            DROP INDEX \(index); CREATE INDEX \(index) ON audit \(other);
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = (SELECT sql FROM kept) WHERE name = '\(index)';
            PRAGMA writable_schema = OFF; DROP TABLE kept
            """
        )
    }

    @Test(
        "records that an index hides from searches are found with --indexes, and said to be beyond the chains without",
        arguments: [
            "(permission_set, time, id) WHERE permission_set IS NOT NULL AND permission_set NOT LIKE 'ReadOnly%'",
            "(replace(permission_set, 'ReadOnly', 'ReadMany'), time, id) WHERE permission_set IS NOT NULL",
        ]
    )
    func indexes(_ other: String) async throws {
        let log = try Log(records: 4)
        let set = try #require(log.chains[0][1].record?.caller?.permissionSet)
        let copy = try await LogCopy(log)
        let verify = ["audit", "verify", "--local", copy.path, "--anchors", try copy.anchors(of: log)]
        let whole = try World()
        #expect(try await run(verify + ["--indexes"], in: whole.dependencies()) == .done)
        #expect(!whole.notes.contains("--indexes"), "\(whole.notes)")

        try Self.bend("audit_by_permission_set", to: other, in: copy)
        let search = try World()
        let query = ["audit", "query", "--local", copy.path, "--permission-set", set]
        #expect(try await run(query, in: search.dependencies()) == .done)
        #expect(search.notes == "ssm-broker: 0 records.\n")
        let chains = try World()
        #expect(try await run(verify, in: chains.dependencies()) == .done)
        #expect(chains.notes.contains("Whether searches of the copy find every record, --indexes tells"))
        for format in ["table", "json"] {
            let found = try World()
            #expect(try await run(verify + ["--indexes", "-o", format], in: found.dependencies()) == .failed)
            #expect(found.notes.contains("missing from index audit_by_permission_set"), "\(found.notes)")
            #expect(found.result.isEmpty)
        }
    }

    @Test("a view in the place of a table, which could show other rows tomorrow, is no copy")
    func view() async throws {
        let copy = try await LogCopy(try Log(records: 4))
        try copy.edit(
            "ALTER TABLE audit RENAME TO hidden; CREATE VIEW audit AS SELECT * FROM hidden WHERE date('now') < '2100-01-01'"
        )
        for command in ["verify", "query"] {
            let world = try World()
            #expect(try await run(["audit", command, "--local", copy.path], in: world.dependencies()) == .failed)
            #expect(world.notes.contains("cannot be used as a copy"), "\(world.notes)")
        }
    }

    @Test("a broker's log has no indexes that anybody could check from outside")
    func broker() async throws {
        let world = try World()
        let refusal = await #expect(throws: (any Error).self) {
            _ = try await run(["audit", "verify", "--indexes"], in: world.dependencies())
        }
        #expect("\(try #require(refusal))".contains("--indexes is about a copy; name it with --local."))
        #expect(world.result.isEmpty)
    }
}
