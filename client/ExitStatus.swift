/// How a command ended, as the shell sees it: the one table of exit codes.
///
/// For `exec` the remote command's own status takes the place of `done`; see ``RemoteStatus``.
enum ExitStatus: Int32, Sendable, Hashable, CaseIterable {
    /// What was asked is done.
    case done = 0
    /// It failed, for a reason that has no code of its own.
    case failed = 1
    /// The credentials are missing, expired or not accepted.
    case signIn = 4
    /// The map, the role proof or IAM said no.
    case denied = 5
    /// There is no such node, or more than one.
    case nodeNotFound = 6
    /// The node is there and cannot take a session now.
    case nodeNotReady = 7
    /// session-manager-plugin is missing, too old or did not start.
    case plugin = 8
    /// The audit log cannot be written, so the request was refused.
    case auditUnavailable = 9
    /// The command line, a setting or a file was wrong: ArgumentParser's own code.
    case usage = 64
    /// A signal ended it: 128 and the number of SIGINT.
    case interrupted = 130

    /// What stands behind the code in the help.
    var explanation: String {
        switch self {
        case .done: "done; for exec, the remote command's own status"
        case .failed: "failed"
        case .signIn: "sign in again"
        case .denied: "denied by the role map, by the proof of the role, or by IAM"
        case .nodeNotFound: "node not found or ambiguous"
        case .nodeNotReady: "node not ready"
        case .plugin: "session-manager-plugin missing, too old or stuck"
        case .auditUnavailable: "audit log unavailable, so refused"
        case .usage: "wrong usage or settings"
        case .interrupted: "interrupted"
        }
    }

    /// The table as it stands in the root help, one code a line.
    static var table: String {
        allCases.map { status in
            let code = String(status.rawValue)
            return "  " + String(repeating: " ", count: 3 - code.count) + code + "  " + status.explanation
        }.joined(separator: "\n")
    }
}
