internal import HTTPTransport

/// Why CloudFormation could not be told.
///
/// It is thrown, so that Lambda delivers the event again.
public enum CustomResourceFailure: Error, Sendable, Hashable {
    /// What must be repeated leaves no room for an answer.
    case tooLarge
    /// The bucket refused the answer with this status.
    case refused(status: Int)
    /// The bucket could not be reached, for this reason of the transport's.
    case unreachable(String)
}

extension CustomResourceFailure: Diagnosable {
    /// Which failure it is, with the status or the transport's reason.
    public var logLine: String {
        switch self {
        case .tooLarge: "the answer would be over \(CustomResourceAnswer.limit) bytes"
        case .refused(let status): "CloudFormation's bucket refused the answer with status \(status)"
        case .unreachable(let why): "CloudFormation's bucket could not be reached: \(why)"
        }
    }

    /// The same for all.
    public var diagnostic: Diagnostic {
        Diagnostic(errorType: "CustomResource.NotAnswered", errorMessage: "CloudFormation could not be answered.")
    }
}
