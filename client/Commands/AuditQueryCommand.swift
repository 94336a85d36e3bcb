internal import ArgumentParser
internal import SessionCore

/// `ssm-broker audit query`.
struct AuditQueryCommand: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Show records of the audit log, newest first.",
        usage: """
            ssm-broker audit query [<filters>] [--since <time>] [--until <time>]
                   [--limit <limit>] [--count-by <key>] [--local <file>]
                   [--profile <profile>] [--no-input] [--output <output>]
            """,
        discussion: """
            Times are 2026-11-21T08:00:00Z, 2026-11-21, today, yesterday, or an age: 90s,
            30m, 2h, 1d, 2w. Days are those of UTC. The columns of csv, which its first
            line names, are those of tsv, which has no such line.

            Examples:
              ssm-broker audit query --user alice --since yesterday
              ssm-broker audit query --node i-0123456789abcdef0 --output json
              ssm-broker audit query --event session.denied --since 4w --count-by user
              ssm-broker audit query --local audit.sqlite --since 1d -o csv > day.csv
            """
    )

    @OptionGroup var filter: FilterOptions
    @Option(help: ArgumentHelp("Only records from this time on.", valueName: "time"))
    var since: String?
    @Option(help: ArgumentHelp("Only records before this time.", valueName: "time"))
    var until: String?
    @Option(help: "The most records to show; 0 shows all.")
    var limit: Int = 100
    @Option(help: ArgumentHelp("Count all that fit, by user, role, node, outcome or day.", valueName: "key"))
    var countBy: CountKey?
    @OptionGroup var place: SourceOptions
    @Option(name: .shortAndLong, help: "How records are written: table, json, ndjson, tsv or csv.")
    var output: RecordFormat = .table

    var format: OutputFormat { output.failures }
    var signIn: SignInOptions { place.signIn }

    func run(in world: Dependencies) async throws {
        let query = try query(now: world.now())
        let source = try await place.source(in: world)
        if let countBy {
            var count = RecordCount(by: countBy)
            try await source.eachRecord(matching: query) { record in
                count.take(record)
                return true
            }
            count.write(to: world.output, as: output)
            return world.output.tell("\(count.total) \(count.total == 1 ? "record" : "records").")
        }
        try await show(query, from: source, in: world)
    }

    private func show(_ query: AuditQuery, from source: any AuditSource, in world: Dependencies) async throws {
        let writer = RecordWriter(output: world.output, format: output)
        var query = query
        var shown = 0
        var held: [ChainedRecord] = []
        writer.begin()
        repeat {
            let wanted = limit == 0 ? AuditQuery.maximumLimit : min(limit - shown, AuditQuery.maximumLimit)
            query.limit = wanted
            let page = try await source.records(matching: query)
            shown += page.records.count
            if writer.needsAll { held += page.records } else { writer.write(page.records) }
            // A page without records and with a next one would lead round in a circle.
            query.cursor = page.records.isEmpty ? nil : page.next
        } while query.cursor != nil && (limit == 0 || shown < limit) && !world.output.isDeserted()
        if writer.needsAll { writer.write(held) }
        let records = "\(shown) \(shown == 1 ? "record" : "records")"
        let isCut = query.cursor != nil
        world.output.tell(isCut ? "The newest \(records); there are more: --limit 0 shows all." : "\(records).")
    }

    private func query(now: Timestamp) throws -> AuditQuery {
        var problems: [String] = []
        var query = filter.query(&problems)
        for (name, text) in [("since", since), ("until", until)] {
            guard let text else { continue }
            let time = TimeArgument.parse(text, now: now)
            if time == nil { problems.append("--\(name) is no time: \(TimeArgument.forms).") }
            if name == "since" { query.since = time } else { query.until = time }
        }
        if let since = query.since, let until = query.until, since >= until {
            problems.append("--since is not before --until, so no record can fit.")
        }
        if limit < 0 { problems.append("--limit is below 0.") }
        guard problems.isEmpty else {
            throw CommandFailure(.usage, code: "QUERY_INVALID", what: "The query cannot be asked.", why: problems)
        }
        return query
    }
}
