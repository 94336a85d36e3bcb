internal import AWSClient
internal import SessionCore

/// What a command goes by: a flag before a variable, a variable before the file, the file before what is built in.
///
/// In the file the profile's section goes before its organisation's, and both before the defaults and theirs.
struct Settings: Sendable {
    /// Where a value comes from.
    enum Source: Sendable, Hashable, CustomStringConvertible {
        /// The command line.
        case flag(String)
        /// The environment.
        case variable(String)
        /// The configuration file.
        case file(path: String, line: Int, section: SettingsSection)
        /// The broker's own address names its Region.
        case address
        /// The AWS CLI's files, for the profile in use.
        case awsProfile(String)
        /// This program.
        case builtIn

        /// For a person, for example `[default] in /home/ana/.config/ssm-broker/config:3`.
        var description: String {
            switch self {
            case .flag(let name), .variable(let name): name
            case .file(let path, let line, let section): "[\(section)] in \(path):\(line)"
            case .address: SettingKey.brokerURL.rawValue
            case .awsProfile(let name): "profile \(name) of the aws command"
            case .builtIn: "built in"
            }
        }

        /// What holds the value, within a sentence about it.
        func name(of key: SettingKey) -> String {
            switch self {
            case .file: "\(key.rawValue) of \(self)"
            default: description
            }
        }
    }

    /// A value and where it comes from.
    struct Value: Sendable, Hashable {
        let text: String
        let source: Source
    }

    /// The configuration file; nil when nothing says where it would be.
    let file: SettingsFile?
    /// The AWS profile in use; nil for whatever the environment's own credentials are, or the profile `default`.
    let profile: Value?
    /// The file's profile, and the variable whose credentials go before it; nil when nothing does.
    let setAside: (profile: Value, variable: String)?
    private let environment: [String: String]
    private let sections: [SettingsSection]

    /// Finds the settings.
    ///
    /// - Parameters:
    ///   - environment: The variables.
    ///   - flag: The profile named on the command line.
    /// - Throws: ``CommandFailure`` naming each line of the file that is wrong.
    init(environment: [String: String], profile flag: String? = nil) throws {
        self.init(environment: environment, file: try SettingsFile.read(environment)?.checked(), profile: flag)
    }

    /// Puts together what was read.
    init(environment: [String: String], file: SettingsFile?, profile flag: String?) {
        self.environment = environment
        self.file = file
        var profile = flag.map { Value(text: $0, source: .flag("--profile")) }
        profile = profile ?? Self.variable(.profile, environment)
        // The environment's own credentials are of the environment, so they go before the file's profile.
        var setAside: (profile: Value, variable: String)?
        if profile == nil, let named = Self.entry(.profile, [.standard], file) {
            if let variable = Self.credentials(environment) { setAside = (named, variable) } else { profile = named }
        }
        self.profile = profile
        self.setAside = setAside
        let own = profile.map { [SettingsSection.profile($0.text)] } ?? []
        sections = (own + [.standard]).flatMap { section in
            [section] + (Self.entry(.organization, [section], file).map { [.organization($0.text)] } ?? [])
        }
    }

    /// A setting's value; nil when nothing says it.
    func value(_ key: SettingKey, flag: String? = nil) -> Value? {
        switch key {
        case .profile: return profile
        case .brokerRegion: return brokerRegion
        case .region:
            return flag.map { Value(text: $0, source: .flag("--region")) } ?? found(key) ?? awsProfileRegion
        case .output: return found(key) ?? Value(text: OutputFormat.table.rawValue, source: .builtIn)
        default: return found(key)
        }
    }

    /// The profile to ask for by name; nil to leave the choice to the environment.
    ///
    /// `AWS_PROFILE` stays where it is: the environment's keys go before it.
    var namedProfile: String? {
        switch profile?.source {
        case .variable(let name) where name != SettingKey.profile.variables.first: nil
        default: profile?.text
        }
    }

    /// How results are written when no flag says it.
    ///
    /// - Throws: ``CommandFailure`` when the variable holds another word.
    func output() throws -> OutputFormat {
        guard let value = value(.output), let format = OutputFormat(rawValue: value.text) else {
            throw wrong(.output)
        }
        return format
    }

    /// The nodes' Region.
    ///
    /// - Parameters:
    ///   - flag: What `--region` says.
    ///   - node: What is looked for, as the person named it.
    /// - Returns: The Region.
    /// - Throws: ``CommandFailure`` when nothing names one, or what does is none.
    func nodeRegion(flag: String?, of node: String) throws -> Region {
        guard let value = value(.region, flag: flag) else {
            throw CommandFailure(
                .usage,
                code: "REGION_MISSING",
                what: "Nothing says in which Region \(node.prefix(64)) is.",
                next: "Add --region, set AWS_REGION, or keep one: ssm-broker configure --region REGION"
            )
        }
        guard let region = try? Region(value.text) else {
            throw CommandFailure(
                .usage,
                code: "REGION_INVALID",
                what: "\(value.text.prefix(64)), from \(value.source.name(of: .region)), is no Region as eu-west-1.",
                next: "Correct it, or add --region."
            )
        }
        return region
    }

    /// A value that will not do.
    func wrong(_ key: SettingKey) -> CommandFailure {
        CommandFailure(
            .usage,
            code: "SETTINGS_INVALID",
            what: "\(value(key)?.source.name(of: key) ?? key.rawValue) is not \(key.form).",
            next: "Correct it; ssm-broker configure list shows every setting and where it comes from."
        )
    }

    // MARK: Looking

    private func found(_ key: SettingKey) -> Value? {
        Self.variable(key, environment) ?? Self.entry(key, sections, file)
    }

    private static func variable(_ key: SettingKey, _ environment: [String: String]) -> Value? {
        key.variables.lazy.compactMap { name in
            environment[name].flatMap { $0.isEmpty ? nil : Value(text: $0, source: .variable(name)) }
        }.first
    }

    private static func entry(_ key: SettingKey, _ sections: [SettingsSection], _ file: SettingsFile?) -> Value? {
        guard let file else { return nil }
        let entry = sections.lazy.compactMap { file.text.entry(key, in: $0) }.first
        return entry.map {
            Value(text: $0.value, source: .file(path: file.path, line: $0.line, section: $0.section))
        }
    }

    /// The Region that was set, unless one that is nearer to the person than it is stands in the address.
    private var brokerRegion: Value? {
        let own = found(.brokerRegion)
        guard let url = found(.brokerURL), let named = BrokerEndpoint.region(inAddress: url.text) else { return own }
        guard let own, rank(own.source) <= rank(url.source) else { return Value(text: named, source: .address) }
        return own
    }

    private func rank(_ source: Source) -> Int {
        switch source {
        case .file(_, _, let section): 1 + (sections.firstIndex(of: section) ?? sections.count)
        default: 0
        }
    }

    private var awsProfileRegion: Value? {
        let options = ProfileOptions(profile: profile?.text, environment: environment)
        return options.region.map { Value(text: $0, source: .awsProfile(options.profile)) }
    }

    /// The variable by which the environment has credentials of its own; nil when it has none.
    static func credentials(_ environment: [String: String]) -> String? {
        [
            "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        ].first { environment[$0]?.isEmpty == false }
    }
}
