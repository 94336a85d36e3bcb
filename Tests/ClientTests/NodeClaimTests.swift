import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

@Suite("a machine that says of itself where it is")
struct NodeClaimTests {
    private static let edge = "mi-0bbbbbbbbbbbbbbb2"

    private func dryRun() throws -> ScriptedTransport.Answer {
        Answers.json(try Answers.reply(isDryRun: true).json.canonicalText)
    }

    @Test("its address alone connects nobody, and its id is told")
    func address() async throws {
        let world = try World([try NodeSamples.answer(try NodeSamples.node("edge-1", Self.edge))])
        let made = world.dependencies(world.pluginVariables())
        #expect(try await run("connect", "10.1.0.11", in: made) == .nodeNotFound)
        #expect(
            world.notes == """
                ssm-broker: One machine in eu-west-1 has the address 10.1.0.11, but only the machine says so itself.
                  Why: It is outside EC2, and whoever controls it can have it report another's address or host name.
                    NAME    ID                    STATE   ADDRESS      PLATFORM
                    edge-1  mi-0bbbbbbbbbbbbbbb2  online  (10.1.0.11)  Debian GNU/Linux 12
                  Next: If it is the one that you mean, repeat the command with its id, mi-0bbbbbbbbbbbbbbb2.

                """
        )
        #expect(world.transport.requests.count == 1)
    }

    @Test("which programs are told too, even when not all nodes were looked at")
    func json() async throws {
        let found = try NodeSamples.answer(try NodeSamples.node("edge-1", Self.edge), isPartial: true)
        let world = try World([found])
        let status = try await run("connect", "10.1.0.11", "--dry-run", "-o", "json", in: world.dependencies())
        let json = try JSON(parsing: world.notes.utf8)
        #expect(status == .nodeNotFound && json["code"] == "NODE_SELF_REPORTED" && json["exitStatus"] == 6)
        #expect(json["candidates"]?.elements?.map { $0["id"] } == [.string(Self.edge)])
        #expect(json["candidates"]?.elements?.map { $0["isSelfReported"] } == [true])
        #expect(json["lookedFor"]?["address"] == "10.1.0.11")
    }

    @Test("its tags are AWS's word: by its name it is connected to, and by a host name that is its name as well")
    func tags() async throws {
        let named = try NodeSamples.answer(try NodeSamples.node("edge-1.internal", Self.edge))
        for (text, answers) in [("edge-1", [named]), ("Role=web", [named]), ("edge-1.internal", [named, named])] {
            let world = try World(answers + [try dryRun()])
            let status = try await run("connect", text, "--dry-run", in: world.dependencies())
            #expect(status == .done, "\(world.notes)")
        }
    }

    @Test("an address that no node has costs one question: no name comes near an address")
    func unknown() async throws {
        let world = try World([try NodeSamples.answer()])
        #expect(try await run("connect", "10.9.9.9", "--dry-run", in: world.dependencies()) == .nodeNotFound)
        #expect(world.notes.contains("No node that you may connect to has the address 10.9.9.9 in eu-west-1"))
        #expect(world.transport.requests.count == 1)
    }
}
