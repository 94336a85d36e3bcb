import BrokerService
import SessionCore
import Testing

@Suite("Nodes that a caller may connect to", .timeLimit(.minutes(1)))
struct ListInstancesTests {
    private static let enrolled = ["SsmBroker": "enabled"]

    /// Two web nodes, a database, and one that nobody enrolled.
    private func stage() throws -> Stage {
        let stage = try Stage()
        stage.aws.change { world in
            world.nodes["\(Cast.first)/\(Cast.region)"] = [
                AWSDouble.Node(id: Cast.webNode, tags: Self.enrolled.merging(["Name": "web", "Role": "web"]) { $1 }),
                AWSDouble.Node(id: "mi-0aaaaaaaaaaaaaaa7", tags: Self.enrolled.merging(["Role": "web"]) { $1 }),
                AWSDouble.Node(id: Cast.dbNode, tags: Self.enrolled.merging(["Role": "db"]) { $1 }),
                AWSDouble.Node(id: Cast.windowsNode, platform: "Windows", tags: Self.enrolled),
                AWSDouble.Node(id: Cast.silentNode, platform: nil, tags: Self.enrolled),
                AWSDouble.Node(id: Cast.offlineNode, tags: ["Role": "web"]),
            ]
        }
        return stage
    }

    private func ask(
        _ stage: Stage,
        as person: Person = .alice,
        _ query: (name: String, value: String)...
    ) async throws -> InstancesReply {
        let reply = await stage.send(
            "GET",
            "/v1/instances",
            as: person.caller,
            query: [("region", Cast.region)] + query
        )
        try #require(reply.status == 200, "\(reply.body.canonicalText)")
        return try #require(InstancesReply(json: reply.body))
    }

    private func looks(_ stage: Stage) -> Int {
        stage.aws.calls("DescribeInstances").count + stage.aws.calls("DescribeInstanceInformation").count
    }

    @Test("they are the enrolled Linux nodes with the map's tags, in the caller's own account")
    func admitted() async throws {
        let stage = try stage()
        let all = try await ask(stage)
        #expect(all.nodes.map(\.id.text) == [Cast.webNode, Cast.dbNode, "mi-0aaaaaaaaaaaaaaa7"].sorted())
        #expect(all.account.digits == Cast.first && all.permissionSet == "DatabaseAdmin" && !all.isPartial)
        #expect(try await ask(stage, as: .aliceOnWeb).nodes.map(\.id.text) == [Cast.webNode, "mi-0aaaaaaaaaaaaaaa7"])
        #expect(try await ask(stage, as: .aliceElsewhere).nodes.isEmpty)
        #expect(stage.records.isEmpty)
    }

    @Test("AWS is asked again after a minute, and not before")
    func remembered() async throws {
        let stage = try stage()
        _ = try await ask(stage)
        #expect(looks(stage) == 2)
        stage.clock.advance(milliseconds: 59_000)
        _ = try await ask(stage)
        #expect(looks(stage) == 2)
        stage.clock.advance(milliseconds: 2000)
        _ = try await ask(stage)
        #expect(looks(stage) == 4)
    }

    @Test("a map that narrows the tags narrows the list at once, whatever is remembered")
    func narrowed() async throws {
        let stage = try stage()
        #expect(try await ask(stage).nodes.count == 3)
        var map = Cast.map.members ?? [:]
        var sets = map["permissionSets"]?.members ?? [:]
        sets["DatabaseAdmin"] = ["linuxUser": "dbadmin", "nodes": ["tags": ["Role": ["db"]]]]
        map["permissionSets"] = .object(sets)
        try stage.publish(.object(map))
        stage.clock.advance(milliseconds: 10_000)
        #expect(try await ask(stage).nodes.map(\.id.text) == [Cast.dbNode])
    }

    @Test("an enrolment that the map contradicts admits no node, and AWS is not asked")
    func contradicted() async throws {
        let stage = try stage()
        var map = Cast.map.members ?? [:]
        var sets = map["permissionSets"]?.members ?? [:]
        sets["DatabaseAdmin"] = ["linuxUser": "dbadmin", "nodes": ["tags": ["SsmBroker": ["disabled"]]]]
        map["permissionSets"] = .object(sets)
        try stage.publish(.object(map))
        stage.clock.advance(milliseconds: 10_000)
        #expect(try await ask(stage).nodes.isEmpty)
        #expect(looks(stage) == 0)
    }

    @Test("of more machines outside EC2 than can be asked for their tags, all are listed, and few are asked")
    func manyOutside() async throws {
        let stage = try stage()
        stage.aws.change { world in
            world.nodes["\(Cast.first)/\(Cast.region)"] = (0..<130).map { number in
                let digits = String(number)
                let id = "mi-" + String(repeating: "0", count: 17 - digits.count) + digits
                return AWSDouble.Node(id: id, tags: Self.enrolled.merging(["Role": "web"]) { $1 })
            }
        }
        let first = try await ask(stage, as: .aliceOnWeb)
        let next = try #require(first.next)
        let rest = try await ask(stage, as: .aliceOnWeb, ("cursor", next.text))
        #expect(first.nodes.count == 100 && rest.nodes.count == 30 && rest.next == nil && !rest.isPartial)
        #expect(rest.nodes.allSatisfy { $0.tags == ["Role": "web", "SsmBroker": "enabled"] })
        #expect(stage.aws.calls("ListTagsForResource").count == 100)
    }

    @Test(
        "whoever is not proven, not mapped or elsewhere learns nothing, and AWS is not asked for nodes",
        arguments: [
            (Person.alice.lookAlike(), "ROLE_NOT_PROVEN"), (.bob, "PERMISSION_SET_NOT_MAPPED"),
            (.sam, "PERMISSION_SET_NOT_MAPPED"), (.daveElsewhere, "ACCOUNT_NOT_ALLOWED"),
            (.frank, "LINUX_USER_FORBIDDEN"),
        ]
    )
    func refused(_ person: Person, _ code: String) async throws {
        let stage = try stage()
        let reply = await stage.send(
            "GET",
            "/v1/instances",
            as: person.caller,
            query: [("region", Cast.region)]
        )
        #expect(reply.code == code)
        #expect(looks(stage) == 0)
        #expect(stage.events == [.refused])
        try stage.expectDiscretion(reply)
    }

    @Test("a member role that lacks the right is told as such, with the right")
    func rightMissing() async throws {
        let stage = try stage()
        stage.aws.fault("DescribeInstances", .refusal("UnauthorizedOperation", status: 403))
        let reply = await stage.send("GET", "/v1/instances", as: Person.alice.caller, query: [("region", Cast.region)])
        #expect(reply.code == "TARGET_ROLE_REFUSED")
        #expect(reply.body["detail"]?.text?.contains("ec2:DescribeInstances") == true)
    }
}
