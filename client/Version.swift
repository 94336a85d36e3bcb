/// Which client this is.
enum Version {
    /// The version as `--version` prints it.
    static let text = "0.1.0"
    /// How the client names itself to the broker.
    static let client = "ssm-broker/\(text)"
}
