internal import ArgumentParser

/// The command `ssm-broker`.
struct SSMBroker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ssm-broker",
        abstract: "Sessions on nodes as the Linux user of your permission set.",
        discussion: """
            The broker decides by the permission set that you are signed in with, records
            the session and starts it; session-manager-plugin shows it on your terminal.

            Example:
              ssm-broker connect i-0123456789abcdef0 --reason "disk full"

            Settings are kept by ssm-broker configure; these variables go before them:
              SSM_BROKER_URL         where the broker is
              SSM_BROKER_REGION      the broker's Region
              AWS_REGION             the nodes' Region, unless --region says another
              AWS_PROFILE, …         your credentials, as for the aws command

            Exit codes:
            \(ExitStatus.table)
            """,
        version: Version.text,
        subcommands: [
            Connect.self, Exec.self, Forward.self, SSHProxy.self, SSHConfig.self, WhoAmI.self, Configure.self,
            Sessions.self, Audit.self, Map.self, BlockCommand.self, UnblockCommand.self,
            BlocksCommand.self, ChannelCredentialsCommand.self,
        ]
    )
}
