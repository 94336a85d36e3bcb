import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

/// Nodes as the broker lists them.
enum NodeSamples {
    static func node(
        _ name: String?,
        _ id: String,
        state: NodeListing.State = .online,
        tags: [String: String] = [:]
    ) throws -> NodeListing {
        NodeListing(
            id: try NodeID(id),
            platform: "Debian GNU/Linux 12",
            state: state,
            address: "10.1.0.11",
            dnsName: "ip-10-1-0-11.internal",
            tags: tags.merging(name.map { ["Name": $0] } ?? [:]) { $1 }
        )
    }

    static func reply(_ nodes: NodeListing..., next: NodeID? = nil, isPartial: Bool = false) throws -> InstancesReply {
        InstancesReply(
            account: try AccountID("111122223333"),
            permissionSet: "DatabaseAdmin",
            region: try Region("eu-west-1"),
            nodes: nodes,
            next: next,
            isPartial: isPartial
        )
    }

    static func answer(
        _ nodes: NodeListing...,
        next: NodeID? = nil,
        isPartial: Bool = false
    ) throws -> ScriptedTransport.Answer {
        var reply = try reply(next: next, isPartial: isPartial)
        reply.nodes = nodes
        return Answers.json(reply.json.canonicalText)
    }
}

@Suite("finding the node")
struct NodeFindingTests {
    private static let web = "i-0aaaaaaaaaaaaaaa1"
    private static let db = "i-0bbbbbbbbbbbbbbb2"

    private func dryRun() throws -> ScriptedTransport.Answer {
        Answers.json(try Answers.reply(isDryRun: true).json.canonicalText)
    }

    private func paths(_ world: World) -> [String] {
        world.transport.requests.map { String($0.url.split(separator: "/", maxSplits: 3)[3]) }
    }

    @Test("an id is connected to without a look-up")
    func id() async throws {
        let world = try World([try dryRun()])
        #expect(try await run("connect", Self.db, "--dry-run", in: world.dependencies()) == .done, "\(world.notes)")
        #expect(paths(world) == ["v1/sessions"])
    }

    struct Named: Sendable {
        let text: String
        let query: String
    }

    static let named = [
        Named(text: "db-1", query: "name=db-1"), Named(text: "10.1.0.12", query: "address=10.1.0.12"),
        Named(text: "Role=db", query: "tag=Role%3Ddb"),
        Named(text: "Role=db,Stage=test", query: "tag=Role%3Ddb%2CStage%3Dtest"),
    ]

    @Test("a name costs one look-up, and its one node is connected to", arguments: named)
    func found(_ named: Named) async throws {
        let world = try World([try NodeSamples.answer(try NodeSamples.node("db-1", Self.db)), try dryRun()])
        let status = try await run("connect", named.text, "--dry-run", in: world.dependencies())
        #expect(status == .done, "\(world.notes)")
        #expect(paths(world) == ["v1/instances?region=eu-west-1&\(named.query)&limit=100", "v1/sessions"])
        let body = String(decoding: try #require(world.transport.requests.last).body, as: UTF8.self)
        #expect(body.contains("\"node\":\"\(Self.db)\""))
    }

    @Test("a text with dots may be a name or a DNS name: both are asked, and one node of either is meant")
    func dotted() async throws {
        let one = try NodeSamples.answer(try NodeSamples.node("db-1.internal", Self.db))
        let world = try World([one, one, try dryRun()])
        #expect(try await run("connect", "DB-1.internal", "--dry-run", in: world.dependencies()) == .done)
        #expect(
            Set(paths(world).prefix(2)) == [
                "v1/instances?region=eu-west-1&name=DB-1.internal&limit=100",
                "v1/instances?region=eu-west-1&dnsName=db-1.internal&limit=100",
            ]
        )
    }

