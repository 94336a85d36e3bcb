import Testing

@testable import SessionCore

/// Records, as they are written and read.
@Suite struct AuditRecordTests {
    @Test("a record with every part survives its canonical bytes, whatever happened", arguments: AuditEvent.allCases)
    func whole(_ event: AuditEvent) throws {
        let record = try AuditCast.record(event)
        let read = try #require(AuditRecord(json: try JSON(parsing: record.json.canonicalBytes)))
        #expect(read == record)
        #expect(read.json.canonicalBytes == record.json.canonicalBytes)
    }

    @Test("a record without parts survives its canonical bytes, whatever happened", arguments: AuditEvent.allCases)
    func bare(_ event: AuditEvent) throws {
        let record = AuditRecord(id: try RecordID(AuditCast.session), time: Cast.now, event: event)
        #expect(AuditRecord(json: try JSON(parsing: record.json.canonicalBytes)) == record)
        #expect(
            record.json.canonicalText == """
                {"event":"\(event.rawValue)","id":"\(AuditCast.session)","time":"2026-11-21T08:00:00.000Z","version":1}
                """
        )
    }

    @Test("parts of which nothing is known are left out, and read back as such")
    func sparse() throws {
        var record = try AuditCast.record(.denied)
        record.caller = AuditCaller(arn: "a", owner: AuditCast.owner, permissionSet: nil, accessKeyID: nil, proof: nil)
        record.request = AuditRequest(id: "", invocationID: "", route: "", sourceIP: nil, userAgent: nil)
        record.access = AuditAccess(
            kind: .shell,
            account: try AccountID(Cast.account),
            region: try Region("eu-west-1"),
            node: try NodeID("i-0bbbbbbbbbbbbbbb2")
        )
        record.aws = AuditAWS()
        record.details = [:]
        let read = try #require(AuditRecord(json: try JSON(parsing: record.json.canonicalBytes)))
        #expect(read == record)
        #expect(read.json["details"] == nil && read.json["access"]?["document"] == nil)
    }

    @Test("the bytes of an intent are these")
    func golden() throws {
        // Members in the order of RFC 8785, by hand.
        #expect(
            try AuditCast.record(.intent).json.canonicalText == """
                {"access":{"account":"111122223333","document":{"hash":"00ff","kmsKey":"arn:aws:kms:eu-west-1:111122223333:key/1234abcd",\
                "name":"SSMBroker-Shell-DatabaseAdmin","version":"3"},"kind":"shell","linuxUser":"dbadmin","mapVersion":"ff00",\
                "node":"i-0bbbbbbbbbbbbbbb2","reason":"restore „index“","region":"eu-west-1",\
                "roleSessionName":"alice.9f86d081884c7d65","sourceIdentity":"alice","ticket":"OPS-1"},\
                "aws":{"accessKeyId":"ASIASTART","assumedRoleArn":"arn:aws:sts::111122223333:assumed-role/SSMBrokerTarget/\
                alice.9f86d081884c7d65","requestIds":{"AssumeRole":"r-1","StartSession":"r-2"},\
                "sessionId":"alice.9f86d081884c7d65-07a16060613c408b5"},\
                "caller":{"accessKeyId":"ASIACALLER","account":"111122223333","arn":"arn:aws:sts::111122223333:assumed-role/\
                AWSReservedSSO_DatabaseAdmin_0123456789abcdef/alice","permissionSet":"DatabaseAdmin","proof":"verified",\
                "roleId":"AROAEXAMPLEDATABASEA","user":"alice"},"decision":{"code":"GRANTED","detail":"As the map says."},\
                "details":{"by":"alice"},"event":"session.intent","id":"01010101-0101-4101-8101-010101010101",\
                "request":{"client":"ssm-broker/0.1.0","clientRequestId":"0b0b0b0b-0000-4000-8000-000000000001","id":"front-1",\
                "invocationId":"lambda-1","route":"POST /v1/sessions","sourceIp":"198.51.100.7","userAgent":"ssm-broker/0.1.0"},\
                "session":"6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11","time":"2026-11-21T08:00:00.001Z","version":1}
                """
        )
    }

    @Test("a record of another version, or without what every record has, is none")
    func none() throws {
        let members = try #require(AuditCast.record(.intent).json.members)
        for (name, value) in [
            ("version", 2), ("version", "1"), ("version", nil), ("id", "x"), ("id", nil), ("time", "now"),
            ("time", nil),
            ("event", "session.opened"), ("event", nil),
        ] as [(String, JSON?)] {
            var changed = members
            changed[name] = value
            #expect(AuditRecord(json: .object(changed)) == nil)
        }
        #expect(AuditRecord(json: []) == nil)
    }

    @Test("started, failed and unknown are the outcomes of an intent, and nothing else is")
    func outcomes() throws {
        let outcomes = AuditEvent.allCases.filter(\.isOutcome)
        #expect(Set(outcomes) == [.started, .failed, .unknown])
        for event in AuditEvent.allCases {
            #expect(try AuditCast.record(event).outcomeOf?.text == (event.isOutcome ? AuditCast.session : nil))
        }
    }

    @Test("the first record about a request claims it for its caller, and no other does")
    func claims() throws {
        let claim = "111122223333/AROAEXAMPLEDATABASEA/alice/0b0b0b0b-0000-4000-8000-000000000001"
        for event in AuditEvent.allCases {
            let isFirst = [.intent, .checked, .denied].contains(event)
            #expect(try AuditCast.record(event).claim == (isFirst ? claim : nil))
        }
        var replayed = try AuditCast.record(.denied)
        replayed.decision = AuditDecision(code: "REQUEST_REPLAYED", detail: "")
        #expect(replayed.claim == nil)
        var otherwise = replayed
        otherwise.decision = AuditDecision(code: "NODE_NOT_FOUND", detail: "")
        #expect(otherwise.claim == claim)
        var unknown = try AuditCast.record(.intent)
        unknown.request?.clientRequestID = nil
        #expect(unknown.claim == nil)
        unknown = try AuditCast.record(.intent)
        unknown.caller = nil
        #expect(unknown.claim == nil)
    }

    @Test("a Linux user that no map may give any more is still read in an old record")
    func reservedLater() throws {
        var record = try AuditCast.record(.started)
        record.access?.linuxUser = "root"
        #expect(AuditRecord(json: record.json) == record)
    }
}
