internal import ArgumentParser

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// `ssm-broker channel-credentials`, which the plugin runs as its `credential_process`.
struct ChannelCredentialsCommand: BrokerCommand {
    static let configuration = CommandConfiguration(
        commandName: "channel-credentials",
        abstract: "Give session-manager-plugin the credentials of its session.",
        discussion: """
            The plugin runs this command; a person has no use for it.

            Example, from the configuration file that connect gives to the plugin:
              credential_process = …/ssm-broker channel-credentials
            """,
        shouldDisplay: false
    )

    /// A renewal may take the broker as long as it likes, and a little.
    private static let patienceMilliseconds = 40_000

    var format: OutputFormat { .table }
    var needsSettings: Bool { false }

    func run(in world: Dependencies) async throws {
        // Ctrl-C goes to every process on the terminal, and would take the session's credentials away with the remote command.
        for number in [SIGINT, SIGQUIT, SIGTSTP] { signal(number, SIG_IGN) }
        guard let path = world.environment[PluginEnvironment.channel], !path.isEmpty else {
            throw CommandFailure(
                .usage,
                code: "CHANNEL_MISSING",
                what: "This command is for session-manager-plugin, which ssm-broker connect starts.",
                next: "ssm-broker connect --help"
            )
        }
        guard world.output.columns == nil else {
            throw CommandFailure(.usage, code: "CHANNEL_SHOWN", what: "Secret keys are not shown on a terminal.")
        }
        switch try await Self.message(from: path) {
        case .credentials(let credentials):
            world.output.result(String(decoding: ChannelMessage(credentials).bytes, as: UTF8.self) + "\n")
        case .refused(let reason):
            throw CommandFailure(.failed, code: "CHANNEL_REFUSED", what: reason)
        }
    }

    private static func message(from path: String) async throws -> ChannelMessage {
        let answer: Result<[UInt8]?, any Error> = await onOwnThread("channel") {
            Result {
                let connection = try UnixSocket.connect(to: path)
                defer { close(connection) }
                guard UnixSocket.peer(of: connection) == getuid() else { throw SystemError("peer", number: EPERM) }
                return try Descriptor.readToEnd(
                    connection,
                    limit: ChannelMessage.maximumBytes,
                    milliseconds: patienceMilliseconds
                )
            }
        }
        do {
            guard let bytes = try answer.get(), let message = ChannelMessage(bytes: bytes) else {
                throw CommandFailure(
                    .failed,
                    code: "CHANNEL_BROKEN",
                    what: "ssm-broker connect gave no credentials; the session has ended, or is about to."
                )
            }
            return message
        } catch let error as SystemError {
            throw CommandFailure(
                .failed,
                code: "CHANNEL_BROKEN",
                what: "ssm-broker connect no longer runs, so there are no credentials for its session.",
                why: [error.description]
            )
        }
    }
}
