/// What was asked for, and what the map made of it.
public struct AuditAccess: Sendable, Hashable {
    /// The kind of session asked for.
    public var kind: SessionKind
    /// What it was asked for: the command, or the port and its machine; no part for a kind that has none.
    public var parameters: SessionParameters
    /// The account that has the node: always the caller's.
    public var account: AccountID
    /// The node's Region.
    public var region: Region
    /// The node.
    public var node: NodeID
    /// Why, in the engineer's words.
    public var reason: String?
    /// The ticket that this belongs to.
    public var ticket: String?
    /// The Linux user that the map gives; nil for a kind in which none has a part.
    ///
    /// As text: a name that is reserved later must still be read in the records of today.
    public var linuxUser: String?
    /// The session document that the map renders.
    public var document: AuditDocument?
    /// The tags that the map wants the node to have, each with one of its values; nil when none are wanted.
    public var nodeTags: [String: [String]]?
    /// The version of the map that decided: the SHA-256 of its canonical bytes, in hexadecimal.
    public var mapVersion: String?
    /// The RoleSessionName in the member account, with which the session id begins.
    public var roleSessionName: String?
    /// The SourceIdentity in the member account.
    public var sourceIdentity: String?

    /// Makes the part.
    public init(
        kind: SessionKind,
        parameters: SessionParameters = SessionParameters(),
        account: AccountID,
        region: Region,
        node: NodeID,
        reason: String? = nil,
        ticket: String? = nil,
        linuxUser: String? = nil,
        document: AuditDocument? = nil,
        nodeTags: [String: [String]]? = nil,
        mapVersion: String? = nil,
        roleSessionName: String? = nil,
        sourceIdentity: String? = nil
    ) {
        self.kind = kind
        self.parameters = parameters
        self.account = account
        self.region = region
        self.node = node
        self.reason = reason
        self.ticket = ticket
        self.linuxUser = linuxUser
        self.document = document
        self.nodeTags = nodeTags
        self.mapVersion = mapVersion
        self.roleSessionName = roleSessionName
        self.sourceIdentity = sourceIdentity
    }

    var json: JSON {
        .compact([
            "account": .string(account.digits),
            "command": parameters.commandJSON,
            "document": document?.json,
            "host": parameters.hostJSON,
            "kind": .string(kind.rawValue),
            "linuxUser": linuxUser.map(JSON.string),
            "localPort": parameters.localPortJSON,
            "mapVersion": mapVersion.map(JSON.string),
            "node": .string(node.text),
            "nodeTags": nodeTags.map { .object($0.mapValues { .array($0.map(JSON.string)) }) },
            "port": parameters.portJSON,
            "reason": reason.map(JSON.string),
            "region": .string(region.name),
            "roleSessionName": roleSessionName.map(JSON.string),
            "sourceIdentity": sourceIdentity.map(JSON.string),
            "ticket": ticket.map(JSON.string),
        ])
    }

    init?(json: JSON) {
        guard let kind = json["kind"]?.text.flatMap(SessionKind.init(rawValue:)),
            let account = json["account"]?.text.flatMap({ try? AccountID($0) }),
            let region = json["region"]?.text.flatMap({ try? Region($0) }),
            let node = json["node"]?.text.flatMap({ try? NodeID($0) })
        else { return nil }
        self.init(
            kind: kind,
            parameters: SessionParameters(recorded: json),
            account: account,
            region: region,
            node: node,
            reason: json["reason"]?.text,
            ticket: json["ticket"]?.text,
            linuxUser: json["linuxUser"]?.text,
            document: json["document"].flatMap(AuditDocument.init(json:)),
            nodeTags: json["nodeTags"]?.members?.mapValues { ($0.elements ?? []).compactMap(\.text) },
            mapVersion: json["mapVersion"]?.text,
            roleSessionName: json["roleSessionName"]?.text,
            sourceIdentity: json["sourceIdentity"]?.text
        )
    }
}

/// The session document that was checked and used.
public struct AuditDocument: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// The version that was checked; nil when it was not found.
    public var version: String?
    /// The SHA-256 of its canonical content, in hexadecimal.
    public var hash: String
    /// The SHA-256 of its content without its parameters, in hexadecimal; nil for a document that has none.
    public var terms: String?
    /// The key that encrypts the session's data, when the document has one.
    public var kmsKey: String?

    /// Makes the part.
    public init(name: String, version: String?, hash: String, terms: String? = nil, kmsKey: String?) {
        self.name = name
        self.version = version
        self.hash = hash
        self.terms = terms
        self.kmsKey = kmsKey
    }

    var json: JSON {
        .compact([
            "hash": .string(hash),
            "kmsKey": kmsKey.map(JSON.string),
            "name": .string(name),
            "terms": terms.map(JSON.string),
            "version": version.map(JSON.string),
        ])
    }

    init?(json: JSON) {
        guard let name = json["name"]?.text, let hash = json["hash"]?.text else { return nil }
        self.init(
            name: name,
            version: json["version"]?.text,
            hash: hash,
            terms: json["terms"]?.text,
            kmsKey: json["kmsKey"]?.text
        )
    }
}

/// What AWS answered: enough to find each call in CloudTrail.
public struct AuditAWS: Sendable, Hashable {
    /// Systems Manager's session id.
    public var sessionID: String?
    /// The ARN under which the call was made.
    public var assumedRoleARN: String?
    /// The access key id of that session; no secret.
    public var accessKeyID: String?
    /// AWS's request ids by call, for example `StartSession`.
    public var requestIDs: [String: String]

    /// Makes the part.
    public init(
        sessionID: String? = nil,
        assumedRoleARN: String? = nil,
        accessKeyID: String? = nil,
        requestIDs: [String: String] = [:]
    ) {
        self.sessionID = sessionID
        self.assumedRoleARN = assumedRoleARN
        self.accessKeyID = accessKeyID
        self.requestIDs = requestIDs
    }

    var json: JSON {
        .compact([
            "accessKeyId": accessKeyID.map(JSON.string),
            "assumedRoleArn": assumedRoleARN.map(JSON.string),
            "requestIds": requestIDs.isEmpty ? nil : .object(requestIDs.mapValues(JSON.string)),
            "sessionId": sessionID.map(JSON.string),
        ])
    }

    init?(json: JSON) {
        guard let members = json.members else { return nil }
        self.init(
            sessionID: members["sessionId"]?.text,
            assumedRoleARN: members["assumedRoleArn"]?.text,
            accessKeyID: members["accessKeyId"]?.text,
            requestIDs: (members["requestIds"]?.members ?? [:]).compactMapValues(\.text)
        )
    }
}
