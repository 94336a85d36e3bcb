internal import ArgumentParser
internal import SessionCore

/// `ssm-broker configure list`.
struct ConfigureList: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show each setting, and where it comes from.",
        usage: """
            ssm-broker configure list [--profile <profile>] [--no-input]
                   [--output <output>]
            """,
        discussion: """
            A flag goes before a variable, a variable before the file. With -o tsv:
            setting, value, where it comes from.

            Examples:
              ssm-broker configure list
              ssm-broker configure list --profile acme-admin --output json
            """
    )

    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let settings = try world.settings(profile: signIn.profile)
        world.output.write(Self.json(settings), rows: Self.rows(settings), as: format) {
            Self.table(settings).lines(width: world.output.columns)
                + [""] + Self.notes(settings, width: world.output.columns ?? Int(Int32.max))
        }
    }

    private static func table(_ settings: Settings) -> Table {
        Table(
            [.init("SETTING"), .init("VALUE", mayShrink: true), .init("FROM", mayShrink: true)],
            rows: SettingKey.allCases.map { key in
                let value = settings.value(key)
                let unset = key == .profile ? settings.setAside.map { "\($0.variable) goes before the file's" } : nil
                return [key.rawValue, value?.text ?? "-", value?.source.description ?? unset ?? "not set"]
            }
        )
    }

    private static func rows(_ settings: Settings) -> Rows {
        let objects = SettingKey.allCases.map { key -> JSON in
            let value = settings.value(key)
            return .compact([
                "from": (value?.source.description).map(JSON.string), "setting": .string(key.rawValue),
                "value": (value?.text).map(JSON.string),
            ])
        }
        return Rows(objects, columns: ["setting", "value", "from"])
    }

    private static func notes(_ settings: Settings, width: Int) -> [String] {
        let place = settings.file.map { $0.path + ($0.isThere ? "" : " (not there; ssm-broker configure makes it)") }
        let notes = [
            ("File:", place ?? "none; neither XDG_CONFIG_HOME nor HOME says where it would be"),
            ("Credentials:", "ssm-broker doctor says which are found"),
        ]
        return notes.flatMap { Paragraph.wrapped($0.0, $0.1, indent: 0, label: 13, width: width) }
    }

    private static func json(_ settings: Settings) -> JSON {
        .compact([
            "file": settings.file.map { .string($0.path) },
            "settings": .object(
                SettingKey.allCases.reduce(into: [:]) { members, key in
                    members[key.rawValue] = settings.value(key).map {
                        ["from": .string($0.source.description), "value": .string($0.text)]
                    }
                }
            ),
        ])
    }
}
