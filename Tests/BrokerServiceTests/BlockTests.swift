import BrokerService
import SessionCore
import Testing

@Suite("Blocks", .timeLimit(.minutes(1)))
struct BlockTests {
    @Test("a user is kept out under every permission set and in every account, whatever they ask")
    func user() async throws {
        let stage = try Stage()
        #expect(try await stage.block("user", "alice", as: .root).block.key == .user("alice"))
        for person in [Person.alice, .aliceOnWeb, .aliceElsewhere] {
            let node = person.account == Cast.second ? Cast.batchNode : Cast.dbNode
            #expect(await stage.open(as: person, node: node).code == "CALLER_BLOCKED")
            #expect(await stage.open(as: person, node: node, changes: ["dryRun": true]).code == "CALLER_BLOCKED")
        }
        for (method, path) in [
            ("GET", "/v1/identity"), ("GET", "/v1/sessions"), ("DELETE", "/v1/sessions"), ("POST", "/v1/audit/sweep"),
            ("GET", "/v1/audit/records"), ("GET", "/v1/audit/heads"), ("GET", "/v1/blocks"), ("POST", "/v1/blocks"),
            ("DELETE", "/v1/blocks"), ("GET", "/v1/rollout"),
        ] {
            let reply = await stage.send(method, path, as: Person.aliceAdministers.caller)
            #expect(reply.code == "CALLER_BLOCKED", "\(method) \(path)")
            #expect(reply.status == 403)
        }
        let refused = stage.records.filter { $0.decision?.code == "CALLER_BLOCKED" }
        #expect(refused.count == 16)
        #expect(stage.aws.sessions.isEmpty)
        #expect(await stage.open(as: .carol).status == 200)
        try stage.expectDiscretion()
    }

    @Test("a role is kept out whole, and its like in another account is not")
    func role() async throws {
        let stage = try Stage()
        _ = try await stage.block("roleId", Person.alice.roleID)
        #expect(await stage.open(as: .alice).code == "CALLER_BLOCKED")
        #expect(await stage.open(as: .carol).code == "CALLER_BLOCKED")
        #expect(await stage.open(as: .aliceElsewhere, node: Cast.batchNode).status == 200)
        #expect(await stage.open(as: .aliceOnWeb, node: Cast.webNode).status == 200)
    }

