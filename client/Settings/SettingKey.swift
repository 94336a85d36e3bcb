internal import SessionCore

/// A setting that the configuration file may hold, by its name there.
enum SettingKey: String, Sendable, Hashable, CaseIterable {
    /// Where the broker is.
    case brokerURL = "broker_url"
    /// The broker's Region, where its address does not name it.
    case brokerRegion = "broker_region"
    /// The organisation whose section says the rest.
    case organization
    /// The AWS profile to sign in with.
    case profile
    /// The nodes' Region.
    case region
    /// How results are written.
    case output
    /// The session-manager-plugin to use.
    case plugin
    /// Whom to ask for what the role map does not give.
    case contact

    /// The variables that go before the file, the first one set holding.
    var variables: [String] {
        switch self {
        case .brokerURL: [BrokerEndpoint.Key.url]
        case .brokerRegion: [BrokerEndpoint.Key.region]
        case .organization: []
        // The older name of the two goes first, as with the AWS CLI.
        case .profile: ["SSM_BROKER_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_PROFILE"]
        case .region: ["AWS_REGION", "AWS_DEFAULT_REGION"]
        case .output: ["SSM_BROKER_OUTPUT"]
        case .plugin: ["SSM_BROKER_PLUGIN"]
        case .contact: ["SSM_BROKER_CONTACT"]
        }
    }

    /// What it is, for a person who is asked for it.
    var meaning: String {
        switch self {
        case .brokerURL: "the broker's address"
        case .brokerRegion: "the broker's Region"
        case .organization: "the organisation"
        case .profile: "the AWS profile to sign in with"
        case .region: "the nodes' Region"
        case .output: "how results are written"
        case .plugin: "session-manager-plugin"
        case .contact: "whom to ask for more rights"
        }
    }

    /// The settings as they stand in the help, one a line.
    static var table: String {
        allCases.map { key in
            "  \(key.rawValue)" + String(repeating: " ", count: 15 - key.rawValue.count) + key.meaning
        }.joined(separator: "\n")
    }

    /// What is right for it, within a sentence.
    var form: String {
        switch self {
        case .brokerURL: "an address as https://abc123.execute-api.eu-west-1.amazonaws.com/prod"
        case .brokerRegion, .region: "a Region as eu-west-1"
        case .organization: "the name of an [organization NAME] section"
        case .profile: "the name of an AWS profile"
        case .output: "one of \(OutputFormat.allCases.map(\.rawValue).joined(separator: ", "))"
        case .plugin: "an absolute path"
        case .contact: "a line of text"
        }
    }

    /// Whether a text will do, as far as that can be told from the text alone.
    func accepts(_ text: String) -> Bool {
        guard !text.isEmpty, Printable.line(text) == text else { return false }
        switch self {
        case .brokerURL: return BrokerEndpoint.isAddress(text)
        case .brokerRegion, .region: return (try? Region(text)) != nil
        case .organization, .profile: return !text.contains { "[]".contains($0) }
        case .output: return OutputFormat(rawValue: text) != nil
        case .plugin: return text.hasPrefix("/")
        case .contact: return true
        }
    }
}
