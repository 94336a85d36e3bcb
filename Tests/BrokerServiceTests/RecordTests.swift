import BrokerService
import Logging
import SessionCore
import Testing

@Suite("What the records say", .timeLimit(.minutes(1)))
struct RecordTests {
    @Test("the intent says who asked for what, under which map, through which document and names")
    func intent() async throws {
        let stage = try Stage()
        _ = await stage.open(changes: ["reason": "disk full", "ticket": "OPS-17"])
        let record = try #require(stage.records.first)
        let map = try RoleMap(json: Cast.map)
        #expect(record.event == .intent)
        #expect(record.caller?.arn == Person.alice.arn)
        #expect(
            record.caller?.owner == SessionOwner(account: Cast.first, roleID: "AROACASTDATABASEADM01", user: "alice")
        )
        #expect(record.caller?.permissionSet == "DatabaseAdmin")
        #expect(record.caller?.accessKeyID == "ASIACALLERALICE")
        #expect(record.caller?.proof == "verified")
        #expect(record.request?.id == "request-1")
        #expect(record.request?.invocationID == "invocation-1")
        #expect(record.request?.sourceIP == "203.0.113.10")
        #expect(record.request?.client == "ssm-broker/0.1.0")
        #expect(record.access?.node.text == Cast.dbNode)
        #expect(record.access?.account.digits == Cast.first)
        #expect(record.access?.region.name == Cast.region)
        #expect(record.access?.linuxUser == "dbadmin")
        #expect(record.access?.reason == "disk full")
        #expect(record.access?.mapVersion == map.version)
        #expect(record.access?.document?.name == "SSMBroker-Shell-DatabaseAdmin")
        #expect(record.access?.document?.version == "1")
        #expect(record.access?.document?.hash.utf8.count == 64)
        #expect(record.access?.sourceIdentity == "alice")
        #expect(record.decision?.code == AuditDecision.granted)
        // What was written is what was meant: the record survives its own canonical form.
        #expect(AuditRecord(json: try JSON(parsing: record.json.canonicalBytes)) == record)
    }

    @Test("the outcome has what joins it to CloudTrail: names, keys, session id and request ids of both roles")
    func outcome() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        let record = try #require(stage.records.last)
        let start = try #require(stage.aws.calls("StartSession").first)
        let session = try #require(stage.aws.sessions.first)
        let channel = try #require(stage.aws.calls("AssumeRole channel").first)
        #expect(record.event == .started)
        #expect(record.aws?.sessionID == session.id)
        #expect(record.aws?.assumedRoleARN == session.owner)
        #expect(record.aws?.accessKeyID == start.session?.accessKeyID)
        #expect(record.aws?.requestIDs.keys.sorted() == ["AssumeRole", "StartSession"])
        #expect(record.aws?.requestIDs["StartSession"]?.hasPrefix("aws-StartSession-") == true)
        #expect(record.access?.roleSessionName == channel.parameters["RoleSessionName"])
        #expect(record.details["channelAccessKeyId"]?.hasPrefix("ASIAROLESESSION") == true)
        #expect(record.details["channelAccessKeyId"] != record.aws?.accessKeyID)
        #expect(record.details["channelAssumeRole"]?.hasPrefix("aws-AssumeRole-") == true)
        #expect(record.session == stage.records.first?.session)
    }

    @Test("every finished request leaves one line at info that finds its records, and nothing above")
    func logs() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        _ = await stage.renew(id)
        _ = await stage.end(id)
        _ = await stage.open(as: .bob)
        let lines = stage.logs.lines.filter { $0.message == "request finished" }
        #expect(lines.count == 4)
        #expect(lines.compactMap { $0.metadata["request.id"] } == (1...4).map { "request-\($0)" })
        #expect(lines.compactMap { $0.metadata["invocation.id"] } == (1...4).map { "invocation-\($0)" })
        #expect(lines.compactMap { $0.metadata["session.id"] } == [id, id, id])
        #expect(lines.compactMap { $0.metadata["code"] } == ["PERMISSION_SET_NOT_MAPPED"])
        let others = Set(stage.logs.lines.map(\.message)).subtracting(["request finished"])
        #expect(others == ["aws call", "audit record appended"])
        try stage.expectDiscretion()
    }

    @Test("each append leaves a line with the record's place and hash, and nothing of what is in it")
    func anchors() async throws {
        let stage = try Stage()
        _ = await stage.end(try await stage.opened())
        _ = await stage.open(as: .bob)
        let lines = stage.logs.lines.filter { $0.message == "audit record appended" }
        #expect(lines.compactMap { $0.metadata["audit.record"] } == stage.records.map(\.id.text))
        for line in lines {
            #expect(line.level == .info)
            let chain = try #require(line.metadata["audit.chain"].flatMap { Int($0) })
            let sequence = try #require(line.metadata["audit.sequence"].flatMap { Int64($0) })
            let record = try #require(try await stage.store.chain(chain, from: sequence, limit: 1).first)
            #expect(line.metadata["audit.hash"] == record.json["hash"]?.text)
            #expect(line.metadata["audit.record"] == record.record?.id.text)
        }
        try stage.expectDiscretion()
    }

    @Test("why a request failed stands in its log line, without AWS's words")
    func failures() async throws {
        let stage = try Stage()
        let throttled = AWSDouble.Fault.refusal("Throttling", message: "slow down, alice")
        stage.aws.fault("GetRole", throttled, throttled, throttled, throttled)
        let reply = await stage.open()
        #expect(reply.code == "AWS_THROTTLED")
        let line = try #require(stage.logs.lines.last)
        #expect(line.metadata["failure.operation"] == "iam:GetRole")
        #expect(line.metadata["failure.code"] == "Throttling")
        #expect(line.metadata["failure.aws.request.id"] == "aws-GetRole-refused")
        try stage.expectDiscretion(reply)
    }
}