    @Test("several nodes of a name are refused, and listed for a person")
    func ambiguous() async throws {
        let world = try World([
            try NodeSamples.answer(
                try NodeSamples.node("x\u{1B}[2J", Self.web),
                try NodeSamples.node("x\u{1B}[2J", Self.db)
            )
        ])
        #expect(try await run("connect", "x", in: world.dependencies(world.pluginVariables())) == .nodeNotFound)
        #expect(
            world.notes == """
                ssm-broker: 2 nodes in eu-west-1 have the name x; name one of them by its id.
                    NAME   ID                   STATE   ADDRESS    PLATFORM
                    x\u{FFFD}[2J  i-0aaaaaaaaaaaaaaa1  online  10.1.0.11  Debian GNU/Linux 12
                    x\u{FFFD}[2J  i-0bbbbbbbbbbbbbbb2  online  10.1.0.11  Debian GNU/Linux 12
                  Next: Repeat the command with the id, for example i-0aaaaaaaaaaaaaaa1.

                """
        )
    }

    @Test("and for a program, with what was looked for")
    func ambiguousJSON() async throws {
        let world = try World([
            try NodeSamples.answer(try NodeSamples.node("x", Self.web), try NodeSamples.node("x", Self.db))
        ])
        let status = try await run("connect", "x", "--dry-run", "--output", "json", in: world.dependencies())
        #expect(status == .nodeNotFound && world.result.isEmpty)
        let json = try JSON(parsing: world.notes.utf8)
        #expect(json["code"] == "NODE_AMBIGUOUS" && json["exitStatus"] == 6)
        #expect(json["candidates"]?.elements?.compactMap { $0["id"]?.text } == [Self.web, Self.db])
        #expect(json["lookedFor"] == ["account": "111122223333", "name": "x", "region": "eu-west-1"])
    }

    @Test("one node among more than the broker looks at is not taken for the only one")
    func partial() async throws {
        let world = try World([try NodeSamples.answer(try NodeSamples.node("x", Self.web), isPartial: true)])
        #expect(try await run("connect", "x", "--dry-run", in: world.dependencies()) == .nodeNotFound)
        #expect(world.notes.contains("perhaps others have"))
    }

    @Test("what no node has is told with where it was looked for, and the names that come near")
    func nothing() async throws {
        let world = try World([
            try NodeSamples.answer(),
            try NodeSamples.answer(try NodeSamples.node("web-1", Self.web), try NodeSamples.node("db-1", Self.db)),
        ])
        #expect(try await run("connect", "wep-1", "--dry-run", in: world.dependencies()) == .nodeNotFound)
        #expect(
            world.notes == """
                ssm-broker: No node that you may connect to has the name wep-1 in eu-west-1 of account 111122223333.
                  Why: Did you mean web-1?
                  Next: See your nodes, or look elsewhere: ssm-broker instances --region eu-west-1

                """
        )
    }

    @Test("that the near names cannot be had does not hide that nothing was found")
    func nothingNear() async throws {
        let world = try World([try NodeSamples.answer(), Answers.problem(.awsThrottled)])
        let status = try await run("connect", "wep-1", "--dry-run", "--output", "json", in: world.dependencies())
        let json = try JSON(parsing: world.notes.utf8)
        #expect(status == .nodeNotFound && json["code"] == "NODE_NOT_FOUND" && json["near"] == [])
    }

    @Test("the broker's refusal of the list is the command's")
    func refused() async throws {
        let world = try World([Answers.problem(.roleNotProven)])
        #expect(try await run("connect", "web-1", "--dry-run", in: world.dependencies()) == .denied)
        #expect(world.notes.hasPrefix("ssm-broker: The nodes were not listed:"))
    }

    @Test(
        "what names no node is refused before anybody is asked",
        arguments: [
            ("", "NODE_INVALID"), ("a\u{7}b", "NODE_INVALID"), ("Role=web,", "NODE_INVALID"), ("=web", "NODE_INVALID"),
            ("i-0123456789", "INSTANCE_INVALID"), ("I-0AAAAAAAAAAAAAAA1", "INSTANCE_INVALID"),
            ("mi-0123456789abcdef01", "INSTANCE_INVALID"), (String(repeating: "x", count: 300), "NODE_INVALID"),
        ]
    )
    func wrong(_ text: String, _ code: String) async throws {
        let world = try World()
        let status = try await run("connect", text, "--dry-run", "--output", "json", in: world.dependencies())
        #expect(status == .usage)
        #expect(try JSON(parsing: world.notes.utf8)["code"] == .string(code))
        #expect(!world.notes.contains("\u{7}"))
    }

    @Test("without the broker only an id will do")
    func direct() async throws {
        let world = try World()
        #expect(try await run("connect", "web-1", "--direct", "--dry-run", in: world.dependencies()) == .usage)
        #expect(world.notes.contains("With --direct no broker is asked"))
    }

    @Test("no name where nobody can choose is wrong usage, and says what to name")
    func nobody() async throws {
        let world = try World()
        #expect(try await run("connect", "--dry-run", in: world.dependencies()) == .usage)
        #expect(world.notes.contains("its Name tag, tags as Role=web, its private address or its DNS name"))
        #expect(world.transport.requests.isEmpty)
    }

    @Test("--no-input forbids to choose, terminal or not")
    func noInput() async throws {
        let world = try World()
        var dependencies = world.dependencies()
        dependencies.openPicker = { ScriptedTerminal([0x0D]) }
        #expect(try await run("connect", "--dry-run", "--no-input", in: dependencies) == .usage)
        #expect(world.notes.hasPrefix("ssm-broker: No node is named, and --no-input forbids to ask which."))
        #expect(world.transport.requests.isEmpty)
    }
}
