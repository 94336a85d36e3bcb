/// How the plugin's standard input and output are connected.
enum PluginStreams: Sendable {
    /// To ours: it shows the session on our terminal.
    case shared
    /// Its output comes to us, and signals do not reach it but through us.
    case apart(Piping)

    /// The longest name that a socket has in the private folder: a plugin that forwards a port puts one into its temporary folder.
    ///
    /// Source: session-manager-plugin, `portsession/muxportforwarding.go` (`getUnixSocketPath`: a number of 32 bits goes before).
    var longestSocketName: String {
        switch self {
        case .shared: PluginCall.Name.socket
        case .apart: "4294967295_session_manager_plugin_mux.sock"
        }
    }

    /// What a plugin gets that stands apart.
    struct Piping: Sendable {
        /// Whether it reads our standard input; else nothing ever comes, and no end of it either, at which the plugin would leave.
        var readsInput = false
        /// What signals mean while it runs.
        var meaning: SignalInbox.Meaning
        /// Gets each of the plugin's writes, one after the other, on a thread that nothing else waits for.
        var take: @Sendable ([UInt8]) -> Void
    }
}
