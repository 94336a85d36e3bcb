internal import ArgumentParser
internal import SessionCore

/// `ssm-broker audit show`.
struct AuditShow: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Tell one session's whole story, from request to end.",
        usage: """
            ssm-broker audit show <id> [--cloudtrail <path> ...] [--local <file>]
                   [--profile <profile>] [--no-input] [--output <output>]
            """,
        discussion: """
            The broker has no index of Systems Manager's ids nor of records' own: for these
            it is asked for its whole log if need be; a local copy is quicker.

            With --cloudtrail, what CloudTrail saw of the session follows: each call that
            made, resumed or ended it, by whom, and whether the records know of it. Files
            are those that audit reconcile takes.

            Examples:
              ssm-broker audit show 6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11
              ssm-broker audit show alice.x1-0a1b2c3d4e5f60718 --local audit.sqlite
              ssm-broker audit show 6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11 --cloudtrail trail
            """
    )

    @Argument(help: "The broker's id of a session, Systems Manager's id of it, or a record's id.")
    var id: String
    @Option(
        name: .customLong("cloudtrail"),
        parsing: .upToNextOption,
        help: ArgumentHelp("Files of CloudTrail, or folders that hold them.", valueName: "path"),
        completion: .file()
    )
    var paths: [String] = []
    @OptionGroup var place: SourceOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }
    var signIn: SignInOptions { place.signIn }

    func run(in world: Dependencies) async throws {
        let files = try TrailFiles(paths)
        let source = try await place.source(in: world)
        guard let story = try await SessionStory.find(id, in: source) else {
            throw CommandFailure(
                .failed,
                code: "NOT_RECORDED",
                what: "No record has to do with \(id.prefix(128)).",
                next: place.local == nil ? nil : "ssm-broker audit pull brings the copy up to date."
            )
        }
        guard !paths.isEmpty else {
            return world.output.write(story.json, rows: story.rows, as: format) { story.lines(width: width(in: world)) }
        }
        let (seen, badFiles) = try trail(of: story, in: files, world)
        var members = story.json.members ?? [:]
        members["cloudtrail"] = seen.json
        members["badFiles"] = .array(badFiles.map { ["path": .string($0.path), "reason": .string($0.reason)] })
        world.output.write(.object(members), rows: story.rows, as: format) {
            story.lines(width: width(in: world)) + seen.lines(width: width(in: world))
        }
        for file in badFiles { world.output.tell("\(Printable.line(file.path)) was not read whole: \(file.reason).") }
    }

    private func width(in world: Dependencies) -> Int { min(world.output.columns ?? 80, 80) }

    /// Reads CloudTrail's files for one session.
    private func trail(
        of story: SessionStory,
        in files: TrailFiles,
        _ world: Dependencies
    ) throws -> (SessionTrail, [TrailReader.BadFile]) {
        var seen = SessionTrail(of: story.parts)
        var reader = TrailReader()
        try files.walk(showingOn: world.output) { file in
            reader.read(file) { _, event in
                if let event { seen.take(event) }
            }
        }
        guard reader.events > 0 else { throw reader.nothingRead(in: paths) }
        return (seen, reader.badFiles)
    }
}
