package import SessionCore

/// Audit records of the cast, for tests of stores: the same arguments make the same record.
package enum AuditSamples {
    /// The moment at which the samples' clock stands at zero.
    package static let start = Timestamp(milliseconds: 1_795_248_000_000)

    /// An id made from a number: `00000000-0000-4000-8000-000000000007`.
    package static func id(_ number: Int) -> RecordID {
        var bytes = [UInt8](repeating: 0, count: 16)
        for place in 0..<4 { bytes[15 - place] = UInt8(truncatingIfNeeded: number >> (place * 8)) }
        return RecordID(random: bytes)
    }

    /// A moment some seconds after the start.
    package static func time(_ seconds: Int) -> Timestamp { start.advanced(bySeconds: Int64(seconds)) }

    /// A record of one session.
    ///
    /// - Parameters:
    ///   - number: Makes the id.
    ///   - event: What happened.
    ///   - seconds: When, after the start; the number unless told.
    ///   - session: Makes the session's id, and the name of its role session; none makes none.
    ///   - user: Who.
    ///   - roleID: The `AROA…` of their role.
    ///   - permissionSet: Under which permission set.
    ///   - node: The node.
    ///   - requestID: Makes the request id that the client chose; none makes none.
    ///   - account: The account of the caller and of the node.
    ///   - region: The node's Region.
    ///   - linuxUser: What the map gave.
    ///   - code: The decision.
    /// - Returns: The record.
    /// - Throws: A value's rejection, when an argument is no such value.
    package static func record(
        _ number: Int,
        _ event: AuditEvent,
        seconds: Int? = nil,
        session: Int? = nil,
        user: String = "alice",
        roleID: String = "AROAFIXTUREDBADMIN001",
        permissionSet: String = "DatabaseAdmin",
        node: String = "i-0bbbbbbbbbbbbbbb2",
        requestID: Int? = nil,
        account: String = "111122223333",
        region: String = "eu-west-1",
        linuxUser: String? = "dbadmin",
        code: String = AuditDecision.granted
    ) throws -> AuditRecord {
        AuditRecord(
            id: id(number),
            time: time(seconds ?? number),
            event: event,
            session: session.map(id),
            caller: AuditCaller(
                arn: "arn:aws:sts::\(account):assumed-role/AWSReservedSSO_\(permissionSet)_0123456789abcdef/\(user)",
                owner: SessionOwner(account: account, roleID: roleID, user: user),
                permissionSet: permissionSet,
                accessKeyID: "ASIAFIXTUREALICE0001",
                proof: "verified"
            ),
            request: AuditRequest(
                id: "front-\(number)",
                invocationID: "invocation-\(number)",
                clientRequestID: requestID.map { id($0).text },
                route: "POST /v1/sessions",
                sourceIP: "203.0.113.10",
                userAgent: "ssm-broker/0.1.0"
            ),
            access: AuditAccess(
                kind: .shell,
                account: try AccountID(account),
                region: try Region(region),
                node: try NodeID(node),
                linuxUser: linuxUser,
                roleSessionName: session.map { "\(user).\(id($0).text.suffix(12))0000" }
            ),
            decision: AuditDecision(code: code, detail: "A sample.")
        )
    }
}
