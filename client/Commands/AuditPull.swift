internal import ArgumentParser
internal import SQLiteStore
internal import SessionCore

/// `ssm-broker audit pull`.
struct AuditPull: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Bring a local copy of the audit log up to date.",
        usage: """
            ssm-broker audit pull [--to <file>] [--profile <profile>] [--no-input]
                   [--output <output>]
            """,
        discussion: """
            Every chain is read on from where the copy ends, and each record must follow
            the one before: a log that was changed since the last time is told, and the
            copy stays as it was. Interrupt it as you like; the next one goes on.

            The copy is one SQLite file. query, show, tail, heads and verify read it
            with --local; for any other tool its view "record" has the main columns and
            the text.

            Examples:
              ssm-broker audit pull --to audit.sqlite
              ssm-broker audit query --local audit.sqlite --count-by user
              sqlite3 audit.sqlite "SELECT time, user, code FROM record"
            """
    )

    @Option(help: ArgumentHelp("The copy; made when there is none.", valueName: "file"), completion: .file())
    var to: String = "audit.sqlite"
    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let broker = try world.broker(profile: signIn.profile).readingEverything
        let heads = try await broker.heads().sorted { $0.chain < $1.chain }
        let copy = try await LocalLog.reading(to) {
            try await AuditCopy.open(at: to, addingFrom: broker.endpoint.url)
        }
        let pull = LogPull(broker: broker, copy: copy, path: to, progress: Progress("pulling", on: world.output))
        let pulled: Int64
        do {
            pulled = try await pull.run(to: heads)
        } catch let finding as ChainCheck.Finding {
            throw CommandFailure(
                .failed,
                code: "CHAIN_BROKEN",
                what: "The audit log does not go on from \(to): chain \(finding.chain), record \(finding.sequence).",
                why: [finding.explanation],
                next: "Keep \(to) as it is, and tell the security team: it may be the only copy of what was there."
            )
        }
        let total = heads.reduce(0) { $0 + $1.sequence + 1 }
        let json: JSON = ["file": .string(to), "new": .integer(pulled), "records": .integer(total)]
        world.output.write(json, as: format) {
            ["\(pulled) new \(pulled == 1 ? "record" : "records"); \(Printable.line(to)) has \(total)"]
        }
    }
}
