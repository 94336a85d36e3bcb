import BrokerService
import SessionCore
import Testing

@Suite("Nodes looked for by where they are", .timeLimit(.minutes(1)))
struct NodePlaceTests {
    private static let web = ["SsmBroker": "enabled", "Role": "web"]
    private static let edge = "mi-0aaaaaaaaaaaaaaa7"

    /// An instance and a machine outside EC2 that says it had the instance's address, and one that the map keeps from web operators.
    private func stage() throws -> Stage {
        let stage = try Stage()
        stage.aws.change { world in
            world.nodes["\(Cast.first)/\(Cast.region)"] = [
                AWSDouble.Node(id: Cast.webNode, tags: Self.web, address: "10.1.0.11", reported: "10.6.6.6"),
                AWSDouble.Node(id: Self.edge, tags: Self.web, reported: "10.1.0.11"),
                AWSDouble.Node(id: "mi-0bbbbbbbbbbbbbbb8", tags: ["SsmBroker": "enabled"], reported: "10.7.0.1"),
            ]
        }
        return stage
    }

    private func ask(_ stage: Stage, address: String) async throws -> InstancesReply {
        let reply = await stage.send(
            "GET",
            "/v1/instances",
            as: Person.aliceOnWeb.caller,
            query: [("region", Cast.region), ("address", address)]
        )
        try #require(reply.status == 200, "\(reply.body.canonicalText)")
        return try #require(InstancesReply(json: reply.body))
    }

    @Test("what a machine outside EC2 says of itself is marked, and an instance's own word counts for nothing")
    func selfReported() async throws {
        let stage = try stage()
        let nodes = try await ask(stage, address: "10.1.0.11").nodes
        #expect(nodes.map(\.id.text) == [Cast.webNode, Self.edge])
        #expect(nodes.map(\.json).map { $0["isSelfReported"] } == [nil, true])
        #expect(nodes.map(\.address) == ["10.1.0.11", "10.1.0.11"])
        #expect(try await ask(stage, address: "10.6.6.6").nodes.isEmpty)
        stage.aws.change { $0.nodes["\(Cast.first)/\(Cast.region)"]?[0].address = nil }
        stage.clock.advance(milliseconds: 61_000)
        let all = await stage.send(
            "GET",
            "/v1/instances",
            as: Person.aliceOnWeb.caller,
            query: [("region", Cast.region)]
        )
        let listed = try #require(InstancesReply(json: all.body)).nodes
        #expect(listed.map(\.address) == [nil, "10.1.0.11"])
    }

    @Test("addresses that nobody has cost AWS one look at the machines outside EC2 a minute, whoever asks for how many")
    func unknown() async throws {
        let stage = try stage()
        for number in 1...10 { #expect(try await ask(stage, address: "10.9.9.\(number)").nodes.isEmpty) }
        #expect(stage.aws.calls("DescribeInstanceInformation").count == 2)
        #expect(stage.aws.calls("DescribeInstances").count == 10)
        stage.clock.advance(milliseconds: 61_000)
        _ = try await ask(stage, address: "10.9.9.1")
        #expect(stage.aws.calls("DescribeInstanceInformation").count == 4)
    }

    @Test("that nobody has an address is remembered for some seconds, and no longer")
    func nothing() async throws {
        let stage = try stage()
        for _ in 1...3 { _ = try await ask(stage, address: "10.9.9.1") }
        #expect(stage.aws.calls("DescribeInstances").count == 1)
        stage.aws.change { $0.nodes["\(Cast.first)/\(Cast.region)"]?[0].address = "10.9.9.1" }
        stage.clock.advance(milliseconds: 5000)
        #expect(try await ask(stage, address: "10.9.9.1").nodes.map(\.id.text) == [Cast.webNode])
    }

    @Test("of a machine that the map does not admit AWS is asked no more than of one that is not there")
    func discretion() async throws {
        let there = try stage()
        let absent = try stage()
        #expect(try await ask(there, address: "10.7.0.1").nodes.isEmpty)
        #expect(try await ask(absent, address: "10.7.0.2").nodes.isEmpty)
        let asked = ["DescribeInstances", "DescribeInstanceInformation", "ListTagsForResource"]
        #expect(asked.map { there.aws.calls($0).count } == asked.map { absent.aws.calls($0).count })
        #expect(there.aws.calls("ListTagsForResource").isEmpty)
    }

    @Test("where no machine is outside EC2, one call tells")
    func noneOutside() async throws {
        let stage = try stage()
        stage.aws.change { $0.nodes["\(Cast.first)/\(Cast.region)"]?.removeLast(2) }
        #expect(try await ask(stage, address: "10.9.9.1").nodes.isEmpty)
        #expect(stage.aws.calls("DescribeInstanceInformation").count == 1)
    }
}
