import SessionCore
import TestSupport

@testable import ssm_broker

/// One session as CloudTrail and as the broker's records tell it.
struct Trail {
    let name = "alice.0a1b2c3d4e5f"

    /// The start of the session; the other members are those of a published event, as far as they are read.
    func start(at time: String = "2026-11-21T08:00:01Z") -> JSON {
        [
            "awsRegion": "eu-west-1", "eventID": .string("event \(time)"), "eventName": "StartSession",
            "eventSource": "ssm.amazonaws.com", "eventTime": .string(time), "recipientAccountId": "111122223333",
            "requestID": "request-1",
            "requestParameters": [
                "documentName": "SSMBroker-Shell-DatabaseAdmin", "target": "i-0bbbbbbbbbbbbbbb2",
            ],
            "responseElements": ["sessionId": .string("\(name)-0123456789abcdef0")],
            "userIdentity": [
                "accountId": "111122223333",
                "arn": .string("arn:aws:sts::111122223333:assumed-role/SSMBrokerTarget/\(name)"),
                "sessionContext": ["sourceIdentity": "alice"], "type": "AssumedRole",
            ],
        ]
    }

    /// The start of a session by a person's own role, around the broker.
    func direct(_ permissionSet: String, path: String = "/aws-reserved/sso.amazonaws.com/eu-west-1/") -> JSON {
        let role = "AWSReservedSSO_\(permissionSet)_0123456789abcdef"
        var members = start().members ?? [:]
        members["eventID"] = .string("\(permissionSet) \(path)")
        members["requestID"] = "direct"
        members["responseElements"] = ["sessionId": "grace-0123456789abcdef0"]
        members["userIdentity"] = [
            "accountId": "111122223333", "arn": .string("arn:aws:sts::111122223333:assumed-role/\(role)/grace"),
            "principalId": "AROA1234567890EXAMPLE:grace",
            "sessionContext": [
                "sessionIssuer": [
                    "accountId": "111122223333", "arn": .string("arn:aws:iam::111122223333:role\(path)\(role)"),
                ]
            ], "type": "AssumedRole",
        ]
        return .object(members)
    }

    /// A file with these events.
    func text(_ events: [JSON]) -> String {
        (["Records": .array(events)] as JSON).canonicalText
    }

    /// The broker's answer: records of these events of the session.
    func page(_ events: [AuditEvent]) throws -> ScriptedTransport.Answer {
        let records = try events.enumerated().map { number, event in
            var record = try AuditSamples.record(number, event, session: 1)
            record.access?.document = AuditDocument(
                name: "SSMBroker-Shell-DatabaseAdmin",
                version: "1",
                hash: "00",
                kmsKey: nil
            )
            record.access?.roleSessionName = name
            record.access?.sourceIdentity = "alice"
            if event == .started {
                record.aws = AuditAWS(
                    sessionID: "\(name)-0123456789abcdef0",
                    assumedRoleARN: "arn:aws:sts::111122223333:assumed-role/SSMBrokerTarget/\(name)",
                    requestIDs: ["StartSession": "request-1"]
                )
            }
            return ChainedRecord(chain: 0, sequence: Int64(number), previous: AuditChain.beginning, record: record)
        }
        return Answers.json(AuditPage(records: records, next: nil).json.canonicalText)
    }
}
