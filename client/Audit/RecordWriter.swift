internal import SessionCore

/// Writes records in the form that was asked for.
struct RecordWriter: Sendable {
    let output: Output
    let format: RecordFormat

    /// Whether nothing can be written before the last record is known: a table's columns and a JSON list need all of them.
    var needsAll: Bool { format == .table || format == .json }

    /// Writes what stands before the first record.
    func begin() {
        if format == .csv { output.result(CSV.line(RecordLine.names)) }
    }

    /// Writes some records; for a table or a JSON document, all of them.
    func write(_ records: [ChainedRecord]) {
        let lines = records.map(RecordLine.init)
        switch format {
        case .table:
            let table = Table(RecordLine.columns, rows: lines.map(\.row))
            output.result(table.lines(width: output.columns).map { $0 + "\n" }.joined())
        case .json:
            let json: JSON = ["records": .array(lines.map(\.json))]
            output.result(Printable.json(json.canonicalText) + "\n")
        case .ndjson:
            output.result(lines.map { Printable.json($0.json.canonicalText) + "\n" }.joined())
        case .csv:
            output.result(lines.map { CSV.line($0.cells.map(output.forPlace)) }.joined())
        }
    }
}

extension Output {
    /// Text for where the results go: whole for a file or another program, without what a terminal would act on for a terminal.
    func forPlace(_ text: String) -> String { columns == nil ? text : Printable.line(text) }
}
