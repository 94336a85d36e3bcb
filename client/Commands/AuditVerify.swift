internal import ArgumentParser
internal import SQLiteStore
internal import SessionCore

/// `ssm-broker audit verify`.
struct AuditVerify: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recompute every chain of the audit log, from first record to head.",
        usage: """
            ssm-broker audit verify [--local <file>] [--anchors <file>] [--indexes]
                   [--profile <profile>] [--no-input] [--output <output>]
            """,
        discussion: """
            Ends with 1 and names the first record of each chain that does not fit.

            The chains alone show every change but two: an end cut off together with its
            head, and a chain written anew so that all of it fits. Hashes that were kept
            elsewhere show these too; --anchors takes lines of audit heads, or the
            broker's log as an archive exports it, packed with gzip or not.

            A copy is searched by its indexes, of which the chains say nothing. --indexes
            has SQLite check that they lead to every record, which takes several times as
            long as the chains.

            Examples:
              ssm-broker audit verify
              ssm-broker audit verify --local audit.sqlite --anchors heads.jsonl
            """
    )

    /// What a chain cannot show, whatever is recomputed.
    static let caveat =
        "The chains fit together. Compared with no hashes kept elsewhere (--anchors), a rewrite of whole chains would not be seen, nor an end cut off together with its head."

    @OptionGroup var place: SourceOptions
    @Option(help: ArgumentHelp("Compare with hashes that were kept elsewhere.", valueName: "file"), completion: .file())
    var anchors: String?
    @Flag(help: "Also check that the indexes of the copy lead to every record.")
    var indexes = false
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }
    var signIn: SignInOptions { place.signIn }

    /// What the chains of a copy cannot show, whatever they are compared with.
    private static let unsearched =
        "Whether searches of the copy find every record, --indexes tells: they go by its indexes, not by the chains."

    func validate() throws {
        guard indexes, place.local == nil else { return }
        throw ValidationError("--indexes is about a copy; name it with --local.")
    }

    func run(in world: Dependencies) async throws {
        // Read first: what is anchored later than the heads were asked for would look cut off.
        let anchors = try anchors.map { try Anchors(path: $0) }
        let source = try await place.source(in: world, ofEverything: true)
        let progress = Progress("verifying", on: world.output)
        let report = try await LogVerification(source: source, anchors: anchors, progress: progress).run()
        if indexes, report.findings.isEmpty, let local = source as? LocalLog { try await Self.checkIndexes(of: local) }
        if report.findings.isEmpty || format != .table {
            world.output.write(report.json, as: format) { Self.lines(report) }
        }
        guard let first = report.findings.first else {
            guard !format.isForPrograms else { return }
            world.output.tell(Self.remark(report, anchors: anchors))
            if place.local != nil, !indexes { world.output.tell(Self.unsearched) }
            return
        }
        if let local = place.local, report.isBehind {
            throw Self.behind(local, report.findings)
        }
        throw CommandFailure(
            .failed,
            code: "CHAIN_BROKEN",
            what: "The audit log was changed: chain \(first.chain), record \(first.sequence).",
            why: [first.explanation] + report.findings.dropFirst().map { "Also \($0.line)" },
            next: "Keep a copy of the store as it is, and tell the security team."
        )
    }

    /// Nothing is printed of a copy whose records are all there and cannot all be found: it would look like one that is as it should be.
    private static func checkIndexes(of local: LocalLog) async throws {
        let damage = try await LocalLog.reading(local.path) { try await local.copy.damage() }
        guard !damage.isEmpty else { return }
        throw CommandFailure(
            .failed,
            code: "COPY_DAMAGED",
            what: "The chains of \(local.path) fit together, and searches of it may miss records or show wrong ones.",
            why: damage.map { "\($0.prefix(1).uppercased())\($0.dropFirst())." },
            next: "Keep it as it is, tell the security team, and make another: ssm-broker audit pull --to <file>"
        )
    }

    /// A copy that only ends too early is mostly older than the hashes, and the broker's log tells which it is.
    private static func behind(_ local: String, _ findings: [ChainCheck.Finding]) -> CommandFailure {
        CommandFailure(
            .failed,
            code: "COPY_BEHIND",
            what: "\(local) ends before what is kept elsewhere, so it was not proven whole.",
            why: findings.map {
                "Chain \($0.chain) has no record \($0.sequence), whose hash or a later one's was kept."
            }
                + ["The copy is older than these hashes, or it was cut."],
            next: "Bring it up to date, then verify again: ssm-broker audit pull --to \(local)"
        )
    }

    private static func remark(_ report: LogVerification.Report, anchors: Anchors?) -> String {
        guard let anchors, let unanchored = report.unanchored else { return caveat }
        let places = "\(anchors.count) \(anchors.count == 1 ? "hash" : "hashes") kept elsewhere"
        guard unanchored > 0 else { return "The chains fit together, and \(places) to their last record." }
        return
            "The chains fit together, and \(places). Of the last \(unanchored) \(unanchored == 1 ? "record" : "records"), which came after those, a rewrite would not be seen."
    }

    private static func lines(_ report: LogVerification.Report) -> [String] {
        report.heads.map { head in
            let hash = head.json["hash"]?.text ?? ""
            return "chain \(head.chain): \(head.sequence + 1) records, head \(hash)"
        } + [
            "\(report.records) records in \(report.heads.count) \(report.heads.count == 1 ? "chain" : "chains"): intact"
        ]
    }
}
