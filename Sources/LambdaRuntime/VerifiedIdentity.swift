/// Who signed a request, as AWS's authoriser found out; each text as it came, none of it judged yet.
///
/// Source: API Gateway Developer Guide, "Variables for access logging" (`$context.identity.*`); Lambda Developer Guide,
/// "Invoking Lambda function URLs" (`requestContext.authorizer.iam`).
public struct VerifiedIdentity: Sendable, Hashable {
    /// For example `arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_DatabaseAdmin_0123456789abcdef/alice`.
    public var userARN: String
    /// The caller's account, twelve digits; not the front door's.
    public var accountID: String
    /// Unique role ID and session name: `AROAEXAMPLE:alice`.
    public var callerID: String
    /// The access key that signed; an identifier, not a secret.
    public var accessKeyID: String
    /// The caller's organisation, `o-…`; nil when AWS names none.
    public var principalOrgID: String?
    /// The address the request came from.
    public var sourceIP: String
    /// What the client calls itself; nil when it says nothing.
    public var userAgent: String?

    /// Makes an identity.
    public init(
        userARN: String,
        accountID: String,
        callerID: String,
        accessKeyID: String,
        principalOrgID: String? = nil,
        sourceIP: String,
        userAgent: String? = nil
    ) {
        self.userARN = userARN
        self.accountID = accountID
        self.callerID = callerID
        self.accessKeyID = accessKeyID
        self.principalOrgID = principalOrgID
        self.sourceIP = sourceIP
        self.userAgent = userAgent
    }
}

extension VerifiedIdentity {
    /// Takes what an event says, each member present and not empty.
    init(
        userARN: String?,
        accountID: String?,
        callerID: String?,
        accessKeyID: String?,
        principalOrgID: String?,
        sourceIP: String,
        userAgent: String?
    ) throws(EventRefusal) {
        self.init(
            userARN: try Self.require(userARN, .userARN),
            accountID: try Self.require(accountID, .accountID),
            callerID: try Self.require(callerID, .callerID),
            accessKeyID: try Self.require(accessKeyID, .accessKeyID),
            principalOrgID: principalOrgID.flatMap { $0.isEmpty ? nil : $0 },
            sourceIP: sourceIP,
            userAgent: userAgent.flatMap { $0.isEmpty ? nil : $0 }
        )
    }

    private static func require(
        _ value: String?,
        _ member: EventRefusal.IdentityMember
    ) throws(EventRefusal) -> String {
        guard let value, !value.isEmpty else { throw .identity(member) }
        return value
    }
}
