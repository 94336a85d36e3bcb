/// For what a part of the configuration file holds.
enum SettingsSection: Sendable, Hashable, CustomStringConvertible {
    /// For everything that no other section says.
    case standard
    /// While this AWS profile signs.
    case profile(String)
    /// For the profiles that name this organisation.
    case organization(String)

    private static let standardName = "default"

    /// Reads what stands between the brackets, as `~/.aws/config` has it; nil when it is no section of ours.
    ///
    /// Shape: `default`, `profile NAME` or `organization NAME`; a name may stand in quotes.
    init?(_ text: some StringProtocol) {
        let words = String(text).split(maxSplits: 1) { $0.isWhitespace }.map(String.init)
        guard let kind = words.first else { return nil }
        if words.count == 1 {
            guard kind == Self.standardName else { return nil }
            self = .standard
            return
        }
        var name = Substring(words[1])
        while name.last?.isWhitespace == true { name.removeLast() }
        if name.count > 2, let quote = name.first, "'\"".contains(quote), name.last == quote {
            name = name.dropFirst().dropLast()
        }
        guard !name.isEmpty, !name.contains(where: { "[]\n\r".contains($0) }), Printable.line(String(name)) == name
        else { return nil }
        switch kind {
        case "profile": self = .profile(String(name))
        case "organization": self = .organization(String(name))
        default: return nil
        }
    }

    /// What stands between the brackets.
    var description: String {
        switch self {
        case .standard: Self.standardName
        case .profile(let name): "profile \(name)"
        case .organization(let name): "organization \(name)"
        }
    }

    /// What is right, within a sentence.
    static let form = "[default], [profile NAME] or [organization NAME]"
}
