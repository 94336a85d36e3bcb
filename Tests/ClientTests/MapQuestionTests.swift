import Foundation
import SessionCore
import Testing

@testable import ssm_broker

/// `map plan`, `map who-can` and `map explain`, on files.
@Suite("questions about a map")
struct MapQuestionTests {
    static let old = """
        version: 1
        permissionSets:
          Ops: {linuxUser: ops, nodes: {accounts: ["111122223333"], regions: [eu-west-1]}}
          Gone: {linuxUser: ops, nodes: {accounts: ["111122223333"], regions: [eu-west-1]}}

        """
    static let new = """
        version: 1
        permissionSets:
          Ops:
            linuxUser: sre
            sessions: [shell, ssh]
            reason: required
            nodes: {accounts: ["111122223333"], regions: [eu-west-1], tags: {Role: [db, web]}}
        roles:
          - id: ci-deploy
            arn: arn:aws:iam::444455556666:role/ci/Deploy
            linuxUser: deployer
        auditors:
          - {account: "111122223333", permissionSet: Audit}

        """

    @Test("a plan says who becomes whom, and which documents change where")
    func plan() async throws {
        let world = try World()
        let old = try world.folder.write(Self.old, as: "old.yaml")
        let new = try world.folder.write(Self.new, as: "new.yaml")
        #expect(try await run("map", "plan", new, "--against", old, in: world.dependencies()) == .done)
        #expect(
            world.result == """
                WHAT      NAME                       CHANGE
                user      Gone                       loses ops in 111122223333
                user      Ops                        ops becomes sre in 111122223333
                user      ci-deploy                  gains deployer in 444455556666
                entry     ci-deploy                  added
                entry     Gone                       removed
                entry     Ops                        linuxUser: ops becomes sre
                entry     Ops                        nodes.tags: {} becomes {"Role":["db","web"]}
                entry     Ops                        reason: optional becomes required
                entry     Ops                        sessions: ["shell"] becomes ["shell","ssh"]
                document  SSMBroker-SSH-Ops          created in 1 account, eu-west-1
                document  SSMBroker-Shell-Gone       deleted in 1 account, eu-west-1
                document  SSMBroker-Shell-Ops        replaced in 1 account, eu-west-1
                document  SSMBroker-Shell-ci-deploy  created in 1 account, every Region
                auditors  111122223333/Audit         added

                """
        )
    }

    @Test("a plan against the same map, compiled, changes nothing, and is JSON for programs")
    func same() async throws {
        let world = try World()
        let new = try world.folder.write(Self.new, as: "new.yaml")
        #expect(
            try await run("map", "render", "--map", new, "--output", world.folder.path, in: world.dependencies())
                == .done
        )
        let compiled = "\(world.folder.path)/role-map.json"
        let fresh = try World()
        #expect(try await run("map", "plan", new, "--against", compiled, in: fresh.dependencies()) == .done)
        #expect(fresh.result == "The maps say the same.\n")
        let json = try World()
        #expect(
            try await run("map", "plan", new, "--against", compiled, "-o", "json", in: json.dependencies()) == .done
        )
        let difference = try JSON(parsing: json.result.dropLast().utf8)
        #expect(difference["from"] == difference["to"] && difference["documents"] == [])
    }

    struct Question: Sendable, CustomTestStringConvertible {
        let words: [String]
        let names: [String]
        var testDescription: String { words.joined(separator: " ") }
    }

    static let node = "i-0bbbbbbbbbbbbbbb2"
    static let questions = [
        Question(words: ["sre"], names: ["Ops"]),
        Question(words: ["deployer"], names: ["ci-deploy"]),
        Question(words: ["Ops"], names: ["Ops"]),
        Question(words: ["nobody-has-this"], names: []),
        Question(words: [node, "--account", "111122223333"], names: ["Ops"]),
        Question(words: [node, "--account", "111122223333", "--tag", "Role=db"], names: ["Ops"]),
        Question(words: [node, "--account", "111122223333", "--tag", "Role=batch"], names: []),
        Question(words: [node, "--account", "111122223333", "--region", "eu-west-2"], names: []),
        Question(words: [node, "--account", "444455556666"], names: ["ci-deploy"]),
    ]

    @Test("who can be found by Linux user, permission set and node", arguments: questions)
    func whoCan(_ question: Question) async throws {
        let world = try World()
        let file = try world.folder.write(Self.new, as: "new.yaml")
        let arguments = ["map", "who-can"] + question.words + ["--map", file, "-o", "json"]
        #expect(try await run(arguments, in: world.dependencies()) == .done, "\(world.notes)")
        let entries = try JSON(parsing: world.result.dropLast().utf8)["entries"]?.elements ?? []
        #expect(entries.compactMap { $0["id"]?.text } == question.names)
    }

    @Test("the table shows who, as whom, with what and where")
    func whoCanTable() async throws {
        let world = try World()
        let file = try world.folder.write(Self.new, as: "new.yaml")
        #expect(try await run("map", "who-can", "sre", "--map", file, in: world.dependencies()) == .done)
        #expect(
            world.result == """
                WHO  LINUX USER  SESSIONS    ACCOUNTS      REGIONS    NODE TAGS
                Ops  sre         shell, ssh  111122223333  eu-west-1  Role=db|web

                """
        )
        let nobody = try World()
        #expect(try await run("map", "who-can", "other", "--map", file, in: nobody.dependencies()) == .done)
        #expect(nobody.result == "Nobody, by this map.\n")
    }

    @Test("an answer about a Linux user tells of the preferences, and that a node's name would be taken for one")
    func whoCanBeside() async throws {
        let world = try World()
        let file = try world.folder.write(Self.new + "preferences: {runAsDefaultUser: plain}\n", as: "new.yaml")
        #expect(try await run("map", "who-can", "plain", "--map", file, in: world.dependencies()) == .done)
        #expect(
            world.notes
                == "ssm-broker: Sessions that do not come through the broker run as plain too, as preferences say.\n"
        )
        let name = try World()
        #expect(try await run("map", "who-can", "db-1", "--map", file, in: name.dependencies()) == .done)
        #expect(name.result == "Nobody, by this map.\n" && name.notes.contains("db-1 was taken for a Linux user"))
        let programs = try World()
        #expect(
            try await run("map", "who-can", "db-1", "--map", file, "-o", "json", in: programs.dependencies()) == .done
        )
        #expect(programs.notes.isEmpty)
    }

    @Test("an explanation gives the decision for each kind, and why")
    func explain() async throws {
        let world = try World()
        let file = try world.folder.write(Self.new, as: "new.yaml")
        let question = ["map", "explain", "Ops", Self.node, "--account", "111122223333", "--map", file]
        #expect(try await run(question, in: world.dependencies()) == .done)
        #expect(
            world.result == """
                KIND   ALLOWED  WHY
                shell  yes      as sre, by SSMBroker-Shell-Ops, with a reason, if the node has the tags Role=db|web
                ssh    yes      by SSMBroker-SSH-Ops, with a reason, if the node has the tags Role=db|web

                """
        )
        let denied = try World()
        #expect(try await run(question + ["--tag", "Role=batch"], in: denied.dependencies()) == .done)
        #expect(
            denied.result.contains(
                "shell  no       Permission set Ops may not connect to node \(Self.node); it needs the tags"
            )
        )
        let unknown = try World()
        let other = ["map", "explain", "ReadOnly", Self.node, "--account", "111122223333", "--map", file, "-o", "json"]
        #expect(try await run(other, in: unknown.dependencies()) == .done)
        let json = try JSON(parsing: unknown.result.dropLast().utf8)
        #expect(json["isAllowed"] == false)
        #expect(json["decisions"]?.elements?.first?["code"] == "PERMISSION_SET_NOT_MAPPED")
    }

    @Test(
        "what cannot be asked is wrong usage, and says what would be right",
        arguments: [
            (["explain", "Ops", "web-1", "--account", "111122223333"], "i-0123456789abcdef0"),
            (["explain", "Ops", node], "--account 111122223333"),
            (["explain", "Ops", node, "--account", "1"], "twelve digits"),
            (["explain", "Ops", node, "--account", "111122223333", "--region", "Ireland"], "--region eu-west-1"),
            (["explain", "Ops", node, "--account", "111122223333", "--tag", "Role"], "--tag Role=db"),
            (["explain", "O ps", node, "--account", "111122223333"], "See the names in the map"),
            (["who-can", "Not Any"], "See the names in the map"),
        ]
    )
    func wrong(_ words: [String], _ says: String) async throws {
        let world = try World()
        let file = try world.folder.write(Self.new, as: "new.yaml")
        #expect(try await run(["map"] + words + ["--map", file], in: world.dependencies()) == .usage)
        #expect(world.notes.contains(says), "\(world.notes)")
    }
}
