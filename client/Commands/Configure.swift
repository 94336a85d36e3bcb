internal import ArgumentParser
internal import SessionCore

/// `ssm-broker configure`.
struct Configure: BrokerCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the configuration file, and check that the broker answers.",
        usage: """
            ssm-broker configure [--section <section>] [--broker-url <broker-url>]
                   [--broker-region <broker-region>] [--profile <profile>]
                   [--region <region>] [--no-check] [--no-input] [--output <output>]
            ssm-broker configure list [--profile <profile>] [--output <output>]
            ssm-broker configure set <setting> (<value> | --unset)
                   [--section <section>] [--output <output>]
            """,
        discussion: """
            What no option says is asked for at a terminal. All else in the file stays as
            it is: other sections, other settings, comments. The file is
            $XDG_CONFIG_HOME/ssm-broker/config (~/.config/ssm-broker/config) and looks so:

              [default]
              broker_url = https://abc123.execute-api.eu-west-1.amazonaws.com/prod
              profile = acme-dev
              region = eu-west-1

              [organization globex]
              broker_url = https://def456.execute-api.us-east-1.amazonaws.com/prod

              [profile globex-admin]
              organization = globex

            A profile's section holds while that AWS profile signs. SSM_BROKER_URL,
            SSM_BROKER_REGION, SSM_BROKER_PROFILE, SSM_BROKER_OUTPUT, SSM_BROKER_PLUGIN
            and AWS_REGION go before the file, flags before both.
            SSM_BROKER_CONFIG_FILE names another file.

            Examples:
              ssm-broker configure
              ssm-broker configure --no-input --profile acme-dev --region eu-west-1 \\
                --broker-url https://abc123.execute-api.eu-west-1.amazonaws.com/prod
              ssm-broker configure --section "organization globex"
            """,
        subcommands: [ConfigureList.self, ConfigureSet.self]
    )

    @OptionGroup var place: SettingsPlace
    @Option(help: "Where the broker is.")
    var brokerUrl: String?
    @Option(help: "The broker's Region, where its address does not name it.")
    var brokerRegion: String?
    @Option(help: "The AWS profile to sign in with.")
    var profile: String?
    @Option(help: "The nodes' Region, unless a command names another.")
    var region: String?
    @Flag(help: "Write without asking the broker who you are.")
    var noCheck = false
    @Flag(help: "Ask nothing.")
    var noInput = false
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }
    // Whoever has settings that are wrong comes here to mend them.
    var needsSettings: Bool { false }
    var asksNothing: Bool { noInput }

    func run(in world: Dependencies) async throws {
        var file = try place.file(in: world)
        let section = try place.section()
        let before = file.text
        for (key, value) in try values(for: section, in: file, world) {
            try SettingsPlace.check(value, for: key, in: file)
            file.text.set(value, for: key, in: section)
        }
        if file.text != before || !file.isThere { try file.checked().write() }
        let identity = noCheck ? nil : try await whoAmI(section, in: world)
        world.output.write(
            .compact([
                "file": .string(file.path), "identity": identity?.json, "section": .string("\(section)"),
            ]),
            as: format
        ) {
            ["Written: \(Printable.line(file.path))"]
                + (identity.map { ["Checked: the broker answers, and takes you for this:", ""] + WhoAmI.lines($0) }
                    ?? [])
        }
    }

    /// What to write: what the options say, and what the person answers where they say nothing.
    private func values(
        for section: SettingsSection,
        in file: SettingsFile,
        _ world: Dependencies
    ) throws -> [(SettingKey, String)] {
        let given: [SettingKey: String] = [
            SettingKey.brokerURL: brokerUrl, .brokerRegion: brokerRegion, .profile: profile, .region: region,
        ].compactMapValues(\.self)
        if let misplaced = given.keys.first(where: { !section.mayHold($0) }) {
            throw CommandFailure(
                .usage,
                code: "OPTIONS_CONFLICT",
                what: "[\(section)] does not hold \(misplaced.rawValue).",
                next: "Leave --\(misplaced.rawValue) out."
            )
        }
        guard given.isEmpty, world.noInput == nil else {
            let url = given[.brokerURL] ?? file.text.entry(.brokerURL, in: section)?.value
            guard url != nil || section != .standard else { throw Self.missing(.brokerURL, option: "--broker-url") }
            return SettingKey.allCases.compactMap { key in given[key].map { (key, $0) } }
        }
        return try asked(for: section, in: file, world)
    }

    private func asked(
        for section: SettingsSection,
        in file: SettingsFile,
        _ world: Dependencies
    ) throws -> [(SettingKey, String)] {
        let environment = world.environment
        var answers: [(SettingKey, String)] = []
        var url: String?
        for key in [SettingKey.brokerURL, .brokerRegion, .profile, .region] where section.mayHold(key) {
            // The address says it already, mostly.
            if key == .brokerRegion, url.flatMap(BrokerEndpoint.region(inAddress:)) != nil { continue }
            let present =
                file.text.entry(key, in: section)?.value
                ?? key.variables.lazy.compactMap { environment[$0] }.first { key.accepts($0) }
            let answer = try Self.answer(key, present: present, isNeeded: key == .brokerURL, world)
            if key == .brokerURL { url = answer }
            if let answer { answers.append((key, answer)) }
        }
        return answers
    }

    private static func answer(
        _ key: SettingKey,
        present: String?,
        isNeeded: Bool,
        _ world: Dependencies
    ) throws -> String? {
        let words = key.meaning.prefix(1).uppercased() + key.meaning.dropFirst()
        for _ in 0..<3 {
            let shown = present.map { " [\($0)]" } ?? (isNeeded ? "" : " [none]")
            guard let line = world.ask(Printable.line("\(words)\(shown): ")) else {
                throw missing(.brokerURL, option: "--broker-url")
            }
            let answer = String(line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
            if answer.isEmpty, present != nil || !isNeeded { return present }
            if key.accepts(answer) { return answer }
            world.output.tell("\(answer.isEmpty ? "Nothing" : answer) is not \(key.form).")
        }
        throw CommandFailure(
            .usage,
            code: "SETTING_INVALID",
            what: "Nothing was written: \(key.meaning) is \(key.form).",
            next: "ssm-broker configure --help"
        )
    }

    private static func missing(_ key: SettingKey, option: String) -> CommandFailure {
        CommandFailure(
            .usage,
            code: "SETTING_MISSING",
            what: "Nothing was written: nobody says \(key.meaning), and nobody is at a terminal to be asked.",
            next: "Add \(option) https://…, as whoever runs the broker tells you."
        )
    }

    /// Who the person is to the broker by what was written, whatever the variables say.
    private func whoAmI(_ section: SettingsSection, in world: Dependencies) async throws -> IdentityReply {
        let flag: String?
        switch section {
        case .standard: flag = try world.settings().file?.text.entry(.profile, in: .standard)?.value
        case .profile(let name): flag = name
        case .organization(let name): flag = try user(of: name, in: world)
        }
        var written = world
        for variable in SettingKey.brokerURL.variables + SettingKey.brokerRegion.variables {
            guard let other = written.environment.removeValue(forKey: variable), !other.isEmpty else { continue }
            world.output.tell("\(variable) is set, and goes before the file.")
        }
        if flag != nil {
            let variables = SettingKey.profile.variables.filter { world.environment[$0]?.isEmpty == false }
            for variable in variables + [Settings.credentials(world.environment)].compactMap(\.self) {
                world.output.tell("\(variable) is set, and goes before the file's profile.")
            }
        }
        do {
            return try await written.broker(profile: flag).identity()
        } catch var failure as CommandFailure {
            failure.prepend("The settings are written, but the check of them failed.")
            throw failure
        }
    }

    /// A profile that names the organisation.
    private func user(of organization: String, in world: Dependencies) throws -> String? {
        let entries = try world.settings().file?.text.entries ?? []
        let users = entries.filter { $0.key == .organization && $0.value == organization }.map(\.section)
        for case .profile(let name) in users { return name }
        if users.contains(.standard) { return nil }
        throw CommandFailure(
            .usage,
            code: "NOT_CHECKED",
            what: "The settings are written, and not checked: no profile is of \(organization) yet.",
            next: "ssm-broker configure set organization \(organization) --section 'profile NAME'"
        )
    }
}
