internal import ArgumentParser

/// `ssm-broker map`.
struct Map: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the role map, see what a change does, publish it, and render what follows.",
        discussion: """
            Examples:
              ssm-broker map validate
              ssm-broker map plan
              ssm-broker map publish --note "OPS-17"
              ssm-broker map explain DatabaseAdmin i-0123456789abcdef0 \\
                --account 111122223333 --tag Role=db
            """,
        subcommands: [
            MapValidate.self, MapRender.self, MapPlan.self, MapPublish.self, MapHistory.self, MapShow.self,
            MapDiff.self,
            MapRollback.self, MapWhoCan.self, MapExplain.self, MapRollout.self,
        ]
    )
}

/// Which map.
struct MapOptions: ParsableArguments {
    @Option(name: .customLong("map"), help: ArgumentHelp("The role map.", valueName: "file"), completion: .file())
    var file: String = RoleMapFile.standardPath
}
