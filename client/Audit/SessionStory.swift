internal import SessionCore

/// All that the log says of one session, or of one request that came to none, in order.
struct SessionStory: Sendable {
    /// Its records, oldest first.
    let records: [ChainedRecord]
    /// What the records say, of those that this client understands.
    let parts: [AuditRecord]

    /// Puts records in order: by time, and of one moment as sessions go.
    init(_ records: [ChainedRecord]) {
        let order: [AuditEvent] = [.denied, .checked, .intent, .started, .failed, .unknown, .credentials, .ended]
        let placed = records.map { chained in
            let record = chained.record
            let place = record.flatMap { order.firstIndex(of: $0.event) } ?? order.count
            return (chained: chained, time: record?.time.milliseconds ?? 0, place: place)
        }
        self.records = placed.sorted { ($0.time, $0.place) < ($1.time, $1.place) }.map(\.chained)
        parts = self.records.compactMap(\.record)
    }

    /// Finds the records of what a person names.
    ///
    /// - Parameters:
    ///   - name: The broker's id of a session, Systems Manager's id of it, or the id of any record.
    ///   - source: Where to look.
    /// - Returns: The story; nil when nothing has that name.
    /// - Throws: What reading throws.
    static func find(_ name: String, in source: any AuditSource) async throws -> SessionStory? {
        guard let id = try? RecordID(name) else {
            guard let session = try await source.session(ofSessionID: name) else { return nil }
            return try await ofSession(session, in: source)
        }
        if let story = try await ofSession(id, in: source) { return story }
        guard let record = try await source.record(id) else { return nil }
        if let session = record.record?.session { return try await ofSession(session, in: source) }
        return SessionStory([record])
    }

    private static func ofSession(_ session: RecordID, in source: any AuditSource) async throws -> SessionStory? {
        var found: [ChainedRecord] = []
        try await source.eachRecord(matching: AuditQuery(session: session, limit: AuditQuery.maximumLimit)) { record in
            found.append(record)
            return true
        }
        return found.isEmpty ? nil : SessionStory(found)
    }

    private var history: SessionHistory? { SessionHistory(records: parts) }

    /// The story for programs.
    var json: JSON {
        .compact([
            "records": .array(records.map { RecordLine($0).json }),
            "session": parts.compactMap(\.session).first.map { .string($0.text) },
            "sessionId": parts.compactMap { $0.aws?.sessionID }.first.map(JSON.string),
            "state": history.map { .string("\($0.state)") },
        ])
    }

    /// Its records for programs, with the columns that `audit query` has.
    var rows: Rows { RecordLine.rows(of: records) }

    /// The story for a person.
    ///
    /// - Parameter width: The columns there are.
    /// - Returns: Lines no wider than that.
    func lines(width: Int) -> [String] {
        var lines = facts.flatMap { Paragraph.wrapped($0.0, $0.1, indent: 0, label: 16, width: width) }
        for chained in records {
            guard let record = chained.record else {
                lines += ["", RecordLine(chained).event]
                continue
            }
            lines.append("")
            let heading = "\(RecordLine.moment(record.time))  \(record.event.rawValue)"
            lines.append(heading + (record.decision.map { "  \(Printable.line($0.code))" } ?? ""))
            for (label, value) in Self.details(record, of: parts.first?.caller) {
                lines += Paragraph.wrapped(label, value, indent: 2, label: 21, width: width)
            }
            let place = "chain \(chained.chain), record \(chained.sequence), id \(record.id)"
            lines += Paragraph.wrapped("record", place, indent: 2, label: 21, width: width)
        }
        return lines
    }

    /// What holds for the whole of it.
    private var facts: [(String, String?)] {
        let first = parts.first { $0.access != nil } ?? parts.first
        let access = first?.access
        let caller = first?.caller
        return [
            ("Session", parts.compactMap { $0.session?.text }.first),
            ("SSM session", parts.compactMap { $0.aws?.sessionID }.first), ("State", history.map { "\($0.state)" }),
            ("Engineer", caller?.owner.user),
            ("Permission set", caller.map { ($0.permissionSet ?? "none") + " in account \($0.owner.account)" }),
            ("Proof", caller?.proof), ("Caller", caller?.arn),
            ("Node", access.map { "\($0.node.text) in \($0.account.digits), \($0.region.name)" }),
            ("Kind", access?.kind.rawValue), ("For", access?.purpose),
            ("Linux user", parts.compactMap { $0.access?.linuxUser }.first),
            ("Reason", access?.reason), ("Ticket", access?.ticket),
            ("Document", access?.document.map { "\($0.name), version \($0.version ?? "unknown")" }),
            ("Document hash", access?.document?.hash), ("Role map", access?.mapVersion),
            ("Role session", access?.roleSessionName), ("Source identity", access?.sourceIdentity),
        ]
    }

    private static func details(_ record: AuditRecord, of first: AuditCaller?) -> [(String, String?)] {
        let caller = record.caller.flatMap { $0.owner == first?.owner ? nil : $0 }
        var lines: [(String, String?)] = [
            ("why", record.decision?.detail), ("by", caller.map { "\($0.owner.user), \($0.permissionSet ?? $0.arn)" }),
            ("request", record.request.map { "\($0.route) (\($0.id))" }),
            ("from", record.request?.sourceIP), ("client", record.request.flatMap { $0.client ?? $0.userAgent }),
            ("engineer's key", record.caller?.accessKeyID), ("assumed role", record.aws?.assumedRoleARN),
            ("its key", record.aws?.accessKeyID),
        ]
        for (call, id) in (record.aws?.requestIDs ?? [:]).sorted(by: { $0.key < $1.key }) {
            lines.append(("AWS \(call)", id))
        }
        for (name, value) in record.details.sorted(by: { $0.key < $1.key }) { lines.append((name, value)) }
        return lines
    }
}
