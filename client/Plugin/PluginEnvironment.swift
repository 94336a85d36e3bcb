/// The environment that the plugin gets: the engineer's own, without what would let it act as the engineer.
enum PluginEnvironment {
    /// Variables from which AWS's libraries take credentials, and those that would turn them to other ones.
    ///
    /// Source: AWS SDKs and Tools Reference Guide, "Environment variables list"; aws-sdk-go v1's `envconfig` for the older names;
    /// session-manager-plugin for the last two, which would leave the data channel unsigned, and open forwarded ports to the network.
    static let removed: Set<String> = [
        "AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SESSION_TOKEN",
        "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION", "AWS_CREDENTIAL_FILE", "AWS_ACCOUNT_ID",
        "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "SSM_PLUGIN_SKIP_CLIENT_CONFIGURE", "SSM_PLUGIN_LOCAL_HOST",
    ]

    /// How the variables begin that hand a StartSession answer to the plugin.
    static let responsePrefix = "AWS_SSM_START_SESSION_RESPONSE"
    /// Where the plugin's `credential_process` finds us.
    static let channel = "SSM_BROKER_CHANNEL"

    /// What a plugin needs to know to reach the session, all of it paths and names but the response.
    struct Hand: Sendable, Hashable {
        /// The private folder, where the plugin's own temporary files go too.
        var folder: String
        /// The AWS configuration file with the one profile.
        var configFile: String
        /// A path that names no file.
        var missingFile: String
        /// Where the credentials are served.
        var socket: String
        /// The variable with the response.
        var responseVariable: String
        /// StartSession's answer as JSON, token included.
        var response: String
    }

    /// An environment without credentials of any kind.
    static func withoutCredentials(_ environment: [String: String]) -> [String: String] {
        var kept = environment.filter { !removed.contains($0.key) && !$0.key.hasPrefix(responsePrefix) }
        kept["AWS_EC2_METADATA_DISABLED"] = "true"
        return kept
    }

    /// The plugin's whole environment.
    static func make(from environment: [String: String], hand: Hand) -> [String: String] {
        var made = withoutCredentials(environment)
        made["TMPDIR"] = hand.folder
        made["AWS_CONFIG_FILE"] = hand.configFile
        made["AWS_SHARED_CREDENTIALS_FILE"] = hand.missingFile
        made[channel] = hand.socket
        made[hand.responseVariable] = hand.response
        return made
    }
}
