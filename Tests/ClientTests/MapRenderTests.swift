import Foundation
import SessionCore
import Testing

@testable import ssm_broker

@Suite("map render")
struct MapRenderTests {
    @Test("a rendered map is read by the broker's reader, and every document has its file")
    func render() async throws {
        let world = try World()
        let folder = "\(world.folder.path)/made/here"
        let arguments = ["map", "render", "--map", MapTests.shipped, "--output", folder]
        #expect(try await run(arguments, in: world.dependencies()) == .done)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(
            names == [
                "SSMBroker-Command-DatabaseAdmin.json", "SSMBroker-Port-DatabaseAdmin.json",
                "SSMBroker-SSH-WebOperator.json", "SSMBroker-Shell-BatchOperator.json",
                "SSMBroker-Shell-DatabaseAdmin.json", "SSMBroker-Shell-WebOperator.json", "role-map.json",
            ]
        )
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/role-map.json")))
        let map = try RoleMap(json: try JSON(parsing: bytes))
        #expect(map.canonicalBytes == bytes)
        let document = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/SSMBroker-Shell-WebOperator.json"))
        #expect(try JSON(parsing: document)["inputs"]?["runAsDefaultUser"] == "webops")
    }

    @Test("the project's session documents are what its map renders, and no other stands beside them")
    func repository() throws {
        let folder = "\(Project.root)/session-documents"
        let rendered = RenderedFiles(try RoleMapFile(path: MapTests.shipped).map, isCompiled: false).files
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("SSMBroker-") }
        #expect(names.sorted() == rendered.map(\.name), "run ssm-broker map render")
        for file in rendered {
            let found = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file.name)"))
            #expect(Array(found) == file.content, "\(file.name): run ssm-broker map render")
        }
    }

    @Test("without --output the documents go beside the map, and those that it no longer has go away")
    func beside() async throws {
        let world = try World()
        let text = "version: 1\npermissionSets:\n  Ops: {linuxUser: ops, sessions: [shell, ssh]}\n"
        let file = try world.folder.write(text, as: "map.yaml")
        _ = try world.folder.write("{}", as: "SSMBroker-Shell-Gone.json")
        _ = try world.folder.write("{}", as: "other.json")
        #expect(try await run("map", "render", "--map", file, in: world.dependencies()) == .done)
        #expect(
            world.folder.names.sorted() == [
                "SSMBroker-SSH-Ops.json", "SSMBroker-Shell-Ops.json", "map.yaml", "other.json",
            ]
        )
        #expect(world.notes.contains("removed \(world.folder.path)/SSMBroker-Shell-Gone.json"))
        #expect(
            try world.folder.text("SSMBroker-SSH-Ops.json") == """
                {
                  "description": "ssm-broker: ssh for permission set Ops",
                  "inputs": {
                    "idleSessionTimeout": "20"
                  },
                  "properties": {
                    "portNumber": "22"
                  },
                  "schemaVersion": "1.0",
                  "sessionType": "Port"
                }

                """
        )
    }

    @Test("an empty name for the folder is wrong usage, and nothing is written")
    func empty() async throws {
        let world = try World()
        await #expect(throws: (any Error).self) {
            _ = try await run("map", "render", "--output", "", in: world.dependencies())
        }
        #expect(world.result == "")
    }

    @Test("a map that is wrong removes nothing")
    func wrong() async throws {
        let world = try World()
        let file = try world.folder.write("version: 1\n", as: "map.yaml")
        _ = try world.folder.write("{}", as: "SSMBroker-Shell-Ops.json")
        #expect(try await run("map", "render", "--map", file, in: world.dependencies()) == .usage)
        #expect(world.folder.names.sorted() == ["SSMBroker-Shell-Ops.json", "map.yaml"])
        #expect(world.notes.contains("\(file):1:1: permissionSets: Missing"), "\(world.notes)")
    }
}
