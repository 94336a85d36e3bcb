public import AWSClient
internal import Logging
public import SessionCore

/// The enforcer, as the broker asks it to bring one role's documents up to date in one place.
///
/// It takes the documents from the published map; the broker names the place, and nothing else.
public struct EnforcerFunction: Sendable {
    /// The function's ARN, with a version or alias after it or not.
    public struct ARN: Sendable, Hashable {
        /// The ARN as text.
        public let text: String
        /// The function's Region.
        public let region: Region

        /// Checks and keeps an ARN; nil when it is none of a Lambda function.
        ///
        /// Shape: `arn:aws:lambda:eu-west-1:999900001111:function:ssm-broker-enforcer`.
        /// Source: Lambda API Reference, `Invoke`, FunctionName.
        public init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            let isWord = { (part: Substring) in
                (1...64).contains(part.utf8.count)
                    && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-$".contains($0)) }
            }
            guard (7...8).contains(parts.count), parts[0] == "arn",
                let partition = Partition(rawValue: String(parts[1])),
                parts[2] == "lambda", let region = try? Region(parts[3]), region.partition == partition,
                (try? AccountID(parts[4])) != nil, parts[5] == "function", parts[6...].allSatisfy(isWord)
            else { return nil }
            self.text = text
            self.region = region
        }
    }

    private let client: AWSClient
    private let credentials: any CredentialSource
    private let arn: ARN

    /// Names the way to the function.
    ///
    /// - Parameters:
    ///   - client: Calls AWS.
    ///   - credentials: The broker's own, of its execution role.
    ///   - arn: The function.
    public init(client: AWSClient, credentials: any CredentialSource, arn: ARN) {
        self.client = client
        self.credentials = credentials
        self.arn = arn
    }

    /// Tells the enforcer that a version was published, and does not wait for the rollout.
    ///
    /// A notice that is lost costs time only: the schedule comes, and a connect that needs a document asks for it.
    ///
    /// - Parameters:
    ///   - number: The version.
    ///   - deadline: When the call must be over.
    ///   - logger: Hears of the call.
    /// - Throws: ``AWSFailure``.
    func announce(_ number: Int64, until deadline: Timestamp, logger: Logger) async throws {
        var client = client
        client.logger = logger
        client.deadline = deadline
        let lambda = Lambda(client: client, region: arn.region, credentials: try await credentials.credentials())
        let event: JSON = ["number": .integer(number), "trigger": "publication"]
        try await lambda.leave(event.canonicalBytes, for: arn.text)
    }

    /// Has the documents of one permission set or role made right in one place, and waits for that.
    ///
    /// - Parameters:
    ///   - id: The entry's name in the map.
    ///   - account: The account.
    ///   - region: The Region.
    ///   - milliseconds: How long to wait at most; the function may go on after that.
    ///   - logger: Hears of the call.
    /// - Returns: How the place stands now; nil when the function failed, or its answer is not understood.
    /// - Throws: ``AWSFailure``.
    func converge(
        _ id: PermissionSetName,
        account: AccountID,
        region: Region,
        waiting milliseconds: Int,
        logger: Logger
    ) async throws -> RolloutPlace? {
        let event: JSON = [
            "account": .string(account.digits), "permissionSet": .string(id.name), "region": .string(region.name),
            "trigger": "converge",
        ]
        var client = client
        client.logger = logger
        client.deadline = Timestamp(milliseconds: client.now().milliseconds + Int64(milliseconds))
        let lambda = Lambda(client: client, region: arn.region, credentials: try await credentials.credentials())
        switch try await lambda.run(arn.text, event: event.canonicalBytes, waiting: milliseconds) {
        case .answered(let bytes):
            // Why the answer is not understood makes no difference: the document is read again in any case.
            return (try? JSON(parsing: bytes))?["place"].flatMap(RolloutPlace.init(json:))
        case .failed(let errorType):
            logger.info("the enforcer failed", metadata: ["error.type": "\(errorType)"])
            return nil
        }
    }
}
