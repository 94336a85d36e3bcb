internal import ArgumentParser
internal import SessionCore

/// `ssm-broker audit heads`.
struct AuditHeads: BrokerCommand {
    static let configuration = CommandConfiguration(
        commandName: "heads",
        abstract: "Print where each chain ends, to be kept elsewhere as anchors.",
        discussion: """
            One JSON object a line: chain, sequence, hash and the time of the reading.
            Kept where nobody who runs the broker can write, these lines let
            audit verify --anchors see what the chains alone cannot show.

            Example:
              ssm-broker audit heads >> heads.jsonl
            """
    )

    @OptionGroup var place: SourceOptions

    var format: OutputFormat { .table }

    func run(in world: Dependencies) async throws {
        let heads = try await place.source(in: world).heads().sorted { $0.chain < $1.chain }
        for head in heads {
            var members = head.json.members ?? [:]
            members["time"] = .string(world.now().description)
            world.output.result(JSON.object(members).canonicalText + "\n")
        }
    }
}
