internal import SessionCore

/// How the plugin is started for a session: its six arguments, its environment and the file that the environment names.
struct PluginCall: Sendable {
    /// The one profile in the configuration file.
    static let profile = "ssm-broker"

    /// The plugin's arguments, its own name first.
    let arguments: [String]
    /// The plugin's whole environment.
    let environment: [String: String]

    /// The names of what lies in the private folder.
    enum Name {
        static let socket = "channel"
        static let config = "config"
        static let missing = "none"
        static let executable = "ssm-broker"
    }

    /// Writes what the plugin reads into the private folder, and puts the call together.
    ///
    /// No secret goes into a file or an argument; the response goes into the environment, as AWS's own tools hand it over.
    /// The folder's name for our executable keeps characters that a shell or the file's format would read otherwise out of the file.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - endpoint: Where the plugin resumes and ends sessions.
    ///   - environment: The engineer's.
    ///   - executable: Our own absolute path.
    ///   - directory: The private folder.
    /// - Throws: ``SystemError`` when the folder cannot be written to.
    init(
        session: OpenedSession,
        endpoint: String,
        environment: [String: String],
        executable: String,
        directory: PrivateDirectory
    ) throws {
        let program = try directory.link(to: executable, as: Name.executable)
        // No quotes: the plugins before 1.2.804 (AWS SDK for Go v1) end a value at its closing quote, find no credentials then
        // and open the channel unsigned. The folder's name needs none.
        let config = try directory.write(
            "[profile \(Self.profile)]\ncredential_process = \(program) channel-credentials\n",
            as: Name.config
        )
        let variable = "\(PluginEnvironment.responsePrefix)_\(session.id.text.filter { $0 != "-" })"
        arguments = [
            Plugin.name, variable, session.region.name, "StartSession", Self.profile,
            (["Target": .string(session.node.text)] as JSON).canonicalText, endpoint,
        ]
        self.environment = PluginEnvironment.make(
            from: environment,
            hand: PluginEnvironment.Hand(
                folder: directory.path,
                configFile: config,
                missingFile: "\(directory.path)/\(Name.missing)",
                socket: "\(directory.path)/\(Name.socket)",
                responseVariable: variable,
                response: session.channel.session.json.canonicalText
            )
        )
    }
}
