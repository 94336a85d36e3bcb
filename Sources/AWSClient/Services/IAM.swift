public import SessionCore

/// AWS Identity and Access Management, of the account whose credentials are given.
///
/// Every call throws ``AWSFailure``.
public struct IAM: Sendable {
    private static let version = "2010-05-08"

    private let client: AWSClient
    private let region: Region
    private let credentials: AWSCredentials

    /// Makes a caller.
    ///
    /// - Parameters:
    ///   - client: The way to AWS.
    ///   - region: Any Region of the partition: IAM has one endpoint for all of them.
    ///   - credentials: Who asks.
    public init(client: AWSClient, region: Region, credentials: AWSCredentials) {
        self.client = client
        self.region = region
        self.credentials = credentials
    }

    /// A role as IAM knows it.
    public struct Role: Sendable, Hashable {
        /// The path, beginning and ending with a slash.
        public let path: String
        /// The name, without the path.
        public let name: String
        /// The unique id, `AROA…`: a role made anew under the same name has another.
        public let id: String
        /// The ARN, with the path in it.
        public let arn: String
        /// The role's tags, whose keys IAM holds for one and the same when they differ only in case.
        public let tags: [String: String]
        /// The request ID that CloudTrail knows; nil when the answer had none.
        public let requestID: String?
    }

    /// Looks a role up by name.
    ///
    /// - Throws: ``AWSFailure`` of kind `notFound` when the account has no such role.
    public func role(named name: String) async throws -> Role {
        let call: AWSCall<Role> = QueryProtocol.call(
            .iam,
            version: Self.version,
            "GetRole",
            parameters: [("RoleName", name)]
        ) { result, requestID in
            let role = try result.child("Role")
            return Role(
                path: try role.value("Path"),
                name: try role.value("RoleName"),
                id: try role.value("RoleId"),
                arn: try role.value("Arn"),
                tags: try Self.tags(of: role),
                requestID: requestID
            )
        }
        return try await client.send(call, in: region, as: credentials)
    }

    /// A role without tags has no list of them.
    private static func tags(of role: XMLTree) throws -> [String: String] {
        let list = role.children.first { $0.name == "Tags" }
        let tags = try (list?.children ?? []).map { (try $0.value("Key"), try $0.child("Value").trimmedText) }
        return Dictionary(tags) { first, _ in first }
    }
}
