import ArgumentParser
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

@Suite("no input")
struct NoInputTests {
    private static func session() throws -> ScriptedTransport.Answer {
        let session = try #require(SessionHistory(records: [try AuditSamples.record(1, .intent, session: 1)]))
        return Answers.json(SessionPage(sessions: [session], next: nil).json.canonicalText)
    }

    @Test("with --no-input a confirmation is refused without a question, and says what to give instead")
    func option() async throws {
        let world = try World([try Self.session()])
        var dependencies = world.dependencies()
        dependencies.ask = { question in
            Issue.record("asked: \(question)")
            return "y"
        }
        #expect(try await run("sessions", "end", "--user", "alice", "--no-input", in: dependencies) == .usage)
        #expect(world.notes.contains("No session was ended: it wants to be confirmed, and --no-input forbids to ask."))
        #expect(world.notes.contains("Next: Repeat the same command with --yes added."))
        #expect(world.transport.requests.map(\.method) == ["GET"])
    }

    @Test("--yes says what was asked, so that nothing is left to refuse")
    func agreed() async throws {
        let world = try World([Answers.json(EndSessionsReply().json.canonicalText)])
        let status = try await run(
            "sessions",
            "end",
            "--user",
            "alice",
            "--no-input",
            "--yes",
            in: world.dependencies()
        )
        #expect(status == .done, "\(world.notes)")
    }

    @Test("the variable does it for every command, unless it is empty or 0")
    func variable() {
        let name = "SSM_BROKER_NO_INPUT"
        #expect(Dependencies.noInput(isGiven: false, [name: "1"]) == name)
        #expect(Dependencies.noInput(isGiven: true, [name: "1"]) == "--no-input")
        for off in [[:], [name: ""], [name: "0"]] { #expect(Dependencies.noInput(isGiven: false, off) == nil) }
    }

    @Test("every command that signs in takes the option, and goes by it")
    func everywhere() {
        for type in HelpTests.leaves
        where SSMBroker.helpMessage(for: type, columns: 400).contains("--profile <profile>") {
            #expect(type is any SignedInCommand.Type, "\(type._commandName)")
        }
    }
}
