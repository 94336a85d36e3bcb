internal import SessionCore

/// What a comparison came to.
struct ReconciliationResult {
    let findings: [Finding]
    let counts: [Finding.Kind: Int]
    let coverage: [(area: TrailPlace.Area, covered: Reconciliation.Coverage)]
    let badFiles: [TrailReader.BadFile]
    let files: Int
    let events: Int
    let sessions: Int
    let matched: Int
    let uncovered: Int

    init(_ reconciliation: Reconciliation, trail: TrailReader, files: Int) {
        findings = reconciliation.findings.kept.sorted(by: Finding.precedes)
        counts = reconciliation.findings.counts
        coverage = reconciliation.coverage.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        badFiles = trail.badFiles
        self.files = files
        events = trail.events
        sessions = reconciliation.sessions.all.count
        matched = reconciliation.matched
        uncovered = reconciliation.uncovered
    }

    /// How many findings there are, those included that are not kept.
    var count: Int { counts.values.reduce(0, +) }
    /// Whether both sides agree, as far as everything could be read.
    var isClean: Bool { count == 0 && badFiles.isEmpty }

    /// The result for programs, and for `audit report`.
    ///
    /// Shape: `{"badFiles":[{"path":"…","reason":"…"}],"counts":{"mismatch":1},"coverage":[{"account":"…","events":7,"first":"…",
    /// "last":"…","region":"…"}],"events":7,"files":1,"findings":[…],"isClean":false,"matched":3,"sessions":4,"uncovered":0}`.
    var json: JSON {
        [
            "badFiles": .array(badFiles.map { ["path": .string($0.path), "reason": .string($0.reason)] }),
            "counts": .object(Dictionary(uniqueKeysWithValues: counts.map { ($0.rawValue, .integer(Int64($1))) })),
            "coverage": .array(coverage.map(Self.json)),
            "events": .integer(Int64(events)),
            "files": .integer(Int64(files)),
            "findings": .array(findings.map(\.json)),
            "isClean": .bool(isClean),
            "matched": .integer(Int64(matched)),
            "sessions": .integer(Int64(sessions)),
            "uncovered": .integer(Int64(uncovered)),
        ]
    }

    /// Each finding, for programs.
    var rows: Rows {
        Rows(
            findings.map(\.json),
            columns: [
                "time", "kind", "account", "region", "node", "who", "detail", "session", "sessionId", "eventId",
            ]
        )
    }

    private static func json(_ area: TrailPlace.Area, _ covered: Reconciliation.Coverage) -> JSON {
        [
            "account": .string(area.account), "events": .integer(Int64(covered.events)),
            "first": .string(covered.first.description), "last": .string(covered.last.description),
            "region": .string(area.region),
        ]
    }

    /// The result for a person: findings, then what was compared.
    func lines(width: Int?) -> [String] {
        var lines: [String] = []
        if !findings.isEmpty {
            lines += table.lines(width: width)
            if findings.count < count { lines.append("… and \(count - findings.count) more") }
            lines.append("")
            for kind in Finding.Kind.allCases {
                if let number = counts[kind] { lines.append("\(number) \(kind.rawValue): \(kind.meaning)") }
            }
        }
        lines += badFiles.map { "unreadable: \(Printable.line($0.path)): \($0.reason)" }
        lines += coverage.map { area, covered in
            let events = "\(covered.events) \(covered.events == 1 ? "event" : "events")"
            return "covered: \(area.account) \(area.region), \(covered.first) to \(covered.last), \(events)"
        }.map(Printable.line)
        let sessions = "\(sessions) \(sessions == 1 ? "session" : "sessions") of the records, \(matched) in CloudTrail"
        lines.append(
            "\(events) \(events == 1 ? "event" : "events") in \(files) \(files == 1 ? "file" : "files"); \(sessions)"
        )
        if uncovered > 0 { lines.append("\(uncovered) outside of what the files cover: not judged") }
        return lines
    }

    private var table: Table {
        Table(
            [
                Table.Column("TIME (UTC)"), Table.Column("FINDING"), Table.Column("ACCOUNT"), Table.Column("NODE"),
                Table.Column("WHO", mayShrink: true), Table.Column("WHAT", mayShrink: true),
            ],
            rows: findings.map { finding in
                [
                    String(finding.time.description.prefix(19).map { $0 == "T" ? " " : $0 }), finding.kind.rawValue,
                    finding.area.account, finding.node ?? "-", finding.who ?? "-", finding.detail,
                ]
            }
        )
    }
}
