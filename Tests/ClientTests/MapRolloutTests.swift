import ArgumentParser
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

@Suite("map rollout")
struct MapRolloutTests {
    private static func place(
        _ account: String,
        _ number: Int64,
        _ state: RolloutPlace.State = .current,
        documents: [RolloutDocument.State] = [.current],
        problem: String? = nil
    ) throws -> RolloutPlace {
        RolloutPlace(
            account: try AccountID(account),
            region: try Region("ap-southeast-2"),
            number: number,
            state: state,
            documents: documents.enumerated().map { index, state in
                RolloutDocument(name: "SSMBroker-Shell-Set\(index)", state: state, version: "3", hash: "00")
            },
            checked: Timestamp(milliseconds: number > 0 ? World.now.milliseconds : 0),
            problem: problem
        )
    }

    private static func reply(_ places: [RolloutPlace], next: RolloutCursor? = nil) -> ScriptedTransport.Answer {
        let reply = RolloutReply(number: 4, places: places, totals: RolloutTotals(places, under: 4), next: next)
        return Answers.json(reply.json.canonicalText)
    }

    private static func mixed() throws -> [RolloutPlace] {
        [
            try place("100000000001", 4, documents: [.current, .repaired, .replaced, .repaired]),
            try place("100000000002", 0, documents: []),
            try place("100000000003", 4, .failed, problem: "the enforcer's role cannot be assumed"),
        ]
    }

    @Test("the table fits 80 columns, and names drift and failures under it")
    func table() async throws {
        let world = try World([Self.reply(try Self.mixed())])
        #expect(try await run("map", "rollout", in: world.dependencies(columns: 80)) == .done, "\(world.notes)")
        #expect(
            world.result == """
                Version 4: 1 of 3 places current (33 %), 1 pending, 1 failed, 0 skipped

                ACCOUNT       REGION          STATE    VERSION  CHECKED (UTC)
                100000000001  ap-southeast-2  current  4        2026-11-21 08:00:00
                  DOCUMENTS 4, 2 repaired, 1 replaced
                100000000002  ap-southeast-2  pending  -        never
                  DOCUMENTS 0
                100000000003  ap-southeast-2  failed   4        2026-11-21 08:00:00
                  DOCUMENTS 1

                Drift that was put right:
                  100000000001 ap-southeast-2: SSMBroker-Shell-Set1, seen 2026-11-21 08:00:00
                  100000000001 ap-southeast-2: SSMBroker-Shell-Set3, seen 2026-11-21 08:00:00

                What went wrong:
                  100000000003 ap-southeast-2: the enforcer's role cannot be assumed

                """
        )
    }

    @Test("each document is shown when asked for, and filters are the broker's")
    func documents() async throws {
        let world = try World([Self.reply(try Self.mixed())])
        let status = try await run(
            "map",
            "rollout",
            "--documents",
            "--account",
            "100000000001",
            "--region",
            "ap-southeast-2",
            "--state",
            "current",
            in: world.dependencies()
        )
        #expect(status == .done, "\(world.notes)")
        #expect(
            world.transport.requests.first?.url.hasSuffix(
                "/v1/rollout?account=100000000001&region=ap-southeast-2&state=current&limit=1000"
            ) == true
        )
        #expect(world.result.contains("current  SSMBroker-Shell-Set1  3        repaired"))
    }

    @Test("as JSON and line by line every place has its standing")
    func json() async throws {
        let world = try World([Self.reply(try Self.mixed()), Self.reply(try Self.mixed())])
        #expect(try await run("map", "rollout", "-o", "ndjson", in: world.dependencies()) == .done)
        let lines = try world.result.split(separator: "\n").map { try JSON(parsing: $0.utf8) }
        #expect(lines.map { $0["standing"]?.text } == ["current", "pending", "failed"])
        #expect(try await run("map", "rollout", "-o", "json", in: world.dependencies()) == .done)
        let whole = try JSON(parsing: try #require(world.result.split(separator: "\n").last).utf8)
        #expect(RolloutReply(json: whole)?.totals[.pending] == 1)
    }

    @Test("pages are put together up to the limit, and more is said to be there")
    func pages() async throws {
        let places = try Self.mixed()
        let world = try World([
            Self.reply([places[0]], next: places[0].cursor), Self.reply([places[1]], next: places[1].cursor),
        ])
        #expect(try await run("map", "rollout", "--limit", "2", in: world.dependencies()) == .done)
        #expect(world.transport.requests.last?.url.contains("limit=1&cursor=100000000001%2Fap-southeast-2") == true)
        #expect(world.result.contains("100000000002"))
        #expect(world.result.contains("There are more; --limit shows them."))
    }

    @Test("--watch goes on until no place is pending, and fails when one has failed")
    func watch() async throws {
        let pending = [try Self.place("100000000001", 3), try Self.place("100000000002", 3)]
        let half = [try Self.place("100000000001", 4), try Self.place("100000000002", 3)]
        let done = [try Self.place("100000000001", 4), try Self.place("100000000002", 4)]
        let failed = [try Self.place("100000000001", 4), try Self.place("100000000002", 4, .failed, problem: "no")]
        let world = try World([pending, pending, half, done, half, failed].map { Self.reply($0) })
        var dependencies = world.dependencies()
        dependencies.pause = { _ in }
        #expect(try await run("map", "rollout", "--watch", in: dependencies) == .done)
        #expect(world.transport.requests.count == 4)
        #expect(
            world.notes
                == "ssm-broker: version 4: 0 of 2 places done\nssm-broker: version 4: 1 of 2 places done\n"
        )
        #expect(world.result.hasPrefix("Version 4: 2 of 2 places current (100 %), 0 pending"))
        #expect(try await run("map", "rollout", "--watch", in: dependencies) == .failed)
        #expect(world.notes.contains("ROLLOUT_FAILED") || world.notes.contains("could not be applied in 1 place"))
    }

    @Test("a rollout of which nothing was looked at yet is not called done, and --watch waits for it")
    func beginning() async throws {
        let done = [try Self.place("100000000001", 4)]
        let world = try World([[], [], [], done].map { Self.reply($0) })
        var dependencies = world.dependencies()
        dependencies.pause = { _ in }
        #expect(try await run("map", "rollout", in: dependencies) == .done)
        #expect(world.result == "Version 4: the enforcer has looked at no place yet.\n")
        #expect(try await run("map", "rollout", "--watch", in: dependencies) == .done)
        #expect(world.transport.isExhausted)
        #expect(world.notes == "ssm-broker: version 4: the enforcer has looked at no place yet\n")
        #expect(world.result.contains("Version 4: 1 of 1 places current (100 %)"))
    }

    @Test(
        "what cannot be asked for is said before anything is asked",
        arguments: [["--account", "1"], ["--region", "here"], ["--state", "done"], ["--limit", "0"]]
    )
    func usage(_ arguments: [String]) async throws {
        let world = try World()
        let command = try #require(try SSMBroker.parseAsRoot(["map", "rollout"] + arguments) as? any BrokerCommand)
        #expect(await command.status(in: world.dependencies()) == .usage)
        #expect(world.notes.contains(arguments[0]))
    }
}
