import BrokerService
import SessionCore
import Testing

@Suite("Kinds of session", .timeLimit(.minutes(1)))
struct KindTests {
    struct Kind: Sendable, CustomTestStringConvertible {
        let kind: SessionKind
        let changes: [String: JSON]
        let parameters: JSON?
        let recorded: SessionParameters
        var linuxUser: String?
        var testDescription: String { "\(kind) \(JSON.object(changes).canonicalText)" }

        /// The document that the session must go through.
        var document: String { "SSMBroker-\(kind.documentWord)-DatabaseAdmin" }
    }

    static let kinds = [
        Kind(kind: .shell, changes: [:], parameters: nil, recorded: SessionParameters(), linuxUser: "dbadmin"),
        Kind(
            kind: .command,
            changes: ["command": "df -h"],
            parameters: ["command": ["df -h"]],
            recorded: SessionParameters(command: "df -h"),
            linuxUser: "dbadmin"
        ),
        Kind(
            kind: .port,
            changes: ["port": 8003, "host": "db.internal", "localPort": 18_003],
            parameters: ["host": ["db.internal"], "localPortNumber": ["18003"], "portNumber": ["8003"]],
            recorded: SessionParameters(port: 8003, host: "db.internal", localPort: 18_003)
        ),
        Kind(
            kind: .port,
            changes: ["port": 5432],
            parameters: ["host": ["localhost"], "localPortNumber": ["0"], "portNumber": ["5432"]],
            recorded: SessionParameters(port: 5432)
        ),
        Kind(kind: .ssh, changes: [:], parameters: nil, recorded: SessionParameters()),
    ]

    @Test(
        "each kind goes through its document with its parameters, and the record says what was asked for",
        arguments: kinds
    )
    func opens(_ row: Kind) async throws {
        let stage = try Stage.ofKinds()
        let changes = row.changes.merging(["kind": .string(row.kind.rawValue)]) { own, _ in own }
        let reply = await stage.open(changes: changes)
        try #require(reply.status == 200, "\(reply.body.canonicalText)")
        #expect(OpenSessionReply(json: reply.body)?.kind == row.kind)
        #expect(reply.body["linuxUser"]?.text == row.linuxUser)
        #expect(reply.body["document"]?.text == row.document)
        let start = try #require(stage.aws.calls("StartSession").first)
        #expect(start.parameters["DocumentName"] == row.document)
        #expect(start.body["Parameters"] == row.parameters)
        #expect(stage.events == [.intent, .started])
        for record in stage.records {
            let access = try #require(record.access)
            #expect(access.kind == row.kind && access.parameters == row.recorded)
            #expect(access.linuxUser == row.linuxUser)
            #expect(access.document?.name == row.document)
            #expect((access.document?.terms != nil) == (row.parameters != nil))
            #expect(AuditRecord(json: record.json) == record)
        }
        // What comes after the start knows nothing of kinds.
        let id = try #require(reply.body["id"]?.text)
        #expect(await stage.renew(id).status == 200)
        #expect(await stage.end(id).status == 200)
        #expect(stage.events == [.intent, .started, .credentials, .ended])
        try stage.expectDiscretion()
    }

    @Test("a dry run of each kind decides and records, and starts nothing", arguments: kinds)
    func dryRun(_ row: Kind) async throws {
        let stage = try Stage.ofKinds()
        let changes = row.changes.merging(["kind": .string(row.kind.rawValue), "dryRun": true]) { own, _ in own }
        let reply = await stage.open(changes: changes)
        #expect(reply.status == 200 && reply.body["linuxUser"]?.text == row.linuxUser)
        #expect(stage.aws.calls("StartSession").isEmpty)
        #expect(stage.records.map(\.event) == [.checked])
        #expect(stage.records[0].access?.parameters == row.recorded)
    }

    @Test("a dry run refuses a node that lacks the tags, as IAM would refuse the start")
    func dryRunOfAnotherNode() async throws {
        let stage = try Stage()
        let reply = await stage.open(as: .aliceOnWeb, node: Cast.dbNode, changes: ["dryRun": true])
        #expect(reply.code == "NODE_NOT_ALLOWED")
        #expect(stage.events == [.denied])
    }

    static let refusals: [(String, [String: JSON], String)] = [
        ("COMMAND_NOT_ALLOWED", ["kind": "command", "command": "df -h /"], "^df( -h)?$, ^uptime$"),
        ("COMMAND_NOT_ALLOWED", ["kind": "command", "command": "uptime; id"], "^uptime$"),
        ("PORT_NOT_ALLOWED", ["kind": "port", "port": 22], "5432, 8000-8010"),
        ("PORT_NOT_ALLOWED", ["kind": "port", "port": 8011, "host": "elsewhere"], "5432, 8000-8010"),
        ("HOST_NOT_ALLOWED", ["kind": "port", "port": 5432, "host": "db.internal.evil.org"], "localhost, db.internal"),
        ("BODY_INVALID", ["kind": "port", "port": 5432, "host": "169.254.169.254"], "link-local"),
        ("BODY_INVALID", ["kind": "ssh", "port": 22], "kind port"),
    ]

