internal import ArgumentParser
internal import SessionCore

/// `ssm-broker map validate`.
struct MapValidate: BrokerCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check a role map; every problem is named with its line and column.",
        discussion: """
            Errors make a map unusable, and the command ends with 64. Warnings name what is
            legal and risky; with --strict they end it with 64 too. With -o tsv each of
            them: line, column, error or warning, words.

            Examples:
              ssm-broker map validate session-documents/role-map.yaml
              ssm-broker map validate --strict --output json
            """
    )

    @Argument(help: "The role map.", completion: .file())
    var file: String = RoleMapFile.standardPath
    @Flag(help: "Let warnings fail the command.")
    var strict = false
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let checked = try CheckedRoleMap(path: file)
        let rows = Rows(checked.findings.map(\.json), columns: ["line", "column", "level", "explanation"])
        world.output.write(Self.json(checked), rows: rows, as: format) { Self.lines(checked) }
        guard checked.map == nil || strict && !checked.findings.isEmpty else { return }
        var failure = checked.failure
        if checked.map != nil {
            failure = CommandFailure(
                .usage,
                code: "MAP_RISKY",
                what: "\(file) has \(Self.count(checked.findings, "warning")), and --strict takes none.",
                next: "Correct the file, or check it without --strict."
            )
        } else {
            // The problems stand in the result.
            failure = CommandFailure(.usage, code: failure.code, what: failure.what, next: failure.next)
        }
        throw failure
    }

    private static func json(_ checked: CheckedRoleMap) -> JSON {
        .compact([
            "file": .string(checked.path), "findings": .array(checked.findings.map(\.json)),
            "isValid": .bool(checked.map != nil),
            "permissionSets": checked.map.map { .integer(Int64(sets(of: $0))) },
            "roles": checked.map.map { .integer(Int64($0.entries.count - sets(of: $0))) },
            "version": checked.map.map { .string($0.version) },
        ])
    }

    private static func lines(_ checked: CheckedRoleMap) -> [String] {
        var lines: [String] = []
        if !checked.findings.isEmpty {
            let columns = [Table.Column("PLACE"), Table.Column("LEVEL"), Table.Column("PROBLEM")]
            let rows = checked.findings.map { finding in
                [
                    "\(checked.path):\(finding.mark.line):\(finding.mark.column)",
                    finding.isError ? "error" : "warning", finding.explanation,
                ]
            }
            // Never cut: what would be right stands at the end of each line.
            lines = Table(columns, rows: rows).lines(width: nil)
        }
        guard let map = checked.map else { return lines }
        let sets = sets(of: map)
        var parts = ["\(sets) permission \(sets == 1 ? "set" : "sets")"]
        if map.entries.count > sets { parts.append(count(map.entries.count - sets, "role")) }
        if !checked.findings.isEmpty { parts.append(count(checked.findings, "warning")) }
        let path = Printable.line(checked.path)
        return lines + ["\(path): valid, \(parts.joined(separator: ", ")), version \(map.version)"]
    }

    private static func sets(of map: RoleMap) -> Int {
        map.entries.values.filter { $0.holder == .permissionSet }.count
    }

    private static func count(_ things: [some Any], _ word: String) -> String { count(things.count, word) }

    private static func count(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
}
