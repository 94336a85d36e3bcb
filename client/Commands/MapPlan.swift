internal import ArgumentParser
internal import SessionCore

/// `ssm-broker map plan`.
struct MapPlan: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what a map changes: Linux users, documents, live sessions.",
        usage: """
            ssm-broker map plan [<file>] [--against <file>] [--profile <profile>]
                   [--no-input] [--output <output>]
            """,
        discussion: """
            Compares with the published map, and names the live sessions that would
            no longer be allowed; or compares with another file, which may be a map
            that map render compiled, and asks nobody. Nothing is published.
            With -o tsv or ndjson a line for each change: what, name, change.

            Examples:
              ssm-broker map plan
              ssm-broker map plan new.yaml --against session-documents/role-map.yaml
            """
    )

    @Argument(help: "The map to come.", completion: .file())
    var file: String = RoleMapFile.standardPath
    @Option(
        help: ArgumentHelp("A file with the map until now, instead of the published one.", valueName: "file"),
        completion: .file()
    )
    var against: String?
    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let newFile = try RoleMapFile(path: file)
        newFile.tellWarnings(in: world)
        let new = newFile.map
        guard let against else { return try await planWithBroker(new, in: world) }
        let difference = RoleMapDifference(from: try RoleMapFile(path: against).map, to: new)
        world.output.write(difference.json, rows: PlanTable.rows(difference), as: format) {
            PlanTable.lines(difference, width: world.output.columns)
        }
    }

    private func planWithBroker(_ map: RoleMap, in world: Dependencies) async throws {
        let publication = MapPublication(
            broker: try world.broker(profile: signIn.profile),
            world: world,
            format: format,
            purpose: "The plan was not made"
        )
        let plan = try await publication.plan(map, base: nil)
        world.output.write(plan.answer, rows: PlanTable.rows(plan.difference), as: format) {
            plan.lines(width: world.output.columns)
        }
    }
}
