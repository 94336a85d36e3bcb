/// What a session carries.
public enum SessionKind: String, Sendable, Hashable, CaseIterable, Comparable {
    /// An interactive shell as the mapped Linux user.
    case shell
    /// One command as the mapped Linux user.
    case command
    /// A forwarded port, of the node or of a machine that the node reaches; no Linux user has a part in it.
    case port
    /// A connection to the node's sshd, which then says who the user is.
    case ssh

    /// The word that stands in the names of the kind's session documents, for example `Shell`.
    public var documentWord: String {
        switch self {
        case .shell: "Shell"
        case .command: "Command"
        case .port: "Port"
        case .ssh: "SSH"
        }
    }

    /// Orders by name.
    public static func < (left: SessionKind, right: SessionKind) -> Bool { left.rawValue < right.rawValue }
}