    @Test(
        "what the map does not give is refused before anything of AWS is asked to start, recorded, and told what is",
        arguments: refusals
    )
    func refuses(_ code: String, _ changes: [String: JSON], _ says: String) async throws {
        let stage = try Stage.ofKinds()
        let reply = await stage.open(changes: changes)
        #expect(reply.code == code)
        #expect(reply.status == (code == "BODY_INVALID" ? 400 : 403))
        #expect(reply.body["detail"]?.text?.contains(says) == true, "\(reply.body.canonicalText)")
        #expect(stage.aws.calls("StartSession").isEmpty && stage.aws.calls("AssumeRole start").isEmpty)
        let record = try #require(stage.records.first)
        #expect(stage.events == [.denied] && record.decision?.code == code)
        guard code != "BODY_INVALID" else { return }
        #expect(record.access?.parameters.command == changes["command"]?.text)
        #expect(record.access?.parameters.host == changes["host"]?.text)
        #expect(record.access?.linuxUser == nil)
    }

    @Test("an unproven caller is not told what the map admits")
    func unproven() async throws {
        let stage = try Stage.ofKinds()
        let reply = await stage.open(as: Person.alice.lookAlike(), changes: ["kind": "port", "port": 22])
        #expect(reply.code == "ROLE_NOT_PROVEN")
        #expect(!reply.body.canonicalText.contains("5432"))
    }

    @Test("sessions of every kind count towards the limit")
    func limit() async throws {
        let stage = try Stage.ofKinds(Stage.kinds.merging(["limits": ["concurrentSessions": 3]]) { own, _ in own })
        for changes: [String: JSON] in [
            ["kind": "port", "port": 5432], ["kind": "ssh"], ["kind": "command", "command": "uptime"],
        ] {
            #expect(await stage.open(changes: changes).status == 200)
        }
        for kind: JSON in ["shell", "ssh"] {
            #expect(await stage.open(changes: ["kind": kind]).code == "TOO_MANY_SESSIONS")
        }
    }

    @Test("a wider map leaves a port session as it is; a map without its port refuses it fresh credentials")
    func renewal() async throws {
        let stage = try Stage.ofKinds()
        let reply = await stage.open(changes: ["kind": "port", "port": 8003, "host": "db.internal"])
        let id = try #require(reply.body["id"]?.text)
        let rule = { (ports: JSON, hosts: JSON) in
            Stage.kinds.merging(["ports": ["remote": ports, "hosts": hosts]]) { _, new in new }
        }
        try stage.publishKinds(rule([5432, "8000-9000", 22], ["db.internal", "cache.internal"]))
        #expect(await stage.renew(id).status == 200)
        try stage.publishKinds(rule([5432], ["db.internal"]))
        #expect(await stage.renew(id).code == "PORT_NOT_ALLOWED")
        try stage.publishKinds(rule(["8000-8010"], ["localhost"]))
        #expect(await stage.renew(id).code == "HOST_NOT_ALLOWED")
        try stage.publishKinds(
            rule(["8000-8010"], ["db.internal"]).merging(["limits": ["idleMinutes": 1]]) { own, _ in own }
        )
        #expect(await stage.renew(id).code == "SESSION_NO_LONGER_ALLOWED")
        try stage.publishKinds(["sessions": ["shell"]])
        #expect(await stage.renew(id).code == "KIND_NOT_ALLOWED")
    }

    @Test("who somebody is tells what they reach and run, as the map has it")
    func identity() async throws {
        let stage = try Stage.ofKinds()
        let reply = await stage.send("GET", "/v1/identity", as: Person.alice.caller)
        #expect(reply.body["kinds"] == ["command", "port", "shell", "ssh"])
        #expect(reply.body["ports"] == ["hosts": ["localhost", "db.internal"], "remote": [5432, "8000-8010"]])
        #expect(reply.body["commands"] == ["patterns": ["^df( -h)?$", "^uptime$"], "terminal": false])
        let read = try #require(IdentityReply(json: reply.body))
        #expect(read.json == reply.body)
        let other = await stage.send("GET", "/v1/identity", as: Person.aliceOnWeb.caller)
        #expect(other.body["ports"] == nil && other.body["commands"] == nil)
    }
}
