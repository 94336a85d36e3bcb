#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The session-manager-plugin of this machine, found and fit for use.
struct Plugin: Sendable, Hashable {
    /// The program's absolute path.
    let path: String
    /// What it says it is.
    let version: PluginVersion
    /// What the person should know about it; nil when all is well.
    let warning: String?

    enum Key {
        static let allowDevelopment = "SSM_BROKER_ALLOW_DEV_PLUGIN"
        static let path = "PATH"
    }

    /// The program's name.
    static let name = "session-manager-plugin"
    /// Where AWS's packages install it, which is not always on the path.
    static let installed = "/usr/local/sessionmanagerplugin/bin/session-manager-plugin"
    private static let install =
        "Install it: https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"

    /// Finds the plugin and asks it for its version.
    ///
    /// - Parameters:
    ///   - environment: Where the search path is, and whether a plugin built from source will do.
    ///   - named: The plugin that the settings name; nil to look for one.
    ///   - installed: Where to look when the search path has none.
    ///   - patienceMilliseconds: How long `--version` may take.
    /// - Returns: A plugin that may be used, perhaps with a warning.
    /// - Throws: ``CommandFailure`` with status ``ExitStatus/plugin``.
    static func find(
        environment: [String: String],
        named: Settings.Value? = nil,
        installed: String = Self.installed,
        patienceMilliseconds: Int = 5000
    ) async throws -> Plugin {
        if let named, !isProgram(named.text) {
            throw CommandFailure(
                .plugin,
                code: "PLUGIN_MISSING",
                what: "\(named.text) is no program; no session was asked for.",
                why: ["\(named.source.name(of: .plugin)) names it."],
                next: "Correct the setting, or take it away: then the plugin is looked for on the PATH."
            )
        }
        guard let path = named?.text ?? locate(environment: environment, installed: installed) else {
            throw CommandFailure(
                .plugin,
                code: "PLUGIN_MISSING",
                what: "session-manager-plugin is not installed; no session was asked for.",
                why: ["It is neither on the PATH nor at \(installed)."],
                next: install
            )
        }
        let answer = try await version(of: path, environment: environment, patienceMilliseconds: patienceMilliseconds)
        guard let version = PluginVersion(answer) else {
            throw CommandFailure(
                .plugin,
                code: "PLUGIN_UNUSABLE",
                what: "\(path) does not say which version it is; no session was asked for.",
                why: ["Asked with --version, it said: \(answer.prefix(80))"],
                next: install
            )
        }
        return try judged(path: path, version: version, isDevelopmentAllowed: environment[Key.allowDevelopment] == "1")
    }

    private static func judged(path: String, version: PluginVersion, isDevelopmentAllowed: Bool) throws -> Plugin {
        if version.isDevelopment {
            guard isDevelopmentAllowed else {
                throw CommandFailure(
                    .plugin,
                    code: "PLUGIN_UNRELEASED",
                    what: "\(path) is no released plugin: it was built from source and says \(version).",
                    why: ["Session Manager ends the sessions of such a plugin after seconds."],
                    next: "\(install), or set \(Key.allowDevelopment)=1 against a test system."
                )
            }
            let warning = "\(path) was built from source (\(version)): AWS ends such sessions early."
            return Plugin(path: path, version: version, warning: warning)
        }
        guard version >= .oldest else {
            throw CommandFailure(
                .plugin,
                code: "PLUGIN_TOO_OLD",
                what: "\(path) has version \(version); \(PluginVersion.oldest) is the oldest that works.",
                why: ["Older plugins do not sign the data channel, and AWS no longer supports them."],
                next: install
            )
        }
        let isDated = version < .advised
        return Plugin(
            path: path,
            version: version,
            warning: isDated
                ? "session-manager-plugin \(version) loses long sessions; \(PluginVersion.advised) or later does not."
                : nil
        )
    }

    private static func locate(environment: [String: String], installed: String) -> String? {
        // A relative entry would run whatever lies in the current folder.
        let folders = (environment[Key.path] ?? "").split(separator: ":").filter { $0.hasPrefix("/") }
        return (folders.map { "\($0)/\(name)" } + [installed]).first(where: isProgram)
    }

    private static func isProgram(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }

    private static func version(
        of path: String,
        environment: [String: String],
        patienceMilliseconds: Int
    ) async throws -> String {
        let answer: [UInt8]?
        do {
            answer = try await ProgramOutput.of(
                path: path,
                arguments: [name, "--version"],
                environment: PluginEnvironment.withoutCredentials(environment),
                milliseconds: patienceMilliseconds
            )
        } catch let error as SystemError {
            throw CommandFailure(
                .plugin,
                code: "PLUGIN_UNUSABLE",
                what: "\(path) cannot be run; no session was asked for.",
                why: [error.description],
                next: install
            )
        }
        guard let answer else {
            throw CommandFailure(
                .plugin,
                code: "PLUGIN_STUCK",
                what:
                    "\(path) --version gave no answer within \(patienceMilliseconds / 1000) s; no session was asked for.",
                next: install
            )
        }
        return String(decoding: answer, as: UTF8.self)
    }
}
