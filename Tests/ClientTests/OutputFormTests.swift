import ArgumentParser
import SessionCore
import Testing

@testable import ssm_broker

@Suite("forms of output")
struct OutputFormTests {
    private static let blocks: JSON = [
        "blocks": [
            [
                "by": "arn:aws:sts::111122223333:assumed-role/Admin/alice",
                "reason": "lost\ta \\ laptop\nin a train\u{1B}[2J",
                "since": "2026-11-21T08:00:00.000Z", "user": "bob",
            ],
            [
                "by": "arn:aws:sts::111122223333:assumed-role/Admin/alice", "reason": "misused",
                "roleId": "AROAEXAMPLEEXAMPLE00", "since": "2026-11-21T08:00:01.000Z",
            ],
        ]
    ]

    private static func blocks(as form: String, columns: Int? = nil) async throws -> World {
        let world = try World([Answers.json(blocks.canonicalText)])
        #expect(
            try await run("blocks", "-o", form, in: world.dependencies(columns: columns)) == .done,
            "\(world.notes)"
        )
        return world
    }

    @Test(
        "TSV has a line for each row and no header, as many cells in each, and escapes what would make more of either"
    )
    func tsv() async throws {
        let by = "arn:aws:sts::111122223333:assumed-role/Admin/alice"
        #expect(
            try await Self.blocks(as: "tsv").result
                == [
                    "bob\t\t2026-11-21T08:00:00.000Z\t\(by)\tlost\\ta \\\\ laptop\\nin a train\\u001b[2J\n",
                    "\tAROAEXAMPLEEXAMPLE00\t2026-11-21T08:00:01.000Z\t\(by)\tmisused\n",
                ].joined()
        )
    }

    @Test(
        "NDJSON has a line for each row, each as the list of the JSON form has it, in which no terminal finds a sequence"
    )
    func ndjson() async throws {
        let lines = try await Self.blocks(as: "ndjson").result.split(separator: "\n").map { try JSON(parsing: $0.utf8) }
        #expect(lines == Self.blocks["blocks"]?.elements)
        #expect(try JSON(parsing: try await Self.blocks(as: "json").result.utf8) == Self.blocks)
        for form in ["ndjson", "json", "tsv", "table"] {
            #expect(try await !Self.blocks(as: form, columns: 120).result.contains("\u{1B}"))
        }
    }

    @Test("a single thing is one line of NDJSON, and in TSV a line for each member, those within it under its name")
    func single() async throws {
        let reply: JSON = [
            "block": ["by": "arn:x/alice", "reason": "r", "since": "2026-11-21T08:00:00.000Z", "user": "bob"],
            "ended": [], "isComplete": true, "left": [],
        ]
        let world = try World([Answers.json(reply.canonicalText), Answers.json(reply.canonicalText)])
        for form in ["ndjson", "tsv"] {
            #expect(
                try await run("unblock", "bob", "--reason", "found", "-o", form, in: world.dependencies()) == .done
            )
        }
        #expect(
            world.result == """
                {"block":{"by":"arn:x/alice","reason":"r","since":"2026-11-21T08:00:00.000Z","user":"bob"}}
                block.by\tarn:x/alice
                block.reason\tr
                block.since\t2026-11-21T08:00:00.000Z
                block.user\tbob

                """
        )
    }

    @Test(
        "a failure is JSON beside the forms for programs, and lines beside the others",
        arguments: OutputFormat.allCases
    )
    func failures(_ form: OutputFormat) async throws {
        let world = try World([Answers.problem(.administratorRequired)])
        #expect(try await run("blocks", "--output", form.rawValue, in: world.dependencies()) == .denied)
        #expect(world.result.isEmpty)
        #expect(world.notes.hasPrefix(form == .json || form == .ndjson ? "{\"code\":\"" : "ssm-broker: "))
    }

    @Test("every command that prints results for programs takes the same four forms")
    func everywhere() {
        // What these print is a file's content, a list of files, or for the plugin alone.
        let others = ["report", "render", "channel-credentials"]
        for type in HelpTests.leaves where !others.contains(type._commandName) {
            let help = SSMBroker.helpMessage(for: type, columns: 400)
            #expect(help.contains("table, json, ndjson, tsv"), "\(type._commandName)")
        }
    }
}
