internal import ArgumentParser
internal import SessionCore

/// `ssm-broker audit show`.
struct AuditShow: BrokerCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Tell one session's whole story, from request to end.",
        usage: "ssm-broker audit show <id> [--local <file>] [--profile <profile>]\n       [--output <output>]",
        discussion: """
            The broker has no index of Systems Manager's ids nor of records' own: for these
            it is asked for its whole log if need be; a local copy is quicker.

            Examples:
              ssm-broker audit show 6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11
              ssm-broker audit show alice.x1-0a1b2c3d4e5f60718 --local audit.sqlite
            """
    )

    @Argument(help: "The broker's id of a session, Systems Manager's id of it, or a record's id.")
    var id: String
    @OptionGroup var place: SourceOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let source = try await place.source(in: world)
        guard let story = try await SessionStory.find(id, in: source) else {
            throw CommandFailure(
                .failed,
                code: "NOT_RECORDED",
                what: "No record has to do with \(id.prefix(128)).",
                next: place.local == nil ? nil : "ssm-broker audit pull brings the copy up to date."
            )
        }
        world.output.write(story.json, as: format) { story.lines(width: min(world.output.columns ?? 80, 80)) }
    }
}
