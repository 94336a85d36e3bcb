internal import ArgumentParser
internal import SessionCore

/// How results are written.
enum OutputFormat: String, Sendable, ExpressibleByArgument, CaseIterable {
    /// For a person.
    case table
    /// For a program: stable keys, no prose.
    case json
}

/// Where a command writes: results on standard output, everything else on standard error.
struct Output: Sendable {
    /// Writes text as it is to standard output.
    var result: @Sendable (String) -> Void
    /// Writes text as it is to standard error.
    var note: @Sendable (String) -> Void
    /// The columns of the terminal that shows the results; nil when none does.
    var columns: Int?
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

    /// Writes a result: a table for a person, one line of JSON for a program.
    func write(_ json: JSON, as format: OutputFormat, table: () -> [String]) {
        switch format {
        case .json: result(Printable.json(json.canonicalText) + "\n")
        case .table: result(table().map { $0 + "\n" }.joined())
        }
    }

    /// Tells the person something that is no result; nothing of it is for programs.
    func tell(_ line: String) {
        note("ssm-broker: \(Printable.line(line))\n")
    }

    /// Writes a failure to standard error, in the form that was asked for.
    func report(_ failure: CommandFailure, as format: OutputFormat) {
        switch format {
        case .table: note(failure.description + "\n")
        case .json: note(Printable.json(failure.json.canonicalText) + "\n")
        }
    }
}
