internal import ArgumentParser
internal import SessionCore

/// `ssm-broker map publish`.
struct MapPublish: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Publish a role map: show what changes, ask, and put it in force.",
        usage: """
            ssm-broker map publish [<file>] [--note <note>] [--base <number>]
                   [--force] [--end-sessions] [--yes] [--profile <profile>]
                   [--no-input] [--output <output>]
            """,
        discussion: """
            It holds for every request that begins afterwards. Somebody else's
            publication in the meantime is never overwritten: you are told what it
            changed. What the deployment forbids no map can allow.

            Examples:
              ssm-broker map publish --note "OPS-17: a user for the new team"
              ssm-broker map publish role-map.yaml --end-sessions --yes -o json
            """
    )

    @Argument(help: "The role map.", completion: .file())
    var file: String = RoleMapFile.standardPath
    @OptionGroup var publication: PublicationOptions
    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        try publication.check()
        let newFile = try RoleMapFile(path: file)
        newFile.tellWarnings(in: world)
        try await MapPublication(
            broker: try world.broker(profile: signIn.profile),
            world: world,
            format: format,
            purpose: "Nothing was published"
        )
        .publish(newFile.map, publication)
    }
}

/// `ssm-broker map rollback`.
struct MapRollback: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Publish an earlier version of the role map again, as a new version.",
        usage: """
            ssm-broker map rollback <number> [--note <note>] [--base <number>]
                   [--force] [--end-sessions] [--yes] [--profile <profile>]
                   [--no-input] [--output <output>]
            """,
        discussion: """
            Shows what changes and asks, as publish does. History is never rewritten.

            Example:
              ssm-broker map rollback 11 --note "12 took dbadmin from the wrong set"
            """
    )

    @Argument(help: "The version to go back to.")
    var number: Int64
    @OptionGroup var publication: PublicationOptions
    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        try publication.check()
        let broker = try world.broker(profile: signIn.profile)
        let map = try await broker.publishedMap(number, purpose: "Nothing was published").map
        try await MapPublication(
            broker: broker,
            world: world,
            format: format,
            purpose: "Nothing was published"
        )
        .publish(map, publication, note: "Rollback to version \(number)")
    }
}
