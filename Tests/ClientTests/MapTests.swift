import Foundation
import SessionCore
import Testing

@testable import ssm_broker

@Suite("map")
struct MapTests {
    private static let shipped = "\(Project.root)/session-documents/role-map.yaml"

    @Test("the map of this project is valid")
    func shippedMap() async throws {
        let world = try World()
        #expect(try await run("map", "validate", Self.shipped, in: world.dependencies()) == .done, "\(world.notes)")
        #expect(world.result.contains("3 permission sets, version "))
    }

    @Test("every problem of a map is named at once, with file, line and column")
    func problems() async throws {
        let world = try World()
        let file = try world.folder.write(
            """
            version: 1
            permissionSets:
              Ops:
                linuxUser: root
                sesions: [shell]
                nodes:
                  accounts: [111122223333]
            auditors:
              - {account: "1", permissionSet: Audit}

            """,
            as: "map.yaml"
        )
        #expect(try await run("map", "validate", file, in: world.dependencies()) == .usage)
        for place in [
            "4:16: permissionSets.Ops.linuxUser:", "5:5: permissionSets.Ops.sesions:",
            "7:18: permissionSets.Ops.nodes.accounts.0:", "9:15: auditors.0.account:",
        ] {
            #expect(world.notes.contains("\(file):\(place)"), "\(world.notes)")
        }
        #expect(world.notes.contains("4 problems"))
    }

    @Test("a rendered map is read by the broker's reader, and every document has its file")
    func render() async throws {
        let world = try World()
        let folder = "\(world.folder.path)/made/here"
        #expect(
            try await run("map", "render", "--map", Self.shipped, "--output", folder, in: world.dependencies()) == .done
        )
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(
            names == [
                "SSMBroker-Shell-BatchOperator.json", "SSMBroker-Shell-DatabaseAdmin.json",
                "SSMBroker-Shell-WebOperator.json", "role-map.json",
            ]
        )
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/role-map.json")))
        let map = try RoleMap(json: try JSON(parsing: bytes))
        #expect(map.canonicalBytes == bytes)
        let document = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/SSMBroker-Shell-WebOperator.json"))
        #expect(try JSON(parsing: document)["inputs"]?["runAsDefaultUser"] == "webops")
    }

    @Test("a file that is not there is wrong usage")
    func missing() async throws {
        let world = try World()
        #expect(try await run("map", "validate", "/nonexistent.yaml", in: world.dependencies()) == .usage)
        #expect(world.notes.contains("There is no such file."))
    }
}
