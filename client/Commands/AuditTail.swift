internal import ArgumentParser
internal import SessionCore

/// `ssm-broker audit tail`.
struct AuditTail: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Show the newest records, and with -f those that come.",
        usage: """
            ssm-broker audit tail [-f] [-n <lines>] [<filters>] [--reads]
                   [--local <file>] [--profile <profile>] [--no-input]
                   [--output <output>]
            """,
        discussion: """
            Oldest first, so that what comes stands at the end. Readings of the log itself
            (audit.read) are left out unless --reads asks for them. Ctrl-C ends it.

            Example:
              ssm-broker audit tail -f --event session.denied
            """
    )

    @Flag(name: .shortAndLong, help: "Go on: show records as they come.")
    var follow = false
    @Option(name: [.customShort("n"), .long], help: "How many records to begin with.")
    var lines: Int = 10
    @Flag(help: "Show readings of the log too.")
    var reads = false
    @OptionGroup var filter: FilterOptions
    @OptionGroup var place: SourceOptions
    @Option(name: .shortAndLong, help: "How records are written: table, json, ndjson, tsv or csv.")
    var output: RecordFormat = .table

    var format: OutputFormat { output.failures }
    var signIn: SignInOptions { place.signIn }

    func run(in world: Dependencies) async throws {
        var problems: [String] = []
        let query = filter.query(&problems)
        if !(0...10_000).contains(lines) { problems.append("--lines is not from 0 to 10000.") }
        if follow, output == .json { problems.append("--output json has an end; with -f use ndjson.") }
        guard problems.isEmpty else {
            throw CommandFailure(.usage, code: "QUERY_INVALID", what: "The query cannot be asked.", why: problems)
        }
        let source = try await place.source(in: world)
        var tail = Tail(source: source, query: query, showsReads: reads, begun: world.now())
        let writer = RecordWriter(output: world.output, format: output)
        writer.begin()
        guard follow else { return writer.write(try await tail.begin(with: lines)) }
        let catching = try world.beginSignals(world.signals)
        defer { catching.end() }
        let columns = StreamTable(width: world.output.columns)
        var fresh = try await tail.begin(with: lines)
        if output == .table { world.output.result(columns.heading + "\n") }
        while true {
            if output != .table {
                writer.write(fresh)
            } else {
                for record in fresh { world.output.result(columns.line(record) + "\n") }
            }
            // Several people's clients must not ask in step; the wait is cut short by Ctrl-C.
            for _ in 0..<(18 + Int.random(in: 0...4)) where world.signals.first == nil { await world.pause(100) }
            guard world.signals.first == nil, !world.output.isDeserted() else { return }
            fresh = try await tail.fresh()
        }
    }
}

/// Lines that come one by one: columns of fixed widths, as nobody knows how wide later ones will be.
///
/// A narrow terminal gets the time of day only and no permission set, so that what happened has room.
private struct StreamTable {
    let width: Int?

    private static let wide = [("TIME (UTC)", 19), ("USER", 14), ("PERMISSION SET", 16), ("NODE", 19)]
    private static let narrow = [("UTC", 8), ("USER", 10), ("NODE", 19)]

    private var isNarrow: Bool { width.map { $0 < 110 } ?? false }
    private var columns: [(title: String, width: Int)] { isNarrow ? Self.narrow : Self.wide }

    var heading: String { line(columns.map(\.title) + ["EVENT"]) }

    func line(_ record: ChainedRecord) -> String {
        var cells = RecordLine(record).row.map(Printable.line)
        if isNarrow {
            cells[0] = String(cells[0].suffix(8))
            cells.remove(at: 2)
        }
        return line(cells)
    }

    private func line(_ cells: [String]) -> String {
        let padded = zip(cells, columns).map { cell, column in
            let text = Printable.cut(cell, to: column.width)
            return text + String(repeating: " ", count: column.width - Printable.width(text))
        }
        let line = (padded + cells.suffix(1)).joined(separator: "  ")
        return width.map { Printable.cut(line, to: $0) } ?? line
    }
}
