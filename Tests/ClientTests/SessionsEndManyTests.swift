import ArgumentParser
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

@Suite("ending many sessions")
struct SessionsEndManyTests {
    private static func listed(_ count: Int) throws -> ScriptedTransport.Answer {
        let sessions = try (1...count).map { number in
            try #require(SessionHistory(records: [try AuditSamples.record(number, .intent, session: number)]))
        }
        return Answers.json(SessionPage(sessions: sessions, next: nil).json.canonicalText)
    }

    private static func ended(_ count: Int, left: [EndSessionsReply.Left] = []) -> ScriptedTransport.Answer {
        let reply = EndSessionsReply(ended: (0..<count).map { AuditSamples.id($0 + 1) }, left: left)
        return Answers.json(reply.json.canonicalText)
    }

    @Test("the sessions are shown and the person is asked; then they end in one request")
    func asks() async throws {
        let world = try World([try Self.listed(2), Self.ended(2)])
        var dependencies = world.dependencies(columns: 200)
        dependencies.ask = { question in
            #expect(question == "End these 2 sessions? [y/N] ")
            #expect(world.notes.contains("00000000-0000-4000-8000-000000000002  pending  i-0bbbbbbbbbbbbbbb2"))
            return "y"
        }
        let status = try await run("sessions", "end", "--user", "alice", "--reason", "gone", in: dependencies)
        #expect(status == .done, "\(world.notes)")
        #expect(world.transport.requests.map(\.method) == ["GET", "DELETE"])
        #expect(world.transport.requests[0].url.contains("all=true&user=alice&state=live%2Cpending%2Cunknown"))
        #expect(world.transport.requests[1].url.hasSuffix("/v1/sessions?user=alice&reason=gone"))
        #expect(world.result.hasPrefix("2 sessions ended.\n  00000000-0000-4000-8000-000000000001\n"))
    }

    @Test("without agreement nothing ends", arguments: ["", "n", "yess"])
    func refuses(_ answer: String) async throws {
        let world = try World([try Self.listed(1)])
        var dependencies = world.dependencies()
        dependencies.ask = { _ in answer }
        #expect(try await run("sessions", "end", "--node", "i-0bbbbbbbbbbbbbbb2", in: dependencies) == .failed)
        #expect(world.transport.requests.map(\.method) == ["GET"])
    }

    @Test("where nobody can be asked, --yes is asked for, and nothing ends")
    func nobody() async throws {
        let world = try World([try Self.listed(1)])
        #expect(
            try await run("sessions", "end", "--permission-set", "DatabaseAdmin", in: world.dependencies()) == .usage
        )
        #expect(world.notes.contains("--yes"))
        #expect(world.transport.requests.map(\.method) == ["GET"])
    }

    @Test("with --yes nothing is asked, and what may still run makes it fail with its reason")
    func left() async throws {
        let left = [EndSessionsReply.Left(id: AuditSamples.id(9), code: "AWS_THROTTLED")]
        let world = try World([Self.ended(1, left: left)])
        let status = try await run(
            "sessions",
            "end",
            "--user",
            "alice",
            "--yes",
            "-o",
            "json",
            in: world.dependencies()
        )
        #expect(status == .failed)
        #expect(try JSON(parsing: world.result.utf8)["left"]?.elements?.count == 1)
        #expect(world.notes.contains("SESSIONS_LEFT"))
    }

    @Test("when nothing fits, nothing is ended")
    func none() async throws {
        let world = try World([Answers.json("{\"sessions\":[]}")])
        #expect(try await run("sessions", "end", "--user", "alice", in: world.dependencies()) == .done)
        #expect(world.result == "No session that may run fits.\n")
        #expect(world.transport.requests.map(\.method) == ["GET"])
    }

    @Test(
        "what does not say which sessions, or says it twice, is refused before anything is asked",
        arguments: [[], ["--reason", "x"], [Answers.session, "--user", "alice"], ["--node", "db-1"]]
    )
    func usage(_ arguments: [String]) async throws {
        let world = try World()
        let command = try #require(try SSMBroker.parseAsRoot(["sessions", "end"] + arguments) as? any BrokerCommand)
        #expect(await command.status(in: world.dependencies()) == .usage)
        #expect(world.notes.contains("No session was ended"))
    }
}
