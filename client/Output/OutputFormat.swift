internal import ArgumentParser

/// How results are written.
enum OutputFormat: String, Sendable, ExpressibleByArgument, CaseIterable {
    /// For a person.
    case table
    /// One document for a program: stable keys, no prose.
    case json
    /// One document a line for a program that reads as they come.
    case ndjson
    /// For a shell: a line for each row, tabs between its cells, no header.
    case tsv

    /// Whether a person reads them, and so also what is said beside them.
    var isForPeople: Bool { self == .table }

    /// How a failure is written beside them: to a shell it says as much as to a person.
    var isForPrograms: Bool { self == .json || self == .ndjson }
}
