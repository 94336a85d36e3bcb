internal import ArgumentParser
internal import SessionCore

/// `ssm-broker configure set`.
struct ConfigureSet: BrokerCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Change one setting in the configuration file, or take it out.",
        usage: """
            ssm-broker configure set <setting> (<value> | --unset)
                   [--section <section>] [--output <output>]
            """,
        discussion: """
            Settings:
            \(SettingKey.table)

            Nothing is asked of the broker; all else in the file stays as it is.

            Examples:
              ssm-broker configure set output json
              ssm-broker configure set region us-east-1 --section "profile acme-us"
              ssm-broker configure set organization acme --section "profile acme-us"
              ssm-broker configure set output --unset
            """
    )

    @Argument(help: "The setting.", completion: .list(SettingKey.allCases.map(\.rawValue)))
    var setting: String
    @Argument(help: "Its value.")
    var value: String?
    @Flag(help: "Take the setting out of the file.")
    var unset = false
    @OptionGroup var place: SettingsPlace
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }
    var needsSettings: Bool { false }

    func run(in world: Dependencies) async throws {
        var file = try place.file(in: world)
        let section = try place.section()
        guard let key = SettingKey(rawValue: setting), section.mayHold(key) else {
            let known = SettingKey.allCases.filter(section.mayHold).map(\.rawValue)
            let nearest = Spelling.nearest(to: setting, among: Set(known))
            throw CommandFailure(
                .usage,
                code: "SETTING_UNKNOWN",
                what: "\(setting.prefix(64)) is no setting of [\(section)].",
                why: ["It may hold \(known.joined(separator: ", "))."],
                next: nearest.map { "Did you mean \($0)?" } ?? "ssm-broker configure set --help"
            )
        }
        guard (value == nil) == unset else {
            throw CommandFailure(
                .usage,
                code: "OPTIONS_CONFLICT",
                what: unset ? "--unset takes no value." : "There is no value for \(key.rawValue).",
                next: "ssm-broker configure set --help"
            )
        }
        try SettingsPlace.check(value, for: key, in: file)
        file.text.set(value, for: key, in: section)
        try file.checked().write()
        let entry = value.map(JSON.string)
        world.output.write(
            .compact(["file": .string(file.path), "section": .string("\(section)"), key.rawValue: entry]),
            as: format
        ) {
            [
                value.map { "\(key.rawValue) = \($0) in [\(section)] of \(file.path)" }
                    ?? "\(key.rawValue) is no more in [\(section)] of \(file.path)"
            ].map(Printable.line)
        }
    }
}

/// Which part of the configuration file is changed.
struct SettingsPlace: ParsableArguments {
    @Option(
        name: .customLong("section"),
        help: ArgumentHelp("Which part: default, 'profile NAME' or 'organization NAME'.", valueName: "section")
    )
    var name: String = "default"

    /// The section that was named.
    func section() throws -> SettingsSection {
        guard let section = SettingsSection(name) else {
            throw CommandFailure(
                .usage,
                code: "SECTION_INVALID",
                what: "\(name.prefix(64)) is no section of the configuration file.",
                next: "Write --section default, --section 'profile NAME' or --section 'organization NAME'."
            )
        }
        return section
    }

    /// The file to change; one with mistakes in it is left alone.
    func file(in world: Dependencies) throws -> SettingsFile {
        guard let file = try SettingsFile.read(world.environment)?.checked() else {
            throw CommandFailure(
                .usage,
                code: "SETTINGS_INVALID",
                what: "Nothing says where the configuration file would be.",
                next: "Set HOME, XDG_CONFIG_HOME or \(SettingsFile.Key.file)."
            )
        }
        return file
    }

    /// Refuses a value that the file could not be read with.
    static func check(_ value: String?, for key: SettingKey, in file: SettingsFile) throws {
        guard let value else { return }
        let isSectionThere = file.text.sections.contains { $0.section == .organization(value) }
        guard key.accepts(value), key != .organization || isSectionThere else {
            throw CommandFailure(
                .usage,
                code: "SETTING_INVALID",
                what: "\(value.prefix(128)) is not \(key.form).",
                next: key == .organization
                    ? "ssm-broker configure --section 'organization \(value.prefix(64))' --broker-url https://…"
                    : "ssm-broker configure list shows what stands now; nothing was written."
            )
        }
    }
}
