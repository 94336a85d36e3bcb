internal import SessionCore

/// Where a command writes: results on standard output, everything else on standard error.
struct Output: Sendable {
    /// Writes text as it is to standard output.
    var result: @Sendable (String) -> Void
    /// Writes text as it is to standard error.
    var note: @Sendable (String) -> Void
    /// The columns of the terminal that shows the results; nil when none does.
    var columns: Int?
    /// The columns of the terminal that shows the messages; nil when none does.
    var noteColumns: Int?
    /// Writes to the terminal that shows the messages; nil when none does.
    var progress: (@Sendable (String) -> Void)?
    /// Whether nobody reads the results any more.
    var isDeserted: @Sendable () -> Bool = { false }
    /// Why results could not be written, in the system's words; nil when they were, or when their reader had gone.
    var failure: @Sendable () -> String? = { nil }
    /// Writes a remote program's output as it is to standard output.
    var pass: @Sendable ([UInt8]) -> Void = { _ in }
    /// Writes a remote program's errors as they are to standard error.
    var passErrors: @Sendable ([UInt8]) -> Void = { _ in }

    /// Writes a result in the form that was asked for: the one place that decides what each form shows.
    ///
    /// - Parameters:
    ///   - json: The whole, for a program.
    ///   - rows: What was found, where it is a list: NDJSON has a line for each, and TSV its columns. Without rows it is one thing, which
    ///     is one line of NDJSON, and in TSV a line for each member: its name and its value.
    ///   - format: The form.
    ///   - table: The lines for a person, harmless for terminals.
    func write(
        _ json: @autoclosure () -> JSON,
        rows: @autoclosure () -> Rows? = nil,
        as format: OutputFormat,
        table: () -> [String]
    ) {
        switch format {
        case .json: result(Self.line(json()))
        case .ndjson: result((rows()?.objects() ?? [json()]).map(Self.line).joined())
        case .tsv: result((rows()?.cells() ?? Rows.members(of: json())).map(TSV.line).joined())
        case .table: result(table().map { $0 + "\n" }.joined())
        }
    }

    private static func line(_ json: JSON) -> String { Printable.json(json.canonicalText) + "\n" }

    /// Tells the person something that is no result; nothing of it is for programs.
    func tell(_ line: String) {
        note(Paragraph.filled("ssm-broker: ", Printable.line(line), noteColumns).map { $0 + "\n" }.joined())
    }

    /// Writes a failure to standard error, in the form that was asked for.
    func report(_ failure: CommandFailure, as format: OutputFormat) {
        note(
            format.isForPrograms
                ? Self.line(failure.json) : failure.lines(width: noteColumns).map { $0 + "\n" }.joined()
        )
    }
}
