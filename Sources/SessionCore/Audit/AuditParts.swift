/// Who asked, as the front door vouches for it.
public struct AuditCaller: Sendable, Hashable {
    /// The caller's STS ARN, as it came.
    public var arn: String
    /// Whom the session would belong to.
    public var owner: SessionOwner
    /// The permission set that the role's name carries; nil when it carries none.
    public var permissionSet: String?
    /// The access key id that signed the request; no secret.
    public var accessKeyID: String?
    /// `verified`, or why the role is not proven to be Identity Center's; nil when no proof was tried.
    public var proof: String?

    /// Makes the part.
    public init(arn: String, owner: SessionOwner, permissionSet: String?, accessKeyID: String?, proof: String?) {
        self.arn = arn
        self.owner = owner
        self.permissionSet = permissionSet
        self.accessKeyID = accessKeyID
        self.proof = proof
    }

    var json: JSON {
        .compact([
            "accessKeyId": accessKeyID.map(JSON.string),
            "account": .string(owner.account),
            "arn": .string(arn),
            "permissionSet": permissionSet.map(JSON.string),
            "proof": proof.map(JSON.string),
            "roleId": .string(owner.roleID),
            "user": .string(owner.user),
        ])
    }

    init?(json: JSON) {
        guard let arn = json["arn"]?.text, let account = json["account"]?.text, let roleID = json["roleId"]?.text,
            let user = json["user"]?.text
        else { return nil }
        self.init(
            arn: arn,
            owner: SessionOwner(account: account, roleID: roleID, user: user),
            permissionSet: json["permissionSet"]?.text,
            accessKeyID: json["accessKeyId"]?.text,
            proof: json["proof"]?.text
        )
    }
}

/// Whom a session belongs to: compared in full, because role names and user names repeat between accounts.
public struct SessionOwner: Sendable, Hashable {
    /// The caller's account.
    public var account: String
    /// The `AROA…` of the caller's role.
    public var roleID: String
    /// The caller's session name: with Identity Center, the user name.
    public var user: String

    /// Makes an owner.
    public init(account: String, roleID: String, user: String) {
        self.account = account
        self.roleID = roleID
        self.user = user
    }

    /// The three in one text.
    public var text: String { "\(account)/\(roleID)/\(user)" }
}

/// The request that asked.
public struct AuditRequest: Sendable, Hashable {
    /// The front door's id of the request.
    public var id: String
    /// Lambda's id of the invocation.
    public var invocationID: String
    /// The id that the client chose for the attempt; nil when it gave none.
    public var clientRequestID: String?
    /// Method and route, for example `POST /v1/sessions`.
    public var route: String
    /// The engineer's address.
    public var sourceIP: String?
    /// The engineer's user agent, cut to 256 characters.
    public var userAgent: String?
    /// The client and its version, as it calls itself.
    public var client: String?

    /// Makes the part.
    public init(
        id: String,
        invocationID: String,
        clientRequestID: String? = nil,
        route: String,
        sourceIP: String?,
        userAgent: String?,
        client: String? = nil
    ) {
        self.id = id
        self.invocationID = invocationID
        self.clientRequestID = clientRequestID
        self.route = route
        self.sourceIP = sourceIP
        self.userAgent = userAgent
        self.client = client
    }

    var json: JSON {
        .compact([
            "client": client.map(JSON.string),
            "clientRequestId": clientRequestID.map(JSON.string),
            "id": .string(id),
            "invocationId": .string(invocationID),
            "route": .string(route),
            "sourceIp": sourceIP.map(JSON.string),
            "userAgent": userAgent.map(JSON.string),
        ])
    }

    init?(json: JSON) {
        guard let id = json["id"]?.text, let invocationID = json["invocationId"]?.text, let route = json["route"]?.text
        else { return nil }
        self.init(
            id: id,
            invocationID: invocationID,
            clientRequestID: json["clientRequestId"]?.text,
            route: route,
            sourceIP: json["sourceIp"]?.text,
            userAgent: json["userAgent"]?.text,
            client: json["client"]?.text
        )
    }
}

/// The decision or failure, and why.
public struct AuditDecision: Sendable, Hashable {
    /// The word for a grant.
    public static let granted = "GRANTED"

    /// `GRANTED` or the raw value of a ``ProblemCode``.
    public var code: String
    /// One sentence.
    public var detail: String

    /// Makes the part.
    public init(code: String, detail: String) {
        self.code = code
        self.detail = detail
    }

    var json: JSON { ["code": .string(code), "detail": .string(detail)] }

    init?(json: JSON) {
        guard let code = json["code"]?.text, let detail = json["detail"]?.text else { return nil }
        self.init(code: code, detail: detail)
    }
}
