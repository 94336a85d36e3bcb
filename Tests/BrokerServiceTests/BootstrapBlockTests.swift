import BrokerService
import SessionCore
import TestSupport
import Testing

@Suite("Blocks of the deployment's own administrators", .timeLimit(.minutes(1)))
struct BootstrapBlockTests {
    /// A stage whose map administrator has blocked the deployment's one administrator, by name and by role.
    private static func blocked() async throws -> Stage {
        let stage = try Stage(maps: .store)
        try await stage.publishVersion(Cast.map)
        _ = try await stage.block("user", Person.root.user)
        _ = try await stage.block("roleId", Person.root.roleID)
        return stage
    }

    @Test("no block keeps them from the blocks: they list, make and lift them, their own included")
    func blocks() async throws {
        let stage = try await Self.blocked()
        let listed = await stage.send("GET", "/v1/blocks", as: Person.root.caller)
        #expect(BlockList(json: listed.body)?.blocks.count == 2)
        #expect(await stage.sendBlock("user", "alice", as: .root).status == 200)
        #expect(await stage.unblock("user", Person.root.user, as: .root).status == 200)
        #expect(await stage.unblock("roleId", Person.root.roleID, as: .root).status == 200)
        #expect(stage.records.last?.caller?.proof == "verified")
        #expect(await stage.send("GET", "/v1/identity", as: Person.root.caller).status == 200)
        #expect(await stage.send("GET", "/v1/blocks", as: Person.aliceAdministers.caller).code == "CALLER_BLOCKED")
    }

    @Test("no block keeps them from the role map: they read and publish it")
    func map() async throws {
        let stage = try await Self.blocked()
        for path in ["/v1/role-map", "/v1/role-map/versions", "/v1/role-map/versions/1"] {
            #expect(await stage.send("GET", path, as: Person.root.caller).status == 200, "\(path)")
        }
        var members = try #require(Cast.map.members)
        var sets = try #require(members["permissionSets"]?.members)
        sets["Forbidden"] = nil
        members["permissionSets"] = .object(sets)
        members["administrators"] = []
        let request = PublishMapRequest(base: 1, map: .object(members), note: nil, isDryRun: false)
        let reply = await stage.send(
            "PUT",
            "/v1/role-map",
            as: Person.root.caller,
            body: request.json.canonicalBytes
        )
        #expect(reply.status == 200, "\(reply.body.canonicalText)")
        #expect(try await stage.store.memory.pointer()?.number == 2)
        #expect(await stage.send("GET", "/v1/blocks", as: Person.aliceAdministers.caller).code != nil)
    }

    @Test("a block keeps them from everything else")
    func others() async throws {
        let stage = try await Self.blocked()
        for (method, path) in [
            ("GET", "/v1/identity"), ("GET", "/v1/sessions"), ("DELETE", "/v1/sessions"), ("POST", "/v1/audit/sweep"),
            ("GET", "/v1/audit/records"), ("GET", "/v1/audit/heads"), ("GET", "/v1/rollout"),
        ] {
            #expect(await stage.send(method, path, as: Person.root.caller).code == "CALLER_BLOCKED", "\(path)")
        }
        #expect(await stage.open(as: .root).code == "CALLER_BLOCKED")
    }

    @Test("whoever only looks like them is kept out as that")
    func lookAlike() async throws {
        let stage = try await Self.blocked()
        var pretender = Person.root.lookAlike()
        pretender.user = Person.root.user
        for (method, path) in [("GET", "/v1/blocks"), ("DELETE", "/v1/blocks"), ("PUT", "/v1/role-map")] {
            #expect(await stage.send(method, path, as: pretender.caller).code == "ROLE_NOT_PROVEN", "\(path)")
        }
    }
}
