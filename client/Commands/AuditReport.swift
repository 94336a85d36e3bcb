internal import ArgumentParser
internal import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// `ssm-broker audit report`.
struct AuditReport: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a page about who connected where, and what was denied.",
        usage: """
            ssm-broker audit report --html <file> [--since <time>] [--until <time>]
                   [--verification <file>] [--reconciliation <file>] [--local <file>]
                   [--profile <profile>] [--no-input]
            """,
        discussion: """
            The page is one file that loads nothing and runs nothing: for a browser, a
            telephone or paper. What the other commands found gets in as they printed it
            with --output json.

            Examples:
              ssm-broker audit report --html report.html --since 30d
              ssm-broker audit verify --output json >verified.json
              ssm-broker audit report --html report.html --verification verified.json
            """
    )

    @Option(help: ArgumentHelp("The file to write.", valueName: "file"), completion: .file())
    var html: String
    @Option(help: ArgumentHelp("Only records from this time on, as for audit query.", valueName: "time"))
    var since: String?
    @Option(help: ArgumentHelp("Only records before this time.", valueName: "time"))
    var until: String?
    @Option(help: ArgumentHelp("What audit verify printed as JSON.", valueName: "file"), completion: .file())
    var verification: String?
    @Option(help: ArgumentHelp("What audit reconcile printed as JSON.", valueName: "file"), completion: .file())
    var reconciliation: String?
    @OptionGroup var place: SourceOptions

    var format: OutputFormat { .table }
    var signIn: SignInOptions { place.signIn }

    func run(in world: Dependencies) async throws {
        let (since, until) = try TimeRange.parse(since: since, until: until, now: world.now())
        var content = ReportContent(made: world.now(), since: since, until: until)
        content.verification = try verification.map { try Self.json($0, of: "verify", with: ["isIntact"]) }
        content.reconciliation = try reconciliation.map { try Self.json($0, of: "reconcile", with: ["findings"]) }
        try await place.source(in: world).records(since: since, until: until) { content.take($0) }
        do {
            try ResultFile.write(Array(ReportPage.render(content).utf8), to: html)
        } catch let error as SystemError {
            throw CommandFailure(
                .failed,
                code: "FILE_UNWRITABLE",
                what: "\(html) cannot be written.",
                why: [error.description],
                next: "Name a file in a folder that you may write to with --html."
            )
        }
        world.output.result("\(Printable.line(html))\n")
    }

    /// Reads what another command printed.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - command: What of `audit` prints it.
    ///   - names: Of these members at least one is there.
    /// - Returns: The result.
    /// - Throws: ``CommandFailure`` when it is none.
    private static func json(_ path: String, of command: String, with names: [String]) throws -> JSON {
        let content: Data
        do {
            content = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure(
                .usage,
                code: "FILE_UNREADABLE",
                what: "\(path) cannot be read.",
                why: [
                    FileManager.default.fileExists(atPath: path)
                        ? "It is a folder, or not yours to read." : "There is no such file."
                ],
                next: "Make it first: ssm-broker audit \(command) --output json >\(path)"
            )
        }
        // Why it is none is said by the sentence.
        guard let json = try? JSON(parsing: content), names.contains(where: { json[$0] != nil }) else {
            throw CommandFailure(
                .usage,
                code: "FILE_UNREADABLE",
                what: "\(path) is not what audit \(command) prints with --output json.",
                next: "Print it again: ssm-broker audit \(command) --output json >\(path)"
            )
        }
        return json
    }
}
