import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

@Suite("instances")
struct InstancesTests {
    @Test("nodes are shown by name, within eighty columns, and harmless for terminals")
    func table() async throws {
        var silent = try NodeSamples.node(
            "web-2",
            "mi-0bbbbbbbbbbbbbbb2",
            state: .inactive,
            tags: ["Role": "a\u{1B}]0;x"]
        )
        (silent.address, silent.dnsName) = (nil, nil)
        let world = try World([
            try NodeSamples.answer(
                try NodeSamples.node(nil, "i-0aaaaaaaaaaaaaaa1", state: .connectionLost),
                silent,
                try NodeSamples.node("db-1", "i-0ccccccccccccccc3")
            )
        ])
        let status = try await run("instances", "--tags", in: world.dependencies(columns: 80))
        #expect(status == .done && world.notes.isEmpty)
        #expect(
            world.result == """
                NAME   ID                    STATE     ADDRESS    PLATFORM           TAGS
                db-1   i-0ccccccccccccccc3   online    10.1.0.11  Debian GNU/Linux…
                web-2  mi-0bbbbbbbbbbbbbbb2  inactive  -          Debian GNU/Linux…  Role=a\u{FFFD}]0;x
                -      i-0aaaaaaaaaaaaaaa1   lost      10.1.0.11  Debian GNU/Linux…

                """
        )
    }

    @Test("scripts get a line for each node")
    func lines() async throws {
        let nodes = [
            try NodeSamples.node("web-1", "i-0aaaaaaaaaaaaaaa1"), try NodeSamples.node(nil, "i-0bbbbbbbbbbbbbbb2"),
        ]
        let world = try World([try NodeSamples.answer(nodes[0], nodes[1])])
        #expect(try await run("instances", "-o", "tsv", in: world.dependencies()) == .done)
        #expect(
            world.result.split(separator: "\n").map {
                $0.split(separator: "\t", omittingEmptySubsequences: false).prefix(3)
            }
                == [["i-0aaaaaaaaaaaaaaa1", "web-1", "online"], ["i-0bbbbbbbbbbbbbbb2", "", "online"]]
        )
        let more = try World([try NodeSamples.answer(nodes[0], nodes[1])])
        #expect(try await run("instances", "-o", "ndjson", in: more.dependencies()) == .done)
        #expect(try more.result.split(separator: "\n").map { try JSON(parsing: $0.utf8) } == nodes.map(\.json))
    }

    @Test("pages are put together up to the limit, and more is told")
    func pages() async throws {
        let first = try NodeSamples.node("a", "i-0aaaaaaaaaaaaaaa1")
        let second = try NodeSamples.node("b", "i-0bbbbbbbbbbbbbbb2")
        let world = try World([
            try NodeSamples.answer(first, next: first.id), try NodeSamples.answer(second, next: second.id),
        ])
        let status = try await run("instances", "--limit", "2", "--output", "json", in: world.dependencies())
        #expect(status == .done)
        let json = try JSON(parsing: world.result.utf8)
        #expect(json["nodes"]?.elements?.count == 2 && json["next"]?.text == second.id.text)
        #expect(world.transport.requests.last?.url.hasSuffix("limit=1&cursor=\(first.id)") == true)
        #expect(world.notes == "ssm-broker: There are more nodes; --limit shows them.\n")
    }

    @Test("an empty list says so, and why it may be")
    func nothing() async throws {
        let world = try World([try NodeSamples.answer()])
        #expect(try await run("instances", in: world.dependencies()) == .done)
        #expect(world.result.isEmpty)
        #expect(world.notes.contains("There is no node that you may connect to in eu-west-1 of account 111122223333."))
        #expect(world.notes.contains("SsmBroker"))
    }

    @Test("several tags must all be there")
    func tags() async throws {
        let world = try World([try NodeSamples.answer()])
        let status = try await run("instances", "--tag", "Role=web", "--tag", "Stage=test", in: world.dependencies())
        #expect(status == .done)
        #expect(world.transport.requests[0].url.contains("tag=Role%3Dweb%2CStage%3Dtest"))
        #expect(world.notes.contains("has the tags Role=web,Stage=test"))
    }

    @Test(
        "what cannot be asked is refused",
        arguments: [["--tag", "Role"], ["--limit", "0"], ["web-1", "--tag", "Role=web"], ["a=b=c,"]]
    )
    func wrong(_ arguments: [String]) async throws {
        let world = try World()
        #expect(try await run(["instances"] + arguments, in: world.dependencies()) == .usage)
        #expect(world.transport.requests.isEmpty)
    }

    @Test("a list that the broker could not finish is shown, and said to be a part")
    func partial() async throws {
        let world = try World([
            try NodeSamples.answer(try NodeSamples.node("a", "i-0aaaaaaaaaaaaaaa1"), isPartial: true)
        ])
        #expect(try await run("instances", in: world.dependencies()) == .done)
        #expect(world.notes.contains("The list is a part"))
    }
}
