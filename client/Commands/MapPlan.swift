internal import ArgumentParser
internal import SessionCore

/// `ssm-broker map plan`.
struct MapPlan: BrokerCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what a map changes: who becomes which Linux user, and which documents change where.",
        discussion: """
            Compares with another file, which may be a map that map render compiled.

            Examples:
              ssm-broker map plan --against published.json
              ssm-broker map plan new.yaml --against session-documents/role-map.yaml
            """
    )

    @Argument(help: "The map to come.")
    var file: String = RoleMapFile.standardPath
    @Option(help: ArgumentHelp("The map until now.", valueName: "file"))
    var against: String
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let old = try RoleMapFile(path: against).map
        let new = try RoleMapFile(path: file).map
        let difference = RoleMapDifference(from: old, to: new)
        world.output.write(difference.json, as: format) {
            PlanTable.lines(difference, width: world.output.columns)
        }
    }
}
