internal import AWSClient

/// What an answer of AWS's means for the work on a document.
enum Obstacle: Sendable, Hashable {
    /// Somebody else was at work on it, or nobody knows whether the call did anything: wait, look, plan anew.
    case lookAgain
    /// The text has been there before.
    case sameText
    /// There are as many versions as there may be.
    case tooManyVersions
    /// The Region is not open in this account.
    case regionOff
    /// No time is left.
    case outOfTime
    /// It will not be otherwise the next time either.
    case lasting(String)

    /// Reads a failure.
    init(_ error: any Error) {
        switch error {
        case let failure as AWSFailure: self.init(failure)
        case is OutOfTime: self = .outOfTime
        default: self = .lasting("\(error)")
        }
    }

    /// Codes of answers after which a look tells what to do: raced, changed or deleted meanwhile, busy, still shared.
    private static let raced: Set<String> = [
        "DocumentAlreadyExists", "InvalidDocument", "InvalidDocumentVersion", "InvalidDocumentOperation",
        "TooManyUpdates",
        "InvalidNextToken",
    ]

    /// Codes by which Systems Manager of a Region that the account has not opened refuses credentials that are good elsewhere.
    ///
    /// Source: AWS Account Management Reference, "Enable or disable AWS Regions in your account"; General Reference, "Common
    /// errors".
    private static let off: Set<String> = [
        "UnrecognizedClientException", "InvalidClientTokenId", "SubscriptionRequiredException", "SubscriptionRequired",
        "OptInRequired", "AuthFailure",
    ]

    private init(_ failure: AWSFailure) {
        switch (failure.code, failure.kind) {
        case ("DuplicateDocumentContent"?, _): self = .sameText
        case ("DocumentVersionLimitExceeded"?, _): self = .tooManyVersions
        case (let code?, _) where Self.off.contains(code) && failure.service == .ssm: self = .regionOff
        case (let code?, _) where Self.raced.contains(code): self = .lookAgain
        case (_, .throttled), (_, .unavailable), (_, .unreachable), (_, .brokenAnswer): self = .lookAgain
        case (_, .deadline), (_, .cancelled): self = .outOfTime
        case ("DocumentLimitExceeded"?, _):
            self = .lasting(
                "the account has its 500 documents in this Region and no room for another; delete some that are not used, or ask AWS for more"
            )
        default: self = .lasting(failure.description)
        }
    }
}
