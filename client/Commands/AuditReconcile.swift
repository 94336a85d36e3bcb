internal import ArgumentParser
internal import SessionCore

/// `ssm-broker audit reconcile`.
struct AuditReconcile: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Compare the audit log with CloudTrail: which sessions did not come through the broker?",
        usage: """
            ssm-broker audit reconcile --cloudtrail <path> ... [--since <time>]
                   [--until <time>] [--target-role <name>] [--broker-role <name>]
                   [--break-glass <name> ...] [--local <file>] [--profile <profile>]
                   [--no-input] [--output <output>]
            """,
        discussion: """
            Reads CloudTrail's files (.json, .json.gz), a folder of them (a copy of the S3
            prefix as it is), or what aws cloudtrail lookup-events printed. Events of other
            services are skipped, so that files of all accounts can be given at once.

            A session of connect --direct with the BreakGlass permission set is found as
            break-glass; one with any other is found as started-around-broker.

            Ends with 1 when anything is found, or when a file could not be read whole.
            With -o tsv: time, kind of finding, account, Region, node, who, what, session,
            Session Manager's id of it, CloudTrail's event.

            Example:
              aws s3 sync s3://trail/AWSLogs/o-1/ trail/
              ssm-broker audit reconcile --cloudtrail trail --since 7d
            """
    )

    @Option(
        name: .customLong("cloudtrail"),
        parsing: .upToNextOption,
        help: ArgumentHelp("Files of CloudTrail, or folders that hold them.", valueName: "path"),
        completion: .file()
    )
    var paths: [String]
    @Option(help: ArgumentHelp("Only events from this time on, as for audit query.", valueName: "time"))
    var since: String?
    @Option(help: ArgumentHelp("Only events before this time.", valueName: "time"))
    var until: String?
    @Option(help: ArgumentHelp("The role that the broker assumes in member accounts.", valueName: "name"))
    var targetRole = Reconciliation.Rules().targetRole
    @Option(help: ArgumentHelp("The broker's own role.", valueName: "name"))
    var brokerRole = Reconciliation.Rules().brokerRole
    @Option(
        help: ArgumentHelp(
            "A permission set or role that may go around the broker; may be repeated.",
            valueName: "name"
        )
    )
    var breakGlass = Reconciliation.Rules().breakGlass.sorted()
    @OptionGroup var place: SourceOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }
    var signIn: SignInOptions { place.signIn }

    func run(in world: Dependencies) async throws {
        let rules = try rules(now: world.now())
        let files = try TrailFiles(paths)
        // The log is read first: a session that is granted meanwhile is in neither side's half alone.
        var sessions = BrokerSessions()
        try await place.source(in: world).records(
            since: rules.since?.advanced(bySeconds: -Reconciliation.Rules.lookBackSeconds),
            until: rules.until?.advanced(bySeconds: Reconciliation.Rules.graceSeconds)
        ) { sessions.take($0) }
        var reconciliation = Reconciliation(rules: rules, sessions: sessions)
        var trail = TrailReader()
        try files.walk(showingOn: world.output) { file in
            trail.read(file) { place, event in reconciliation.take(place, event) }
        }
        guard trail.events > 0 else { throw trail.nothingRead(in: paths) }
        reconciliation.finish()
        let result = ReconciliationResult(reconciliation, trail: trail, files: files.count)
        world.output.write(result.json, rows: result.rows, as: format) { result.lines(width: world.output.columns) }
        guard result.isClean else { throw Self.failure(result) }
    }

    private func rules(now: Timestamp) throws -> Reconciliation.Rules {
        var rules = Reconciliation.Rules()
        (rules.since, rules.until) = try TimeRange.parse(since: since, until: until, now: now)
        // CloudTrail's caller ARN has the name without the path.
        rules.targetRole = String(targetRole.split(separator: "/").last ?? "")
        rules.brokerRole = String(brokerRole.split(separator: "/").last ?? "")
        rules.breakGlass = Set(breakGlass.compactMap { $0.split(separator: "/").last.map(String.init) })
        return rules
    }

    private static func failure(_ result: ReconciliationResult) -> CommandFailure {
        let count = result.count
        let bad = result.badFiles.count
        return CommandFailure(
            .failed,
            code: count > 0 ? "FINDINGS" : "TRAIL_DAMAGED",
            what: count > 0
                ? "CloudTrail and the audit log do not agree: \(count) \(count == 1 ? "finding" : "findings")."
                : "Nothing was found, but not all could be read.",
            why: bad == 0 ? [] : ["\(bad) \(bad == 1 ? "file" : "files") could not be read whole."]
        )
    }
}

/// The two ends of a time range as a person writes them.
enum TimeRange {
    /// Reads both.
    ///
    /// - Throws: ``CommandFailure`` naming each that is wrong.
    static func parse(since: String?, until: String?, now: Timestamp) throws -> (since: Timestamp?, until: Timestamp?) {
        let times = [("since", since), ("until", until)].map { name, text in
            (name: name, time: text.flatMap { TimeArgument.parse($0, now: now) }, isWrong: text != nil)
        }
        let problems = times.filter { $0.isWrong && $0.time == nil }.map {
            "--\($0.name) is no time."
        }
        guard problems.isEmpty else {
            throw CommandFailure(
                .usage,
                code: "QUERY_INVALID",
                what: "The time range is wrong.",
                why: problems,
                next: "Times are \(TimeArgument.forms)."
            )
        }
        if let since = times[0].time, let until = times[1].time, since >= until {
            throw CommandFailure(
                .usage,
                code: "QUERY_INVALID",
                what: "The time range is wrong.",
                why: ["--since is not before --until, so nothing can fit."],
                next: "Give --since the earlier time."
            )
        }
        return (times[0].time, times[1].time)
    }
}
