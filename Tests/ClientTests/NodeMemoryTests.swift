import Foundation
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

@Suite("what is remembered of nodes")
struct NodeMemoryTests {
    private let folder: TemporaryFolder
    private let environment: [String: String]

    init() throws {
        folder = try TemporaryFolder()
        environment = World.broker.merging(["XDG_CACHE_HOME": "\(folder.path)/cache", "AWS_PROFILE": "db"]) { $1 }
    }

    private var path: String { "\(folder.path)/cache/ssm-broker/nodes.json" }

    private func memory(_ changes: [String: String] = [:], profile: String? = nil, at seconds: Int64 = 0) throws
        -> NodeMemory
    {
        let world = try World()
        var dependencies = world.dependencies(environment.merging(changes) { $1 })
        dependencies.now = { World.now.advanced(bySeconds: seconds) }
        return NodeMemory(dependencies, try dependencies.broker(profile: profile))
    }

    private func offered(
        _ prefix: String = "",
        words: [String] = [],
        with changes: [String: String] = [:],
        at seconds: Int64 = 0
    ) -> [String] {
        NodeCompletion.candidates(
            words: ["ssm-broker", "connect"] + words,
            prefix: prefix,
            environment: environment.merging(changes) { $1 },
            now: World.now.advanced(bySeconds: seconds)
        )
    }

    private func list(_ permissionSet: String = "DatabaseAdmin", _ nodes: NodeListing...) throws -> InstancesReply {
        var list = try NodeSamples.reply()
        list.permissionSet = permissionSet
        list.nodes = nodes
        return list
    }

    @Test("the names of the last list are offered for five minutes")
    func offers() throws {
        try memory().keep(
            try list(
                "DatabaseAdmin",
                try NodeSamples.node("web-1", "i-0aaaaaaaaaaaaaaa1"),
                try NodeSamples.node("web-2", "i-0aaaaaaaaaaaaaaa2"),
                try NodeSamples.node("cache", "i-0aaaaaaaaaaaaaaa3"),
                try NodeSamples.node("cache", "i-0aaaaaaaaaaaaaaa4"),
                try NodeSamples.node(nil, "mi-0aaaaaaaaaaaaaaa5"),
                try NodeSamples.node("a b$(x)", "i-0aaaaaaaaaaaaaaa6")
            )
        )
        #expect(
            offered() == [
                "i-0aaaaaaaaaaaaaaa3", "i-0aaaaaaaaaaaaaaa4", "i-0aaaaaaaaaaaaaaa6", "mi-0aaaaaaaaaaaaaaa5", "web-1",
                "web-2",
            ]
        )
        #expect(offered("web-", at: 299) == ["web-1", "web-2"])
        #expect(offered("i-0aaaaaaaaaaaaaaa1") == ["i-0aaaaaaaaaaaaaaa1"])
        #expect(offered(at: 300).isEmpty)
    }

    @Test("profiles, brokers and Regions do not mix")
    func apart() throws {
        try memory().keep(try list("DatabaseAdmin", try NodeSamples.node("db-1", "i-0aaaaaaaaaaaaaaa1")))
        try memory(profile: "web").keep(try list("WebOperator", try NodeSamples.node("web-1", "i-0aaaaaaaaaaaaaaa2")))
        try memory(["AWS_ACCESS_KEY_ID": "ASIAENGINEER"]).keep(
            try list("BatchOperator", try NodeSamples.node("batch-1", "i-0aaaaaaaaaaaaaaa3"))
        )
        #expect(offered() == ["db-1"])
        #expect(offered(words: ["--profile", "web"]) == ["web-1"])
        #expect(offered(words: ["--profile=web"]) == ["web-1"])
        #expect(offered(with: ["AWS_ACCESS_KEY_ID": "ASIAENGINEER"]) == ["batch-1"])
        #expect(offered(with: ["AWS_ACCESS_KEY_ID": "ASIAOTHER0000"]).isEmpty)
        #expect(offered(words: ["--region", "us-east-1"]).isEmpty)
        #expect(offered(with: ["SSM_BROKER_URL": "https://other.example/prod"]).isEmpty)
    }

    @Test("the file is its owner's alone, and stays small")
    func file() throws {
        for number in 0..<40 {
            let memory = try memory(profile: "p\(number)", at: Int64(number))
            let id = try NodeID("i-0aaaaaaaaaaaaaa" + (number < 10 ? "0" : "") + String(number))
            memory.keep(try list("Set\(number)", try NodeSamples.node("n\(number)", id.text)))
            for place in 0..<3 {
                let used = try NodeID("i-0aaaaaaaaaaaaa" + String(100 + number * 3 + place))
                memory.use(
                    used,
                    account: try AccountID("111122223333"),
                    permissionSet: "One",
                    region: try Region("eu-west-1")
                )
            }
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let around = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/cache/ssm-broker")
        #expect(around[.posixPermissions] as? Int == 0o700)
        let content = NodeMemoryFile(environment: environment).read()
        #expect(content.places.count == 16 && content.signIns.count == 32)
        #expect(content.places.values.map(\.used.count).max() == 30)
        #expect(content == NodeMemoryContent(json: content.json))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/cache/ssm-broker") == ["nodes.json"]
        )
    }

    @Test("what is broken, another's or a link is not read, and a folder that cannot be written costs nothing")
    func broken() throws {
        let memory = try memory()
        memory.keep(try list("DatabaseAdmin", try NodeSamples.node("db-1", "i-0aaaaaaaaaaaaaaa1")))
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path)
        #expect(offered().isEmpty)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        #expect(offered() == ["db-1"])
        try FileManager.default.moveItem(atPath: path, toPath: "\(folder.path)/elsewhere")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "\(folder.path)/elsewhere")
        #expect(offered().isEmpty)
        try FileManager.default.removeItem(atPath: path)
        try Data("{\"version\":1,\"places\":7".utf8).write(to: URL(fileURLWithPath: path))
        #expect(offered().isEmpty)
        memory.keep(try list("DatabaseAdmin", try NodeSamples.node("db-2", "i-0aaaaaaaaaaaaaaa1")))
        #expect(offered() == ["db-2"])
        let nowhere = NodeMemoryFile(environment: ["XDG_CACHE_HOME": "/proc/nowhere"])
        nowhere.change { _ in }
        #expect(nowhere.read() == NodeMemoryContent())
        #expect(NodeMemoryFile(environment: ["XDG_CACHE_HOME": "relative"]).path == nil)
        #expect(NodeMemoryFile(environment: ["HOME": "/home/ana"]).path == "/home/ana/.cache/ssm-broker/nodes.json")
    }
}
