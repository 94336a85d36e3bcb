import ArgumentParser
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

@Suite("sessions")
struct SessionsTests {
    /// A session of the fixed cast, as the broker's records tell it.
    private static func session(
        _ number: Int,
        _ events: AuditEvent...,
        user: String = "alice"
    ) throws -> SessionHistory {
        var records = [try AuditSamples.record(number, .intent, session: number, user: user)]
        for event in events {
            var record = try AuditSamples.record(number, event, session: number, user: user)
            if event == .started { record.aws = AuditAWS(sessionID: "\(user).0000-\(number)") }
            records.append(record)
        }
        return try #require(SessionHistory(records: records))
    }

    private static func page(_ sessions: SessionHistory..., next: AuditCursor? = nil) -> ScriptedTransport.Answer {
        Answers.json(SessionPage(sessions: sessions, next: next).json.canonicalText)
    }

    @Test("sessions are shown newest first, with what names them whole")
    func table() async throws {
        let world = try World([Self.page(try Self.session(2, .started), try Self.session(1, .started, .ended))])
        #expect(try await run("sessions", in: world.dependencies()) == .done, "\(world.notes)")
        #expect(
            world.result == """
                ID                                    STATE  NODE                 OPENED (UTC)         USER   PERMISSION SET  LINUX USER  FOR
                00000000-0000-4000-8000-000000000002  live   i-0bbbbbbbbbbbbbbb2  2026-11-21 08:00:02  alice  DatabaseAdmin   dbadmin     shell
                00000000-0000-4000-8000-000000000001  ended  i-0bbbbbbbbbbbbbbb2  2026-11-21 08:00:01  alice  DatabaseAdmin   dbadmin     shell

                """
        )
        #expect(world.transport.requests.map(\.url).first?.hasSuffix("/v1/sessions?limit=100") == true)
    }

    @Test("an empty list says whose sessions were looked at, beside the results")
    func empty() async throws {
        let lines = [
            ([], "You have no session that fits; those of others are shown with --all."),
            (["--user", "bob"], "No session of yours fits; those of others are shown with --all."),
            (["--all"], "No session fits."),
        ]
        for (arguments, line) in lines {
            let world = try World([Self.page()])
            #expect(try await run(["sessions", "list"] + arguments, in: world.dependencies()) == .done)
            #expect(world.notes == "ssm-broker: \(line)\n")
        }
    }

    @Test("filters are asked of the broker, and pages are put together up to the limit")
    func pages() async throws {
        let first = try Self.session(2, user: "a\u{1B}[2Jb")
        let world = try World([
            Self.page(first, next: AuditCursor(time: first.opened, id: first.id)), Self.page(try Self.session(1)),
        ])
        let status = try await run(
            "sessions",
            "list",
            "--all",
            "--user",
            "alice",
            "--permission-set",
            "DatabaseAdmin",
            "--node",
            "i-0bbbbbbbbbbbbbbb2",
            "--state",
            "pending,live",
            "--limit",
            "2",
            "-o",
            "json",
            in: world.dependencies()
        )
        #expect(status == .done, "\(world.notes)")
        let filter =
            "all=true&user=alice&permissionSet=DatabaseAdmin&node=i-0bbbbbbbbbbbbbbb2&state=live%2Cpending"
        #expect(world.transport.requests[0].url.hasSuffix("/v1/sessions?\(filter)&limit=2"))
        #expect(world.transport.requests[1].url.hasSuffix("&limit=1&cursor=\(first.opened.milliseconds).\(first.id)"))
        let shown = try JSON(parsing: world.result.utf8)["sessions"]?.elements
        #expect(shown?.count == 2)
        #expect(!world.result.contains("\u{1B}"))
    }

    @Test(
        "what cannot be asked for is said before anything is asked",
        arguments: [["--state", "gone"], ["--state", "live,"], ["--node", "db-1"], ["--limit", "0"]]
    )
    func usage(_ arguments: [String]) async throws {
        let world = try World()
        let command = try #require(try SSMBroker.parseAsRoot(["sessions"] + arguments) as? any BrokerCommand)
        #expect(await command.status(in: world.dependencies()) == .usage)
        #expect(world.notes.contains(arguments[0]))
    }

    @Test("a refusal to show everybody's sessions is the broker's, word for word")
    func denied() async throws {
        let world = try World([Answers.problem(.auditNotAllowed, detail: "Not these.")])
        #expect(try await run("sessions", "--all", in: world.dependencies()) == .denied)
        #expect(world.notes.contains("Not these."))
    }

    @Test("an answer that holds no sessions is not taken for an empty list")
    func unreadable() async throws {
        let world = try World([Answers.json("{\"records\":[]}")])
        #expect(try await run("sessions", in: world.dependencies()) == .failed)
        #expect(world.notes.contains("The sessions were not listed"))
    }

    @Test("a session is ended by the broker's id")
    func end() async throws {
        let world = try World([Answers.ended])
        #expect(try await run("sessions", "end", Answers.session, in: world.dependencies()) == .done)
        #expect(world.transport.requests.map(\.method) == ["DELETE"])
        #expect(world.transport.requests[0].url.hasSuffix("/v1/sessions/\(Answers.session)"))
        #expect(world.result == "Session \(Answers.session) has ended.\n")
    }

    @Test("why a session is ended goes with the request")
    func endWithReason() async throws {
        let world = try World([Answers.ended])
        let status = try await run(
            "sessions",
            "end",
            Answers.session,
            "--reason",
            "left open",
            in: world.dependencies()
        )
        #expect(status == .done)
        #expect(world.transport.requests[0].url.hasSuffix("/v1/sessions/\(Answers.session)?reason=left%20open"))
    }

    @Test("a session of one's own is ended by Session Manager's id too")
    func endBySessionManagersID() async throws {
        let session = try Self.session(7, .started)
        let world = try World([Self.page(try Self.session(8, .started), session), Answers.ended])
        let status = try await run("sessions", "end", "alice.0000-7", "-o", "json", in: world.dependencies())
        #expect(status == .done, "\(world.notes)")
        #expect(world.transport.requests[0].url.contains("state=live%2Cpending%2Cunknown"))
        #expect(world.transport.requests[1].url.hasSuffix("/v1/sessions/\(session.id)"))
        #expect(world.result == "{\"ended\":true,\"id\":\"\(session.id)\"}\n")
    }

    @Test("an id that is nobody's ends nothing")
    func endUnknown() async throws {
        let world = try World([Self.page(try Self.session(8, .started))])
        #expect(try await run("sessions", "end", "alice.0000-7", in: world.dependencies()) == .failed)
        #expect(world.transport.requests.map(\.method) == ["GET"])
        #expect(world.notes.contains("ssm-broker sessions"))
    }
}