    @Test("their sessions end in the same call, each with a record of by whom and why")
    func ends() async throws {
        let stage = try Stage()
        let own = [
            try await stage.opened(), try await stage.opened(as: .aliceElsewhere, node: Cast.batchNode),
        ]
        let other = try await stage.opened(as: .carol)
        let reply = try await stage.block("user", "alice", reason: "laptop stolen", as: .root)
        #expect(reply.sessions.ended.map(\.text) == own.sorted())
        #expect(reply.sessions.isComplete)
        #expect(reply.block.by == Person.root.arn)
        #expect(reply.block.reason == "laptop stolen")
        let block = try #require(stage.records.first { $0.event == .callerBlocked })
        #expect(block.details == ["user": "alice", "reason": "laptop stolen"])
        #expect(block.caller?.arn == Person.root.arn)
        #expect(block.caller?.proof == "verified")
        let ends = stage.records.filter { $0.event == .ended }
        #expect(ends.compactMap(\.session?.text).sorted() == own.sorted())
        for record in ends {
            #expect(record.caller?.arn == Person.root.arn)
            #expect(
                record.details == [
                    "by": "administrator", "cause": "block", "block": "user/alice", "reason": "laptop stolen",
                ]
            )
        }
        let order = try #require(stage.journal.place(of: "recorded caller.blocked"))
        #expect(order < (try #require(stage.journal.place(of: "begin TerminateSession"))))
        #expect(await stage.renew(own[0]).code == "CALLER_BLOCKED")
        #expect(await stage.renew(other, as: .carol).status == 200)
    }

    @Test("a renewal is refused though the session could not be ended, and the sweep ends it")
    func left() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        stage.aws.fault("TerminateSession", .refusal("AccessDeniedException"))
        let reply = try await stage.block("user", "alice", as: .root)
        #expect(reply.sessions.left.map(\.code) == ["TARGET_ROLE_REFUSED"])
        #expect(!reply.sessions.isComplete)
        #expect(await stage.renew(id).code == "CALLER_BLOCKED")
        #expect(stage.aws.calls("AssumeRole channel").count == 2)
        #expect(!stage.events.contains(.credentials))
        #expect(stage.aws.activeSessions.count == 1)
        #expect(try await stage.sweep().kinds == ["caller-blocked"])
        #expect(stage.aws.activeSessions.isEmpty)
        #expect(try await stage.sweep().kinds == [])
    }

    @Test("asked again, a block ends what was left before; lifted, it lets in again")
    func again() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        stage.aws.fault("TerminateSession", .refusal("AccessDeniedException"))
        _ = try await stage.block("user", "alice", as: .root)
        #expect(try await stage.block("user", "alice", reason: "once more", as: .root).sessions.ended.count == 1)
        let listed = await stage.send("GET", "/v1/blocks", as: Person.root.caller)
        #expect(BlockList(json: listed.body)?.blocks.map(\.reason) == ["once more"])
        let lifted = await stage.unblock("user", "alice", reason: "new laptop", as: .root)
        #expect(UnblockReply(json: lifted.body)?.block.reason == "once more")
        #expect(stage.records.last?.event == .callerUnblocked)
        #expect(stage.records.last?.details == ["user": "alice", "reason": "new laptop"])
        #expect(await stage.open().status == 200)
        #expect(await stage.unblock("user", "alice", as: .root).code == "BLOCK_NOT_FOUND")
        #expect(await stage.send("GET", "/v1/blocks", as: Person.root.caller).body == ["blocks": []])
    }

    @Test("a warm connect asks nothing more than before: the intent's transaction says who is blocked")
    func noWait() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        let before = stage.journal.lines.count
        _ = try await stage.opened()
        let lines = stage.journal.lines.dropFirst(before)
        #expect(!lines.contains { $0.hasPrefix("read") || $0.hasPrefix("asked") })
        #expect(lines.count { $0.hasPrefix("append") } == 2)
    }

    @Test("a block that comes while a session is being started wins: nothing is handed out, and it ends")
    func race() async throws {
        let stage = try Stage()
        stage.aws.during("StartSession") { [stage] in
            // Of a broker that died on the way to the sessions, only the block is left.
            stage.aws.fault("AssumeRole end", .refusal("AccessDenied", status: 403))
            stage.store.script(.unknown, .fail(gone), .fail(gone))
            _ = await stage.send(
                "POST",
                "/v1/blocks",
                as: Person.root.caller,
                body: Array(#"{"user":"alice","reason":"now"}"#.utf8)
            )
        }
        let reply = await stage.open()
        #expect(reply.code == "CALLER_BLOCKED")
        #expect(reply.body["session"] == nil)
        #expect(stage.aws.sessions.count == 1)
        #expect(stage.aws.activeSessions.isEmpty)
        #expect(stage.events.filter { $0 != .refused } == [.intent, .callerBlocked, .unknown])
        #expect(stage.records.last { $0.event == .unknown }?.decision?.code == "CALLER_BLOCKED")
        stage.expectOneOutcomePerIntent()
        try stage.expectDiscretion(reply)
    }

    @Test("a blocked caller hears of the block and of nothing else, however often they ask")
    func silence() async throws {
        let stage = try Stage()
        _ = try await stage.block("user", "bob", as: .root)
        for _ in 0..<25 { #expect(await stage.open(as: .bob).code == "CALLER_BLOCKED") }
        _ = try await stage.block("user", "alice", as: .root)
        #expect(await stage.open(node: "i-00000000000000000").code == "CALLER_BLOCKED")
        #expect(await stage.open(changes: ["kind": "desktop"]).code == "CALLER_BLOCKED")
        #expect(await stage.end("6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11").code == "CALLER_BLOCKED")
        // Somebody who only carries the name is refused for what they are.
        var pretender = Person.alice.lookAlike()
        pretender.user = "alice"
        #expect(await stage.open(as: pretender).code == "ROLE_NOT_PROVEN")
    }

    @Test("a blocked caller may still end their own session, and nobody else's")
    func ownEnd() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        let others = try await stage.opened(as: .carol)
        stage.aws.fault("TerminateSession", .refusal("AccessDeniedException"))
        _ = try await stage.block("user", "alice", as: .root)
        #expect(await stage.end(id).status == 200)
        #expect(await stage.end(others, as: .aliceAdministers).code == "CALLER_BLOCKED")
        #expect(stage.aws.activeSessions.count == 1)
    }

    @Test("nobody blocks themselves, by name or by role; two who block each other leave one of them in")
    func oneself() async throws {
        let stage = try Stage()
        for (member, value) in [("user", "alice"), ("roleId", Person.aliceAdministers.roleID)] {
            let reply = await stage.sendBlock(member, value, as: .aliceAdministers)
            #expect(reply.code == "BLOCK_LOCKS_YOU_OUT")
            #expect(reply.status == 409)
        }
        // While one block is on its way to the store, the other is made.
        stage.store.before(.callerBlocked) { [stage] record in
            guard record.details["user"] == Person.root.user else { return }
            stage.store.before(.callerBlocked) { _ in }
            #expect(await stage.sendBlock("user", "alice", as: .root).status == 200)
        }
        #expect(await stage.sendBlock("user", Person.root.user, as: .aliceAdministers).code == "CALLER_BLOCKED")
        #expect(await stage.send("GET", "/v1/identity", as: Person.root.caller).status == 200)
        #expect(await stage.send("GET", "/v1/identity", as: Person.alice.caller).code == "CALLER_BLOCKED")
    }

    @Test(
        "only proven administrators block, unblock and list",
        arguments: [Person.alice, .sam, Person.root.lookAlike()]
    )
    func others(_ person: Person) async throws {
        let stage = try Stage()
        let replies = [
            await stage.sendBlock("user", "carol", as: person), await stage.unblock("user", "carol", as: person),
            await stage.send("GET", "/v1/blocks", as: person.caller),
        ]
        for reply in replies { #expect(["ADMINISTRATOR_REQUIRED", "ROLE_NOT_PROVEN"].contains(reply.code)) }
        #expect(stage.events == [.refused, .refused, .refused])
        #expect(await stage.open(as: .carol).status == 200)
    }

    @Test(
        "a body that is not understood blocks nobody",
        arguments: [
            "{}", #"{"user":"alice"}"#, #"{"reason":"x"}"#,
            #"{"user":"a","roleId":"AROACASTDATABASEADM01","reason":"x"}"#,
            #"{"roleId":"alice","reason":"x"}"#, #"{"user":"alice","reason":" "}"#, #"{"usr":"alice","reason":"x"}"#,
        ]
    )
    func wrong(_ body: String) async throws {
        let stage = try Stage()
        let reply = await stage.send("POST", "/v1/blocks", as: Person.root.caller, body: Array(body.utf8))
        #expect(reply.code == "BODY_INVALID")
        #expect(stage.events == [.refused])
    }

    @Test("a block that cannot be recorded is none, and while nobody can say who is blocked nobody passes")
    func unavailable() async throws {
        let stage = try Stage()
        stage.store.script(.callerBlocked, .fail(gone), .fail(gone), .fail(gone))
        #expect(await stage.sendBlock("user", "alice", as: .root).code == "CHANGE_UNKNOWN")
        #expect(await stage.open().status == 200)
        stage.store.failBlocks(gone)
        #expect(await stage.send("GET", "/v1/identity", as: Person.alice.caller).code == "AUDIT_UNAVAILABLE")
    }

    @Test("a block holds though its sessions cannot be listed, and the answer says that")
    func unlisted() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        stage.store.before(.callerBlocked) { [stage] _ in stage.store.failReads(gone) }
        let reply = await stage.sendBlock("user", "alice", as: .root)
        #expect(reply.status == 200)
        #expect(reply.body["isComplete"] == false)
        #expect(await stage.open().code == "CALLER_BLOCKED")
    }
}

extension Stage {
    func sendBlock(_ member: String, _ value: String, reason: String = "a test", as person: Person) async -> BrokerReply
    {
        let body: JSON = .object([member: .string(value), "reason": .string(reason)])
        return await send("POST", "/v1/blocks", as: person.caller, body: body.canonicalBytes)
    }

    /// Blocks somebody, which must succeed.
    func block(
        _ member: String,
        _ value: String,
        reason: String = "a test",
        as person: Person = .aliceAdministers
    ) async throws -> BlockReply {
        let reply = await sendBlock(member, value, reason: reason, as: person)
        try #require(reply.status == 200, "\(reply.body.canonicalText)")
        return try #require(BlockReply(json: reply.body))
    }

    func unblock(_ member: String, _ value: String, reason: String = "a test", as person: Person) async -> BrokerReply {
        let query = [(name: member, value: value), (name: "reason", value: reason)]
        return await send("DELETE", "/v1/blocks", as: person.caller, query: query)
    }
}
