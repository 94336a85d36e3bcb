internal import HTTPTransport
public import SessionCore

/// AWS Lambda, of the account whose credentials are given: running functions.
///
/// Every call throws ``AWSFailure``.
public struct Lambda: Sendable {
    private static let path = "2015-03-31/functions"

    private let client: AWSClient
    private let region: Region
    private let credentials: AWSCredentials

    /// Makes a caller of the Region's own endpoint.
    public init(client: AWSClient, region: Region, credentials: AWSCredentials) {
        self.client = client
        self.region = region
        self.credentials = credentials
    }

    /// What became of a function that was waited for.
    public enum Outcome: Sendable, Hashable {
        /// It answered with these bytes, which are JSON.
        case answered([UInt8])
        /// It failed, by itself or by taking too long: the type of its error, for example `Handler.Failed`; empty if it gave none.
        case failed(errorType: String)
    }

    /// Runs a function and waits for it.
    ///
    /// Only a refusal to begin is repeated: a function whose answer was lost may have done its work.
    /// - Parameters:
    ///   - function: Its name or ARN, with a version or alias after it or not.
    ///   - event: JSON.
    ///   - milliseconds: How long to wait for the answer at most; the function may go on after that.
    /// - Returns: What became of it.
    /// - Throws: ``AWSFailure``, of kind `unreachable` when the time was not enough.
    public func run(_ function: String, event: [UInt8], waiting milliseconds: Int) async throws -> Outcome {
        var patient = client
        patient.limits.totalMilliseconds = milliseconds
        let call = Self.call(function, "RequestResponse", event, repeatable: .onlyWhenThrottled) { response in
            guard response.header("x-amz-function-error") != nil else {
                return Outcome.answered(response.body)
            }
            // A function that was killed may have left no report.
            let report = try? JSON(parsing: response.body)
            guard case .string(let errorType)? = report?["errorType"] else { return .failed(errorType: "") }
            return .failed(errorType: String(errorType.prefix(128)))
        }
        return try await patient.send(call, in: region, as: credentials)
    }

    /// Leaves an event for a function; Lambda runs it soon.
    ///
    /// It is repeated until Lambda has it: a function must take an event twice anyway, as Lambda itself delivers these at least once.
    /// - Parameters:
    ///   - event: JSON.
    ///   - function: Its name or ARN, with a version or alias after it or not.
    /// - Throws: ``AWSFailure`` when Lambda did not take it.
    public func leave(_ event: [UInt8], for function: String) async throws {
        let call = Self.call(function, "Event", event, repeatable: .always) { response in
            guard response.status == 202 else { throw BrokenOutput(part: "StatusCode") }
        }
        try await client.send(call, in: region, as: credentials)
    }

    private static func call<Output: Sendable>(
        _ function: String,
        _ invocationType: String,
        _ event: [UInt8],
        repeatable: AWSCall<Output>.Repeatable,
        output: @escaping @Sendable (HTTPResponse) throws -> Output
    ) -> AWSCall<Output> {
        AWSCall(
            service: .lambda,
            operation: "Invoke",
            repeatable: repeatable,
            path: "\(path)/\(PercentEncoding.encode(function))/invocations",
            headers: [HTTPHeader("X-Amz-Invocation-Type", invocationType)],
            body: event,
            output: { response, _ in try output(response) },
            // Lambda's errors come in the headers of the JSON protocols, and with their messages.
            fault: JSONProtocol.fault,
            requestID: { $0.header("x-amzn-requestid") }
        )
    }
}
