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
              SSM_BROKER_NO_INPUT    1: ask nothing, as --no-input
              SSM_BROKER_PROFILE, SSM_BROKER_OUTPUT, SSM_BROKER_PLUGIN,
              SSM_BROKER_CONFIG_FILE
                                     the AWS profile, form of output, plugin, settings
              AWS_REGION             the nodes' Region, unless --region says another
              AWS_PROFILE, …         your credentials, as for the aws command

            Files:
              ~/.config/ssm-broker/config
                                     the settings; under XDG_CONFIG_HOME where it is set
              ~/.aws/config, ~/.aws/credentials, ~/.aws/sso/cache
                                     your profiles and sign-ins, as the aws command
              ~/.cache/ssm-broker/nodes.json
                                     nodes that you used or saw lately, for completion
              /usr/local/sessionmanagerplugin/bin/session-manager-plugin
                                     the plugin, where PATH has none

            Forms of output:
              -o table               for a person; the default, without colour
              -o json                one document, keys that stay; a failure is one too
              -o ndjson              one such document a line, one for each row
              -o tsv                 a line for each row, tabs between cells, no header;
                                     a tab, line end or backslash is \\t, \\n, \\r, \\\\;
                                     of a single result, each member: name, value

            Exit codes:
            \(ExitStatus.table)
            """,
        version: Version.text,
        subcommands: [
            Connect.self, Exec.self, Forward.self, SSHProxy.self, SSHConfig.self, Instances.self, WhoAmI.self,
            Configure.self, DoctorCommand.self, Sessions.self, Audit.self, Map.self, BlockCommand.self,
            UnblockCommand.self, BlocksCommand.self, ChannelCredentialsCommand.self,
        ]
    )
}

extension SSMBroker {
    /// Why `help` cannot show what it is asked for.
    ///
    /// ArgumentParser shows the nearest help instead, and ends with 0.
    ///
    /// - Parameter arguments: The command line, without the program.
    /// - Returns: What is wrong; nil when it can.
    static func unknownHelp(_ arguments: some Collection<String>) -> ValidationError? {
        guard arguments.first == "help" else { return nil }
        var type: any ParsableCommand.Type = SSMBroker.self
        for name in arguments.dropFirst() where !name.hasPrefix("-") {
            guard let next = type.configuration.subcommands.first(where: { $0._commandName == name }) else {
                return ValidationError("There is no command '\(Printable.line(name))' to show the help of.")
            }
            type = next
        }
        return nil
    }
}
