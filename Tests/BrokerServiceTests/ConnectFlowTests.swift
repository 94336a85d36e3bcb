import BrokerService
import SessionCore
import Synchronization
import Testing

@Suite("Opening a session", .timeLimit(.minutes(1)))
struct ConnectFlowTests {
    @Test("look, decide, record the intent, start, record the outcome, answer")
    func order() async throws {
        let stage = try Stage()
        let reply = await stage.open()
        #expect(reply.status == 200)
        let places = try [
            "end AssumeRole inspect", "begin GetRole", "end GetRole", "end GetRole target",
            "end DescribeInstanceInformation", "end GetDocument", "append session.intent", "recorded session.intent",
            "begin StartSession",
            "end StartSession", "append session.started", "recorded session.started",
        ].map { line in try #require(stage.journal.place(of: line), "\(line)") }
        #expect(places[0] < places[1])
        let facts = places[2...5]
        #expect(facts.allSatisfy { $0 < places[6] })
        #expect(Array(places[6...]) == places[6...].sorted())
        #expect(stage.events == [.intent, .started])
        stage.expectOneOutcomePerIntent()
        try stage.expectDiscretion(reply)
    }

    @Test("the intent and both role sessions are waited for side by side")
    func sideBySide() async throws {
        let stage = try Stage()
        // The intent is not written before both role sessions are there, and they do not wait for it.
        stage.store.before(.intent) { [journal = stage.journal] _ in
            await journal.wait(for: "end AssumeRole start")
            await journal.wait(for: "end AssumeRole channel")
        }
        #expect(await stage.open().status == 200)
    }

    @Test("the answer has the session, what opens it and what keeps it open, in the plugin's words")
    func answer() async throws {
        let stage = try Stage()
        let reply = await stage.open()
        let session = try #require(stage.aws.sessions.first)
        let channel = try #require(stage.aws.calls("AssumeRole channel").first)
        let keys = try #require(stage.aws.world.withLock { $0.roleSessions.values.first { $0.use == "channel" } })
        let id = try #require(stage.records.first?.session)
        #expect(reply.mediaType == "application/json")
        #expect(
            reply.body.members?.keys.sorted() == [
                "account", "credentials", "document", "id", "kind", "linuxUser", "node", "permissionSet", "region",
                "session",
            ]
        )
        #expect(reply.body["id"]?.text == id.text)
        #expect(reply.body["account"]?.text == Cast.first)
        #expect(reply.body["node"]?.text == Cast.dbNode)
        #expect(reply.body["region"]?.text == Cast.region)
        #expect(reply.body["permissionSet"] == "DatabaseAdmin")
        #expect(reply.body["linuxUser"] == "dbadmin")
        #expect(reply.body["document"] == "SSMBroker-Shell-DatabaseAdmin")
        #expect(reply.body["session"]?["SessionId"]?.text == session.id)
        #expect(reply.body["session"]?["TokenValue"]?.text?.hasPrefix("token-value-") == true)
        let url = try #require(reply.body["session"]?["StreamUrl"]?.text)
        #expect(url.hasPrefix("wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/\(session.id)?role="))
        #expect(
            reply.body["credentials"] == [
                "AccessKeyId": .string(keys.accessKeyID),
                "Expiration": .string(channel.moment.advanced(bySeconds: 3600).description),
                "SecretAccessKey": .string(keys.secret),
                "SessionToken": .string(keys.token),
            ]
        )
    }

    @Test("a warm broker looks nothing up, and reads the document and its own tags again beside the intent")
    func warm() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        let before = stage.aws.calls.count
        let lines = stage.journal.lines.count
        // Both are on their way while the intent is not yet written.
        stage.store.before(.intent) { [journal = stage.journal] _ in
            await journal.wait(for: "end DescribeDocument", after: lines)
            await journal.wait(for: "end GetRole target", after: lines)
        }
        _ = try await stage.opened()
        #expect(
            stage.aws.calls.dropFirst(before).map(\.name).sorted() == [
                "AssumeRole channel", "AssumeRole start", "DescribeDocument", "GetDocument", "GetRole target",
                "StartSession",
            ]
        )
        let later = stage.journal.lines.dropFirst(lines)
        let started = try #require(later.firstIndex(of: "begin StartSession"))
        #expect(try #require(later.firstIndex(of: "end GetDocument")) < started)
        #expect(try #require(later.firstIndex(of: "end DescribeDocument")) < started)
        #expect(try #require(later.firstIndex(of: "end GetRole target")) < started)
    }

    @Test(
        "what is remembered is forgotten: node and document after a minute, role after ten, role session before its end"
    )
    func forgets() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        let count = { (name: String) in stage.aws.calls(name).count }
        stage.clock.advance(milliseconds: 59_999)
        _ = try await stage.opened()
        #expect(count("DescribeInstanceInformation") == 1)
        stage.clock.advance(milliseconds: 1)
        _ = try await stage.opened()
        #expect(count("DescribeInstanceInformation") == 2)
        // Its tags are asked for once with each start, whatever is remembered.
        #expect(count("GetRole target") == 3)
        #expect(count("GetRole") == 1)
        stage.clock.advance(milliseconds: 540_000)
        _ = try await stage.opened()
        #expect(count("GetRole") == 2)
        #expect(count("AssumeRole inspect") == 1)
        stage.clock.advance(milliseconds: 2_700_000)
        _ = try await stage.opened()
        #expect(count("AssumeRole inspect") == 2)
    }

    @Test("a proven role proves nothing for a role made anew under its name, nor for its like in another account")
    func cacheKey() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        var remade = Person.alice
        remade.roleID = "AROACASTDATABASEADM99"
        #expect(await stage.open(as: remade).code == "ROLE_NOT_PROVEN")
        #expect(stage.aws.calls("GetRole").count == 2)
        stage.aws.change { $0.nodes["\(Cast.second)/\(Cast.region)"]?.append(AWSDouble.Node(id: Cast.dbNode)) }
        _ = try await stage.opened(as: .aliceElsewhere)
        let last = try #require(stage.aws.calls("GetRole").last)
        #expect(last.session?.account == Cast.second)
        // The other account has no such role: what the first account's has shown does not help.
        stage.aws.change { $0.roles[Cast.second] = [:] }
        stage.clock.advance(milliseconds: 600_000)
        #expect(await stage.open(as: .aliceElsewhere).code == "ROLE_NOT_PROVEN")
    }

    @Test("a dry run starts nothing, assumes nothing to start with, and claims its request id")
    func dryRun() async throws {
        let stage = try Stage()
        let id = stage.makeRequestID()
        let reply = await stage.open(requestID: id, changes: ["dryRun": true])
        #expect(reply.status == 200)
        #expect(reply.body["dryRun"] == true)
        #expect(reply.body["session"] == nil)
        #expect(reply.body["credentials"] == nil)
        #expect(reply.body["linuxUser"] == "dbadmin")
        #expect(stage.aws.calls("AssumeRole start").isEmpty)
        #expect(stage.aws.calls("AssumeRole channel").isEmpty)
        #expect(stage.events == [.checked])
        #expect(await stage.open(requestID: id).code == "REQUEST_REPLAYED")
        #expect(stage.aws.calls("StartSession").isEmpty)
        // There is nothing to end or to renew.
        let dry = try #require(reply.body["id"]?.text)
        #expect(await stage.end(dry).code == "SESSION_NOT_FOUND")
        #expect(await stage.renew(dry).code == "SESSION_NOT_FOUND")
    }
}
