import SessionCore
import Testing

@Suite("Nodes to connect to")
struct InstancesTests {
    private static let node = NodeListing.State.online

    private func request(_ parameters: [(name: String, value: String)]) throws -> InstancesRequest {
        try InstancesRequest(parameters: parameters)
    }

    @Test("every question survives the query")
    func questions() throws {
        let questions: [NodeQuestion?] = [
            nil, .id(try NodeID("mi-0123456789abcdef0")), .name("web-1 é"), .address("10.0.0.1"), .dnsName("a.b"),
            .tags(["Role": "web", "Empty": "", "x": "a=b"]),
        ]
        for question in questions {
            let asked = InstancesRequest(
                region: try Region("eu-west-1"),
                question: question,
                limit: 7,
                cursor: try NodeID("i-01234567")
            )
            #expect(try request(asked.parameters) == asked)
        }
    }

    @Test(
        "a question that is none is refused",
        arguments: [
            ("id", "web-1"), ("name", ""), ("name", "a\u{1B}[2J"), ("name", String(repeating: "x", count: 257)),
            ("address", "10.0.0"), ("address", "10.0.0.256"), ("address", "010.0.0.1"), ("address", "10.0.0.1 "),
            ("dnsName", "-a"), ("dnsName", "a..b"), ("dnsName", "a b"), ("tag", "Role"), ("tag", "=web"),
            ("tag", "Role=web,"), ("tag", "Role=web,Role=db"), ("limit", "0"), ("limit", "101"), ("cursor", "1"),
            ("region", "x"), ("nam", "x"),
        ]
    )
    func refused(_ name: String, _ value: String) throws {
        var parameters: [(name: String, value: String)] = [(name, value)]
        if name != "region" { parameters.append(("region", "eu-west-1")) }
        let problem = #expect(throws: Problem.self) { try request(parameters) }
        #expect(problem?.code == .queryInvalid)
        #expect(problem?.detail.contains(name) == true)
    }

    @Test("two questions at once, or no Region, are refused")
    func ambiguous() throws {
        let both = #expect(throws: Problem.self) {
            try request([("region", "eu-west-1"), ("name", "a"), ("tag", "a=b")])
        }
        #expect(both?.detail == "Only one of id, name, address, dnsName and tag can be looked for at a time.")
        let nowhere = #expect(throws: Problem.self) { try request([("name", "a")]) }
        #expect(nowhere?.detail == "region: Missing; expected a Region as eu-west-1.")
    }

    @Test("a reply survives the wire, and one that lacks something is none")
    func wire() throws {
        let node = NodeListing(
            id: try NodeID("i-0123456789abcdef0"),
            platform: "Debian GNU/Linux 12",
            state: .connectionLost,
            address: "10.0.0.1",
            dnsName: "web-1.internal",
            tags: ["Name": "web-1"]
        )
        let reply = InstancesReply(
            account: try AccountID("111122223333"),
            permissionSet: "DatabaseAdmin",
            region: try Region("eu-west-1"),
            nodes: [node, NodeListing(id: try NodeID("mi-0123456789abcdef0"), state: .inactive)],
            next: node.id,
            isPartial: true
        )
        #expect(InstancesReply(json: reply.json) == reply)
        #expect(node.json["name"] == "web-1")
        #expect(
            reply.json["nodes"]?.elements?.last == ["id": "mi-0123456789abcdef0", "state": "inactive", "tags": [:]]
        )
        for name in ["account", "nodes", "permissionSet", "region"] {
            var members = reply.json.members ?? [:]
            members[name] = nil
            #expect(InstancesReply(json: .object(members)) == nil)
        }
    }

    @Test("what a machine outside EC2 says of itself is told as such")
    func selfReported() throws {
        for (id, address, dnsName, isSelfReported) in [
            ("mi-0123456789abcdef0", "10.0.0.1" as String?, nil as String?, true),
            ("mi-0123456789abcdef0", nil, "web-1", true), ("mi-0123456789abcdef0", nil, nil, false),
            ("i-0123456789abcdef0", "10.0.0.1", "web-1", false),
        ] {
            let node = NodeListing(id: try NodeID(id), state: .online, address: address, dnsName: dnsName)
            #expect(node.isSelfReported == isSelfReported)
            #expect(node.json["isSelfReported"] == (isSelfReported ? true : nil))
        }
    }

    @Test("an empty tag Name is no name")
    func unnamed() throws {
        #expect(NodeListing(id: try NodeID("i-01234567"), state: .online, tags: ["Name": ""]).name == nil)
    }
}
