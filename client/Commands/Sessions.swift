internal import ArgumentParser

/// `ssm-broker sessions`.
struct Sessions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List sessions, live and past, and end them.",
        discussion: """
            Examples:
              ssm-broker sessions
              ssm-broker sessions list --all --state live
              ssm-broker sessions end 6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11
              ssm-broker sessions end --node i-0123456789abcdef0
            """,
        subcommands: [SessionsList.self, SessionsEnd.self],
        defaultSubcommand: SessionsList.self
    )
}
