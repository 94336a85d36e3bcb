import Foundation
import SessionCore
import Testing

@testable import ssm_broker

@Suite("map")
struct MapTests {
    static let shipped = "\(Project.root)/session-documents/role-map.yaml"

    @Test("the map of this project is valid, and nothing in it is risky but ssh, which is there to be tried")
    func shippedMap() async throws {
        let world = try World()
        #expect(
            try await run("map", "validate", "-o", "json", Self.shipped, in: world.dependencies()) == .done,
            "\(world.notes)"
        )
        let found = try JSON(parsing: Array(world.result.utf8))["findings"]?.elements ?? []
        #expect(found.count == 1, "\(world.result)")
        #expect(found.first?["explanation"]?.text?.contains("Sessions of kind ssh end at the node's sshd") == true)
    }

    static let broken = """
        version: 1
        permissionSets:
          Ops:
            linuxUser: root
            sesions: [shell]
            nodes:
              accounts: [111122223333]
        auditors:
          - {account: "1", permissionSet: Audit}

        """

    @Test("every problem of a map is named at once, with file, line and column")
    func problems() async throws {
        let world = try World()
        let file = try world.folder.write(Self.broken, as: "map.yaml")
        #expect(try await run("map", "validate", file, in: world.dependencies()) == .usage)
        let lines = world.result.split(separator: "\n").map(String.init)
        let expected = [
            ("4:16", "permissionSets.Ops.linuxUser: The user root"),
            ("5:5", "permissionSets.Ops.sesions: Unknown member; sessions is meant?"),
            ("7:18", "permissionSets.Ops.nodes.accounts.0: Expected an account number"),
            ("9:15", "auditors.0.account: Expected an account number"),
        ]
        #expect(lines.count == expected.count + 1)
        for (line, (place, text)) in zip(lines.dropFirst(), expected) {
            #expect(line.hasPrefix("\(file):\(place) ") && line.contains(" error ") && line.contains(text), "\(line)")
        }
        #expect(world.notes.contains("4 problems"))
    }

    @Test("what could be read in two ways is named beside everything else that is wrong, and nothing twice")
    func flaws() async throws {
        let text = """
            version: 1
            permissionSets:
              Ops:
                linuxUser:
                nodes: {accounts: []}
              Ops: {linuxUser: ops}
              Web: {linuxUser: root, reason: yes}

            """
        let world = try World()
        let file = try world.folder.write(text, as: "map.yaml")
        #expect(try await run("map", "validate", file, in: world.dependencies()) == .usage)
        let lines = world.result.split(separator: "\n").dropFirst().map(String.init)
        let expected = [
            ("4:15", "No value stands here"), ("5:13", "Expected at least one; leave accounts out"),
            ("6:3", "Ops stands here a second time"), ("7:20", "The user root"),
            ("7:34", "yes is true or false to some"),
        ]
        #expect(lines.count == expected.count, "\(world.result)")
        for (line, (place, text)) in zip(lines, expected) {
            #expect(line.hasPrefix("\(file):\(place) ") && line.contains(text), "\(line)")
        }
    }

    @Test("the example in the session documents' README is a valid map that uses every part")
    func example() async throws {
        let readme = try String(contentsOfFile: "\(Project.root)/session-documents/README.md", encoding: .utf8)
        let yaml = try #require(readme.split(separator: "```yaml\n").last?.split(separator: "```").first)
        let world = try World()
        let file = try world.folder.write(String(yaml), as: "map.yaml")
        #expect(
            try await run("map", "validate", file, "-o", "json", in: world.dependencies()) == .done,
            "\(world.result)"
        )
        let map = try RoleMapFile(path: file).map
        #expect(Set(map.entries.values.flatMap(\.kinds)) == Set(SessionKind.allCases))
        let members = Set(map.json.members?.keys.map(\.self) ?? [])
        #expect(
            members == [
                "version", "permissionSets", "roles", "administrators", "publishers", "auditors", "logging",
                "preferences", "rollout",
            ]
        )
    }

    @Test("programs get the problems as JSON on standard output")
    func json() async throws {
        let world = try World()
        let file = try world.folder.write(Self.broken, as: "map.yaml")
        #expect(try await run("map", "validate", file, "-o", "json", in: world.dependencies()) == .usage)
        let result = try JSON(parsing: world.result.dropLast().utf8)
        #expect(result["isValid"] == false && result["findings"]?.elements?.count == 4)
        let first: JSON = [
            "column": 16,
            "explanation": "permissionSets.Ops.linuxUser: The user root has rights of its own, so no map may give it.",
            "level": "error", "line": 4,
        ]
        #expect(result["findings"]?.elements?.first == first)
        #expect(try JSON(parsing: world.notes.dropLast().utf8)["code"] == "MAP_INVALID")
    }

    @Test("warnings fail a map only when they are asked to")
    func warnings() async throws {
        let text = "version: 1\nlogging: {standard: {}}\npermissionSets:\n  Ops:\n    linuxUser: ops\n"
        let world = try World()
        let file = try world.folder.write(text, as: "map.yaml")
        #expect(try await run("map", "validate", file, in: world.dependencies()) == .done)
        #expect(world.result.contains("\(file):4:3 ") && world.result.contains(" warning "), "\(world.result)")
        #expect(world.result.contains("valid, 1 permission set, 2 warnings, version "))
        #expect(try await run("map", "validate", "--strict", file, in: world.dependencies()) == .usage)
        #expect(world.notes.contains("2 warnings, and --strict takes none"))
    }

    @Test("a number where a number is meant is not told to take quotes, and one where text is meant is")
    func quotes() async throws {
        let text = """
            version: 1
            permissionSets:
              Ops:
                linuxUser: 1000
                limits: {idleMinutes: 61}

            """
        let world = try World()
        let file = try world.folder.write(text, as: "map.yaml")
        #expect(try await run("map", "validate", file, in: world.dependencies()) == .usage)
        let lines = world.result.split(separator: "\n")
        #expect(lines[1].hasSuffix(" In quotes a number is text."), "\(lines)")
        #expect(lines[2].hasSuffix("Expected a whole number from 1 to 60."), "\(lines)")
    }

    @Test("a file that is not there is wrong usage")
    func missing() async throws {
        let world = try World()
        #expect(try await run("map", "validate", "/nonexistent.yaml", in: world.dependencies()) == .usage)
        #expect(world.notes.contains("There is no such file."))
    }

    @Test("a folder in a map's place is called one, and - is standard input")
    func otherPlaces() async throws {
        let world = try World()
        #expect(try await run("map", "validate", world.folder.path, in: world.dependencies()) == .usage)
        #expect(world.notes.contains("It is a folder."))
        let program = Process()
        let (input, output) = (Pipe(), Pipe())
        program.executableURL = URL(fileURLWithPath: Project.command)
        program.arguments = ["map", "validate", "-"]
        program.standardInput = input
        program.standardOutput = output
        try program.run()
        input.fileHandleForWriting.write(Data("version: 1\npermissionSets:\n  Ops: {linuxUser: ops}\n".utf8))
        try input.fileHandleForWriting.close()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(said.contains("-: valid, 1 permission set"), "\(said)")
    }

    @Test("plan and publish tell the warnings of validate before anything is asked of the broker")
    func planned() async throws {
        let text = "version: 1\nlogging: {standard: {}}\npermissionSets:\n  Ops:\n    linuxUser: ops\n"
        for command in ["plan", "publish"] {
            let world = try World([Answers.problem(.administratorRequired)])
            let file = try world.folder.write(text, as: "map.yaml")
            #expect(try await run("map", command, file, in: world.dependencies()) == .denied)
            #expect(world.notes.hasPrefix("ssm-broker: \(file):"), "\(world.notes)")
            #expect(world.notes.contains(":4:3: warning: "), "\(world.notes)")
            let purpose = command == "plan" ? "The plan was not made" : "Nothing was published"
            #expect(world.notes.contains("\n" + "ssm-broker: \(purpose)"), "\(world.notes)")
        }
    }

    @Test("an empty note is refused before anything is asked")
    func emptyNote() async throws {
        for command in [["publish", Self.shipped], ["rollback", "3"]] {
            let world = try World()
            #expect(try await run(["map"] + command + ["--note", ""], in: world.dependencies()) == .usage)
            #expect(world.notes.contains("--note takes 1 to 512 characters"), "\(world.notes)")
        }
    }
}
