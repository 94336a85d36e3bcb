internal import ArgumentParser
internal import SessionCore

/// `ssm-broker audit sweep`.
struct AuditSweep: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Look for sessions that were left behind, and end the broker's own.",
        usage: """
            ssm-broker audit sweep [--rebuild-sessions] [--profile <profile>]
                   [--no-input] [--output <output>]
            """,
        discussion: """
            Ends what nobody can use any more of the broker's own sessions, records
            ends that happened elsewhere, and reports every other session of the
            broker's role without touching it. It also runs on a schedule. Ends with
            1 when an account could not be looked at. With -o tsv each finding: kind,
            account, Region, node, session, Session Manager's id of it.

            With --rebuild-sessions it makes the broker's list of sessions anew from the
            log instead: when that list was lost, or is doubted. See the broker's README.

            Examples:
              ssm-broker audit sweep
              ssm-broker audit sweep --rebuild-sessions
            """
    )

    @Flag(help: "Make the list of sessions anew from the log.")
    var rebuildSessions = false
    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let broker = try world.broker(profile: signIn.profile)
        guard !rebuildSessions else { return try await rebuild(broker, in: world) }
        let report = try await broker.sweep()
        let rows = Rows(
            report["findings"]?.elements ?? [],
            columns: ["kind", "account", "region", "target", "session", "sessionId"]
        )
        world.output.write(report, rows: rows, as: format) { Self.lines(report, width: world.output.columns) }
        let failures = report["failures"]?.elements ?? []
        guard failures.isEmpty else {
            throw CommandFailure(
                .failed,
                code: "SWEEP_INCOMPLETE",
                what: "The sweep could not look everywhere.",
                why: failures.map { failure in
                    ["account", "region", "code"].compactMap { failure[$0]?.text }.map(Printable.line)
                        .joined(separator: " ")
                },
                next: "Run it again; if it stays, tell the platform team."
            )
        }
        if !format.isForPrograms, report["isComplete"] != true {
            world.output.tell(
                "There was no time to look everywhere. Run it again: it goes on where others were not looked at."
            )
        }
    }

    private func rebuild(_ broker: BrokerClient, in world: Dependencies) async throws {
        var sessions: Int64 = 0
        var rebuilt: Int64 = 0
        var cursor: String?
        repeat {
            let step = try await broker.rebuildSessions(from: cursor)
            sessions += step["sessions"]?.number ?? 0
            rebuilt += step["rebuilt"]?.number ?? 0
            // A step that leads to where it began would go round in a circle.
            cursor = step["next"]?.text == cursor ? nil : step["next"]?.text
        } while cursor != nil && world.signals.first == nil
        world.output.write(["rebuilt": .integer(rebuilt), "sessions": .integer(sessions)], as: format) {
            ["\(sessions) \(sessions == 1 ? "session" : "sessions"), of which \(rebuilt) did not stand as the log says"]
        }
    }

    private static func lines(_ report: JSON, width: Int?) -> [String] {
        let findings = report["findings"]?.elements ?? []
        let total = report["findingsTotal"]?.number ?? 0
        let summary =
            "\(report["sessions"]?.number ?? 0) open sessions in \(report["places"]?.number ?? 0) accounts and Regions: "
            + (total == 0 ? "nothing found" : "\(total) findings")
        guard !findings.isEmpty else { return [summary] }
        let table = Table(
            [
                Table.Column("FINDING"), Table.Column("ACCOUNT"), Table.Column("REGION"), Table.Column("NODE"),
                Table.Column("SESSION", mayShrink: true),
            ],
            rows: findings.map { finding in
                ["kind", "account", "region", "target"].map { finding[$0]?.text ?? "-" }
                    + [finding["sessionId"]?.text ?? finding["session"]?.text ?? "-"]
            }
        )
        return table.lines(width: width) + [summary]
    }
}

extension BrokerClient {
    /// Makes the list of sessions anew, one step.
    ///
    /// - Returns: The step's report, in the API's form.
    /// - Throws: ``CommandFailure``.
    fileprivate func rebuildSessions(from cursor: String?) async throws -> JSON {
        try await call(
            "POST",
            "/v1/audit/sweep",
            body: .compact(["cursor": cursor.map(JSON.string), "rebuildSessions": true]),
            milliseconds: 33_000,
            purpose: "The list of sessions was not made anew, or not to its end"
        )
    }

    /// Runs the sweep.
    ///
    /// - Returns: The report, in the API's form.
    /// - Throws: ``CommandFailure``.
    fileprivate func sweep() async throws -> JSON {
        let purpose = "Nothing is known of the sweep"
        let report = try await call(
            "POST",
            "/v1/audit/sweep",
            body: .object([:]),
            milliseconds: 33_000,
            purpose: purpose
        )
        guard report["findings"]?.elements != nil, report["isComplete"] != nil else {
            throw CommandFailure(
                .failed,
                code: "ANSWER_UNREADABLE",
                what: "\(purpose): the broker's answer lacks what this client needs.",
                why: ["This is \(Version.client); the broker at \(endpoint.host) may be of another version."],
                next: "Update ssm-broker, or ask whoever runs the broker."
            )
        }
        return report
    }
}
