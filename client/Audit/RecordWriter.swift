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
        guard let form = format.form else {
            return output.result(records.map { CSV.line(RecordLine($0).cells.map(output.forPlace)) }.joined())
        }
        let rows = RecordLine.rows(of: records)
        output.write(["records": .array(rows.objects())], rows: rows, as: form) {
            Table(RecordLine.columns, rows: records.map { RecordLine($0).row }).lines(width: output.columns)
        }
    }
}

extension Output {
    /// Text for where the results go: whole for a file or another program, without what a terminal would act on for a terminal.
    func forPlace(_ text: String) -> String { columns == nil ? text : Printable.line(text) }
}
