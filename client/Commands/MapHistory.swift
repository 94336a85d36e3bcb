internal import ArgumentParser
internal import SessionCore

/// `ssm-broker map history`.
struct MapHistory: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show the published versions of the role map, newest first.",
        usage: """
            ssm-broker map history [--limit <limit>] [--profile <profile>]
                   [--no-input] [--output <output>]
            """,
        discussion: """
            With -o tsv: number, when it was published, by whom, note, hash.

            Example:
              ssm-broker map history --limit 5
            """
    )

    @Option(help: "The most versions to show.")
    var limit: Int = 50
    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        guard limit > 0 else {
            throw CommandFailure(
                .usage,
                code: "QUERY_INVALID",
                what: "The history cannot be asked for.",
                why: ["--limit is not at least 1."]
            )
        }
        let versions = try await world.broker(profile: signIn.profile).mapVersions(upTo: limit)
        let rows = Rows(versions.map(\.json), columns: ["number", "published", "by", "note", "hash"])
        world.output.write(["versions": .array(rows.objects())], rows: rows, as: format) {
            Table(
                [
                    Table.Column("VERSION"), Table.Column("PUBLISHED (UTC)"), Table.Column("BY", mayShrink: true),
                    Table.Column("NOTE"), Table.Column("CHANGES"),
                ],
                rows: versions.map { version in
                    [
                        "\(version.number)", version.moment, version.publisher, version.note ?? "-",
                        MapSummary(version.json["summary"]).text,
                    ]
                }
            )
            .lines(width: world.output.columns)
        }
    }
}

/// `ssm-broker map diff`.
struct MapDiff: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what changed from one published version to another.",
        usage: """
            ssm-broker map diff <from> [<to>] [--profile <profile>] [--no-input]
                   [--output <output>]
            """,
        discussion: """
            Example:
              ssm-broker map diff 11 12
            """
    )

    @Argument(help: "The earlier version.")
    var from: Int64
    @Argument(help: "The later version; the current one unless told.")
    var to: Int64?
    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let broker = try world.broker(profile: signIn.profile)
        let old = try await broker.publishedMap(from)
        let new = try await broker.publishedMap(to)
        let difference = RoleMapDifference(from: old.map, to: new.map)
        let json: JSON = [
            "difference": difference.json, "from": .integer(old.version.number), "to": .integer(new.version.number),
        ]
        world.output.write(json, rows: PlanTable.rows(difference), as: format) {
            PlanTable.lines(difference, width: world.output.columns)
        }
    }
}

/// `ssm-broker map show`.
struct MapShow: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print a published role map as JSON, which is YAML too.",
        usage: """
            ssm-broker map show [<number>] [--profile <profile>] [--no-input]
                   [--output <output>]
            """,
        discussion: """
            The map alone; with --output json also its number, publisher and note.

            Example:
              ssm-broker map show 12 > role-map.yaml
            """
    )

    @Argument(help: "The version; the current one unless told.")
    var number: Int64?
    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let published = try await world.broker(profile: signIn.profile).publishedMap(number)
        if !format.isForPrograms, let problem = published.version.json["problem"]?.text {
            world.output.tell("A later version is not in force: \(problem)")
        }
        world.output.write(published.version.json, as: format) {
            [Printable.json(published.map.json.canonicalText)]
        }
    }
}
