public import HTTPTransport

/// Why the process can no longer serve: the Runtime API cannot be talked to.
public enum RuntimeFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The calls of the Runtime API.
    public enum Call: String, Sendable, Hashable {
        /// `GET /runtime/invocation/next`.
        case next
        /// `POST /runtime/invocation/{id}/response`.
        case response
        /// `POST /runtime/invocation/{id}/error`.
        case error
        /// `POST /runtime/init/error`.
        case initError
    }

    /// No whole reply came.
    case noReply(Call, HTTPFailure)
    /// The reply has a status that leaves nothing to go on with.
    case status(Call, Int)
    /// The reply names no invocation, or names it with what cannot stand in a path; so nobody can be told.
    case noInvocationID

    /// One line for the log.
    public var description: String {
        switch self {
        case .noReply(let call, let failure):
            "Runtime API, \(call.rawValue): no reply (\(failure.kind.rawValue)): \(failure.explanation)"
        case .status(let call, let status): "Runtime API, \(call.rawValue): unexpected status \(status)"
        case .noInvocationID: "Runtime API, next: no usable Lambda-Runtime-Aws-Request-Id"
        }
    }
}
