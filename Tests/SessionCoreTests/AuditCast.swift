@testable import SessionCore

/// Records of one session, with every part filled.
enum AuditCast {
    static let session = "6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11"
    static let owner = SessionOwner(account: Cast.account, roleID: Cast.roleID, user: "alice")

    static func caller() -> AuditCaller {
        AuditCaller(
            arn: "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_DatabaseAdmin_0123456789abcdef/alice",
            owner: owner,
            permissionSet: "DatabaseAdmin",
            accessKeyID: "ASIACALLER",
            proof: "verified"
        )
    }

    static func request() -> AuditRequest {
        AuditRequest(
            id: "front-1",
            invocationID: "lambda-1",
            clientRequestID: "0b0b0b0b-0000-4000-8000-000000000001",
            route: "POST /v1/sessions",
            sourceIP: "198.51.100.7",
            userAgent: "ssm-broker/0.1.0",
            client: "ssm-broker/0.1.0"
        )
    }

    static func access() throws -> AuditAccess {
        AuditAccess(
            kind: .shell,
            account: try AccountID(Cast.account),
            region: try Region("eu-west-1"),
            node: try NodeID("i-0bbbbbbbbbbbbbbb2"),
            reason: "restore „index“",
            ticket: "OPS-1",
            linuxUser: "dbadmin",
            document: AuditDocument(
                name: "SSMBroker-Shell-DatabaseAdmin",
                version: "3",
                hash: "00ff",
                kmsKey: "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"
            ),
            mapVersion: "ff00",
            roleSessionName: "alice.9f86d081884c7d65",
            sourceIdentity: "alice"
        )
    }

    static func aws() -> AuditAWS {
        AuditAWS(
            sessionID: "alice.9f86d081884c7d65-07a16060613c408b5",
            assumedRoleARN: "arn:aws:sts::111122223333:assumed-role/SSMBrokerTarget/alice.9f86d081884c7d65",
            accessKeyID: "ASIASTART",
            requestIDs: ["AssumeRole": "r-1", "StartSession": "r-2"]
        )
    }

    /// A record with every part filled.
    static func record(_ event: AuditEvent, id: UInt8 = 1) throws -> AuditRecord {
        AuditRecord(
            id: RecordID(random: [UInt8](repeating: id, count: 16)),
            time: Timestamp(milliseconds: Cast.now.milliseconds + 1),
            event: event,
            session: try RecordID(session),
            caller: caller(),
            request: request(),
            access: try access(),
            aws: aws(),
            decision: AuditDecision(code: AuditDecision.granted, detail: "As the map says."),
            details: ["by": "alice"]
        )
    }
}
