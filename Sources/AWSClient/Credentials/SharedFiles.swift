#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The two files that AWS's tools share, read as botocore reads them.
///
/// Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files"; botocore, `configloader.py` and
/// `session.full_config`.
struct SharedFiles: Sendable, Hashable {
    enum Key {
        static let configFile = "AWS_CONFIG_FILE"
        static let credentialsFile = "AWS_SHARED_CREDENTIALS_FILE"
        /// In this order, the older name first, as botocore has it.
        static let profiles = ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"]
    }

    /// Why a file cannot be used at all.
    struct Rejection: Error, Sendable, Hashable {
        let path: String
        let reason: INIFile.Rejection
    }

    /// Where the config file is looked for.
    let configPath: String
    /// Where the credentials file is looked for.
    let credentialsPath: String
    /// Profiles of the config file; nil when there is no such file.
    let config: [String: [String: String]]?
    /// The config file's `[sso-session x]` sections by name.
    let ssoSessions: [String: [String: String]]
    /// Sections of the credentials file; nil when there is no such file.
    let credentials: [String: [String: String]]?

    /// Reads the files that the environment names; one that is not there is no error.
    ///
    /// - Throws: ``Rejection`` when one is there and cannot be read as INI.
    init(environment: [String: String]) throws(Rejection) {
        configPath = Self.path(environment[Key.configFile] ?? "~/.aws/config", environment)
        credentialsPath = Self.path(environment[Key.credentialsFile] ?? "~/.aws/credentials", environment)
        let file = try Self.file(configPath)
        config = file.map(Self.profiles)
        ssoSessions = file.map { Self.named("sso-session", in: $0) } ?? [:]
        credentials = try Self.file(credentialsPath)?.sections.reduce(into: [:]) { $0[$1.name] = $1.options }
    }

    /// The profile that the environment names, or the default one.
    static func profile(environment: [String: String]) -> String {
        let named = Key.profiles.lazy.compactMap { environment[$0] }.first ?? ""
        return named.isEmpty ? "default" : named
    }

    /// A profile's options from both files, the credentials file's going first; nil when neither has it.
    func profile(_ name: String) -> [String: String]? {
        let (config, credentials) = (config?[name], credentials?[name])
        guard config != nil || credentials != nil else { return nil }
        return (config ?? [:]).merging(credentials ?? [:]) { $1 }
    }

    /// The config file's profiles: `[default]`, and `[profile x]` with `x` quoted as a shell would.
    private static func profiles(of file: INIFile) -> [String: [String: String]] {
        var profiles: [String: [String: String]] = [:]
        // The later of the two spellings of one name holds, as in botocore.
        for section in file.sections {
            if section.name == "default" {
                profiles["default"] = section.options
            } else if let name = name(after: "profile", in: section) {
                profiles[name] = section.options
            }
        }
        return profiles
    }

    private static func named(_ kind: String, in file: INIFile) -> [String: [String: String]] {
        file.sections.reduce(into: [:]) { sections, section in
            if let name = name(after: kind, in: section) { sections[name] = section.options }
        }
    }

    /// The name in a section's `kind name`; nil when it is no two words, which is no reason to stop for botocore either.
    private static func name(after kind: String, in section: INIFile.Section) -> String? {
        guard section.name.hasPrefix(kind), let words = try? ShellWords.split(section.name), words.count == 2 else {
            return nil
        }
        return words[1]
    }

    private static func file(_ path: String) throws(Rejection) -> INIFile? {
        guard let content = FileManager.default.contents(atPath: path) else { return nil }
        do {
            return try INIFile(Array(content))
        } catch {
            throw Rejection(path: path, reason: error)
        }
    }

    /// A path with `$NAME`, `${NAME}` and a leading `~` filled in; unknown names stay as they are.
    static func path(_ path: String, _ environment: [String: String]) -> String {
        var output = ""
        var rest = path[...]
        while let dollar = rest.firstIndex(of: "$") {
            output += rest[..<dollar]
            let after = rest[rest.index(after: dollar)...]
            let isBraced = after.first == "{"
            let name =
                isBraced
                ? after.dropFirst().prefix { $0 != "}" }
                : after.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
            let end = isBraced ? after[name.endIndex...].dropFirst().startIndex : name.endIndex
            let isWhole = !isBraced || after[name.endIndex...].first == "}"
            if isWhole, !name.isEmpty, let value = environment[String(name)] {
                output += value
            } else {
                output += rest[dollar..<end]
            }
            rest = rest[end...]
        }
        output += rest
        guard output == "~" || output.hasPrefix("~/"), let home = environment["HOME"], !home.isEmpty else {
            return output
        }
        let base = home.hasSuffix("/") ? String(home.dropLast()) : home
        return base + output.dropFirst()
    }
}
