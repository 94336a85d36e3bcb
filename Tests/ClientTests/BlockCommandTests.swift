import ArgumentParser
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

@Suite("block, unblock, blocks")
struct BlockCommandTests {
    private static let block = Block(
        key: .user("alice"),
        reason: "laptop stolen",
        by: "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_BrokerAdmin_0123456789abcdef/rita",
        since: World.now
    )

    /// That nobody is blocked, which is asked beforehand: a block in force would be replaced.
    private static let none = Answers.json("{\"blocks\":[]}")

    private static func blocked(_ sessions: EndSessionsReply) -> ScriptedTransport.Answer {
        Answers.json(BlockReply(block: block, sessions: sessions).json.canonicalText)
    }

    @Test("a user is blocked without being asked, and the ended sessions are told")
    func user() async throws {
        let world = try World([Self.none, Self.blocked(EndSessionsReply(ended: [AuditSamples.id(1)]))])
        #expect(try await run("block", "alice", "--reason", "laptop stolen", in: world.dependencies()) == .done)
        let request = try #require(world.transport.requests.last)
        #expect(request.method == "POST" && request.url.hasSuffix("/v1/blocks"))
        #expect(String(decoding: request.body, as: UTF8.self) == #"{"reason":"laptop stolen","user":"alice"}"#)
        #expect(
            world.result == "User alice is blocked.\n1 session ended.\n  00000000-0000-4000-8000-000000000001\n"
        )
    }

    @Test("a role's unique id is told from a user name")
    func role() async throws {
        let world = try World([Self.blocked(EndSessionsReply()), Self.blocked(EndSessionsReply())])
        for whom in ["AROAFIXTUREDBADMIN001", "AROA"] {
            #expect(try await run("block", whom, "--reason", "x", "-o", "json", in: world.dependencies()) == .done)
        }
        let bodies = world.transport.requests.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(bodies == [#"{"reason":"x","roleId":"AROAFIXTUREDBADMIN001"}"#, #"{"reason":"x","user":"AROA"}"#])
    }

    @Test("a session that may still run makes the command fail, and the block is told all the same")
    func left() async throws {
        let left = [EndSessionsReply.Left(id: AuditSamples.id(2), code: "AWS_THROTTLED")]
        let world = try World([
            Self.none, Self.blocked(EndSessionsReply(left: left)), Self.none,
            Self.blocked(EndSessionsReply(ended: [AuditSamples.id(1)], isComplete: false)),
        ])
        #expect(try await run("block", "alice", "--reason", "x", in: world.dependencies()) == .failed)
        #expect(world.result.contains("User alice is blocked.\n0 sessions ended.\n1 session may still run:\n"))
        #expect(world.notes.contains("1 session could not be ended."))
        #expect(try await run("block", "alice", "--reason", "x", in: world.dependencies()) == .failed)
        #expect(world.notes.contains("Not every session could be looked at."))
    }

    @Test("a block that takes the place of another names the other, and a user whom nobody knows is told to be one")
    func replaced() async throws {
        let before = Answers.json(BlockList(blocks: [Self.block]).json.canonicalText)
        let nobody = Answers.json(SessionPage(sessions: [], next: nil).json.canonicalText)
        let world = try World([before, Self.blocked(EndSessionsReply()), nobody])
        #expect(try await run("block", "alice", "--reason", "x", in: world.dependencies()) == .done)
        #expect(world.notes.contains("took the place of a block since \(World.now) by rita: laptop stolen"))
        #expect(world.notes.contains("No session of a user alice is known."))
        #expect(world.transport.requests.last?.url.hasSuffix("/v1/sessions?all=true&user=alice&limit=1") == true)
    }

    @Test("what is only told beside a block keeps nobody from blocking")
    func aside() async throws {
        let world = try World([
            Answers.problem(.internalFailure), Self.blocked(EndSessionsReply()), Answers.problem(.auditNotAllowed),
        ])
        #expect(try await run("block", "alice", "--reason", "x", in: world.dependencies()) == .done, "\(world.notes)")
        #expect(world.notes.isEmpty, "\(world.notes)")
    }

    @Test("a block is lifted by the same name")
    func unblock() async throws {
        let world = try World([Answers.json(UnblockReply(block: Self.block).json.canonicalText)])
        #expect(try await run("unblock", "alice", "--reason", "new laptop", in: world.dependencies()) == .done)
        let request = try #require(world.transport.requests.first)
        #expect(request.method == "DELETE")
        #expect(request.url.hasSuffix("/v1/blocks?user=alice&reason=new%20laptop"))
        #expect(world.result.contains("User alice is blocked no longer"))
    }

    @Test("the list says who, since when, by whom and why, within 80 columns")
    func list() async throws {
        let role = Block(
            key: .role(id: "AROAFIXTUREDBADMIN001"),
            reason: String(repeating: "because ", count: 20),
            by: Self.block.by,
            since: World.now
        )
        let world = try World([
            Answers.json(BlockList(blocks: [role, Self.block]).json.canonicalText), Answers.json("{\"blocks\":[]}"),
        ])
        #expect(try await run("blocks", in: world.dependencies(columns: 80)) == .done)
        let lines = world.result.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(lines.last == "alice                  2026-11-21 08:00:00  rita  laptop stolen")
        #expect(try await run("blocks", in: world.dependencies()) == .done)
        #expect(world.result.hasSuffix("Nobody is blocked.\n"))
    }

    @Test("refusals keep their codes: denied for those who may not, failed for a block that is not there")
    func refusals() async throws {
        let world = try World([
            Self.none, Answers.problem(.blockLocksYouOut), Answers.problem(.blockNotFound),
            Answers.problem(.callerBlocked),
        ])
        #expect(try await run("block", "rita", "--reason", "x", in: world.dependencies()) == .denied)
        #expect(try await run("unblock", "bob", "--reason", "x", in: world.dependencies()) == .failed)
        #expect(try await run("blocks", in: world.dependencies()) == .denied)
    }

    @Test(
        "what cannot be a name or a reason is refused before anything is asked",
        arguments: [
            ["", "--reason", "x"], ["alice", "--reason", " "], ["al ice", "--reason", "x"], ["a", "--reason", "x"],
        ]
    )
    func usage(_ arguments: [String]) async throws {
        let world = try World()
        let command = try #require(try SSMBroker.parseAsRoot(["block"] + arguments) as? any BrokerCommand)
        #expect(await command.status(in: world.dependencies()) == .usage)
        #expect(world.notes.contains("Nobody was blocked"))
    }
}
