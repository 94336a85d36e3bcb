internal import HTTPTransport

/// One event that Lambda hands over, with what the Runtime API says about it.
///
/// It prints without the event: a proxy event holds the caller's session token among its headers.
public struct Invocation: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// Lambda's request ID.
    public let id: String
    /// When Lambda stops the function: milliseconds since 1970-01-01T00:00:00Z.
    public let deadlineMilliseconds: Int64
    /// The function, version or alias that was invoked, if Lambda said so.
    public let functionARN: String?
    /// The X-Ray tracing header, if Lambda sent one.
    public let traceID: String?
    /// The event as it came; JSON by Lambda's promise, not yet read.
    public let event: [UInt8]

    /// Makes an invocation.
    public init(
        id: String,
        deadlineMilliseconds: Int64,
        functionARN: String? = nil,
        traceID: String? = nil,
        event: [UInt8]
    ) {
        self.id = id
        self.deadlineMilliseconds = deadlineMilliseconds
        self.functionARN = functionARN
        self.traceID = traceID
        self.event = event
    }

    /// How long the handler still has; zero once the deadline has passed.
    ///
    /// - Parameter now: Milliseconds since 1970-01-01T00:00:00Z.
    /// - Returns: Milliseconds, never negative.
    public func remainingMilliseconds(at now: Int64) -> Int64 { max(0, deadlineMilliseconds - now) }

    /// The request ID only.
    public var description: String { "invocation \(id)" }

    /// Shows the request ID only.
    public var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}

extension Invocation {
    /// Reads the reply to a call for the next invocation; nil when it has no usable deadline.
    ///
    /// - Parameters:
    ///   - id: The request ID, already checked.
    ///   - reply: The whole reply.
    init?(id: String, reply: HTTPResponse) {
        guard let deadline = reply.header("Lambda-Runtime-Deadline-Ms").flatMap({ Int64($0) }), deadline > 0 else {
            return nil
        }
        self.init(
            id: id,
            deadlineMilliseconds: deadline,
            functionARN: reply.header("Lambda-Runtime-Invoked-Function-Arn"),
            traceID: reply.header("Lambda-Runtime-Trace-Id"),
            event: reply.body
        )
    }
}
