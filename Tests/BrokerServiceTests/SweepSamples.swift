import SessionCore
import Testing

/// Sessions as the log has them, made of records.
enum SweepSamples {
    /// A session of Alice's in some state.
    static func history(
        _ state: SessionHistory.State,
        opened: Timestamp,
        sessionID: String
    ) throws -> SessionHistory {
        let intent = try intent(opened: opened)
        var events: [AuditEvent] = []
        switch state {
        case .pending: break
        case .failed: events = [.failed]
        case .unknown: events = [.unknown]
        case .live: events = [.started]
        case .ended: events = [.started, .ended]
        }
        let records = events.enumerated().map { index, event in
            AuditRecord(
                id: RecordID(derivedFrom: "\(event.rawValue) of \(intent.id)"),
                time: opened.advanced(bySeconds: Int64(index)),
                event: event,
                session: intent.session,
                aws: event == .started ? AuditAWS(sessionID: sessionID) : nil
            )
        }
        return try #require(SessionHistory(records: [intent] + records))
    }

    /// An intent whose broker wrote nothing more.
    static func intent(opened: Timestamp, number: Int = 1) throws -> AuditRecord {
        let digits = String(number, radix: 16)
        let name = "alice.\(String(repeating: "0", count: 16 - digits.count))\(digits)"
        return AuditRecord(
            id: RecordID(derivedFrom: "intent \(number)"),
            time: opened,
            event: .intent,
            session: RecordID(derivedFrom: "session \(number)"),
            caller: AuditCaller(
                arn: Person.alice.arn,
                owner: SessionOwner(account: Cast.first, roleID: Person.alice.roleID, user: "alice"),
                permissionSet: "DatabaseAdmin",
                accessKeyID: nil,
                proof: "verified"
            ),
            access: AuditAccess(
                kind: .shell,
                account: try AccountID(Cast.first),
                region: try Region(Cast.region),
                node: try NodeID(Cast.dbNode),
                roleSessionName: name,
                sourceIdentity: "alice"
            ),
            decision: AuditDecision(code: AuditDecision.granted, detail: "The role map grants it.")
        )
    }
}
