/// What a session carries.
public enum SessionKind: String, Sendable, Hashable, CaseIterable, Comparable {
    /// An interactive shell as the mapped Linux user.
    case shell

    /// The word that stands in the names of the kind's session documents, for example `Shell`.
    public var documentWord: String {
        switch self {
        case .shell: "Shell"
        }
    }

    /// Orders by name.
    public static func < (left: SessionKind, right: SessionKind) -> Bool { left.rawValue < right.rawValue }
}
