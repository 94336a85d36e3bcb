/// What Lambda, and through it the function's caller, may learn about a failure.
///
/// Both parts are text of this program (`StaticString`), so neither an event's text nor a secret can get into them.
public struct Diagnostic: Sendable, Equatable, CustomStringConvertible {
    /// A stable name, `Category.Reason`, for example `Runtime.InvalidInvocation`.
    public let errorType: String
    /// One sentence for the operator.
    public let errorMessage: String

    /// Names a failure.
    ///
    /// - Parameters:
    ///   - errorType: Letters, digits and dots only: it travels as a header value.
    ///   - errorMessage: One sentence.
    public init(errorType: StaticString, errorMessage: StaticString) {
        self.errorType = "\(errorType)"
        self.errorMessage = "\(errorMessage)"
        precondition(
            self.errorType.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."):
                    true
                default: false
                }
            },
            "an error type is letters, digits and dots"
        )
    }

    /// Type and message in one line.
    public var description: String { "\(errorType): \(errorMessage)" }

    /// What is said of an error that has no diagnostic of its own.
    public static let unknown = Diagnostic(
        errorType: "Handler.Failed",
        errorMessage: "The invocation failed; its log lines say where."
    )

    static let invalidInvocation = Diagnostic(
        errorType: "Runtime.InvalidInvocation",
        errorMessage: "The invocation came without a usable deadline."
    )

    static let responseTooLarge = Diagnostic(
        errorType: "Runtime.ResponseTooLarge",
        errorMessage: "The response is larger than Lambda takes."
    )

    static let responseRefused = Diagnostic(
        errorType: "Runtime.ResponseRefused",
        errorMessage: "Lambda did not take the response."
    )

    /// What may be said of any error: its own diagnostic, or the constant one.
    public static func of(_ error: any Error) -> Diagnostic {
        (error as? any Diagnosable)?.diagnostic ?? .unknown
    }
}

/// An error that says itself what Lambda may be told of it.
public protocol Diagnosable: Error {
    /// The public part of the error.
    var diagnostic: Diagnostic { get }
    /// One line for this process's own log; holds no secret and no text of a body, a header or a query.
    var logLine: String { get }
}
