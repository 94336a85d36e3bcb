internal import SessionCore

/// What `POST /v1/audit/sweep` is asked.
struct SweepRequest: Sendable, Hashable {
    /// Whether the state of sessions is to be made anew from the log, in place of the sweep.
    let isRebuild: Bool
    /// Where the rebuild before this one ended; nil to begin with the newest session.
    let cursor: AuditCursor?

    /// Reads a body; an empty one asks for the sweep.
    ///
    /// - Throws: ``Problem`` with `BODY_INVALID`.
    init(body: [UInt8]) throws(Problem) {
        var reader = JSONReader(body.isEmpty ? .object([:]) : try RequestBody.parse(body))
        isRebuild = reader.bool("rebuildSessions") ?? false
        cursor = reader.optional("cursor", expected: "the next of the answer before") { AuditCursor($0) }
        var problems = reader.finished()
        if cursor != nil, !isRebuild {
            problems.append(JSONReader.Problem(path: ["cursor"], explanation: "Goes with rebuildSessions only."))
        }
        guard problems.isEmpty else { throw RequestBody.problem(problems) }
    }
}

extension Broker {
    /// No session more is begun with less time left than this, in seconds.
    private static let reserve: Int64 = 4

    /// Makes the state of sessions anew from their records, newest first, as far as the time goes.
    ///
    /// Needed where the live state was lost or is in doubt: it decides on limits, lists and what the sweep looks at, and nothing in it
    /// is evidence.
    func rebuildSessions(from cursor: AuditCursor?, in exchange: Exchange) async throws -> RebuildReport {
        var report = RebuildReport(next: cursor)
        repeat {
            let query = AuditQuery(events: [.intent], limit: 100, cursor: report.next)
            let page = try await dependencies.audit.records(matching: query)
            for record in page.records.compactMap(\.record) {
                guard dependencies.now().advanced(bySeconds: Self.reserve) <= exchange.deadline else { return report }
                if let session = record.session, try await dependencies.audit.rebuild(session) { report.rebuilt += 1 }
                report.sessions += 1
                report.next = AuditCursor(time: record.time, id: record.id)
            }
            report.next = page.next
        } while report.next != nil && dependencies.now().advanced(bySeconds: Self.reserve) <= exchange.deadline
        return report
    }
}

/// What a rebuild came to.
struct RebuildReport: Sendable {
    /// How many sessions were looked at.
    var sessions = 0
    /// How many stood otherwise than their records say.
    var rebuilt = 0
    /// Where to go on; nil when all were looked at.
    var next: AuditCursor?

    /// The report as the API gives it.
    var json: JSON {
        .compact([
            "isComplete": .bool(next == nil),
            "next": next.map { .string($0.text) },
            "rebuilt": .integer(Int64(rebuilt)),
            "sessions": .integer(Int64(sessions)),
        ])
    }
}
