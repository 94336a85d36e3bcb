internal import ArgumentParser
internal import SessionCore

/// `ssm-broker audit heads`.
struct AuditHeads: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "heads",
        abstract: "Print where each chain ends, to be kept elsewhere as anchors.",
        usage: """
            ssm-broker audit heads [--local <file>] [--profile <profile>]
                   [--no-input] [--output <output>]
            """,
        discussion: """
            One JSON object a line: chain, sequence, hash and the time of the reading,
            which are the columns of the other forms. Kept where nobody who runs the
            broker can write, these lines let audit verify --anchors see what the chains
            alone cannot show.

            Example:
              ssm-broker audit heads >> heads.jsonl
            """
    )

    @OptionGroup var place: SourceOptions
    @Option(name: .shortAndLong, help: "How heads are written: table, json, ndjson or tsv.")
    var output: OutputFormat = .ndjson

    var format: OutputFormat { output == .ndjson ? .table : output }
    var signIn: SignInOptions { place.signIn }

    func run(in world: Dependencies) async throws {
        let heads = try await place.source(in: world).heads().sorted { $0.chain < $1.chain }
        let time = world.now()
        let objects = heads.map { head in
            var members = head.json.members ?? [:]
            members["time"] = .string(time.description)
            return JSON.object(members)
        }
        let columns = ["chain", "sequence", "hash", "time"]
        let rows = Rows(objects, columns: columns)
        world.output.write(["heads": .array(objects)], rows: rows, as: output) {
            Table(columns.map { Table.Column($0.uppercased()) }, rows: rows.cells()).lines(width: nil)
        }
    }
}
