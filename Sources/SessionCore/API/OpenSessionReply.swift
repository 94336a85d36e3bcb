/// What `POST /v1/sessions` answers: where the session is, what opens it, and what keeps it open.
///
/// Shape: `{"account":"111122223333","credentials":{…},"document":"SSMBroker-Shell-DatabaseAdmin","id":"6f1c…","kind":"shell",
/// "linuxUser":"dbadmin","node":"i-…","permissionSet":"DatabaseAdmin","region":"eu-west-1","session":{"SessionId":"…","StreamUrl":"…","TokenValue":"…"}}`.
/// `linuxUser` is absent for a port and for ssh, in which no Linux user has a part. A dry run has `"dryRun":true` and neither `session` nor `credentials`.
public struct OpenSessionReply: Sendable, Hashable {
    /// The broker's id of the session; names it in every later call.
    public var id: RecordID
    /// What kind of session it is.
    public var kind: SessionKind
    /// The account that has the node.
    public var account: AccountID
    /// The node's Region.
    public var region: Region
    /// The node.
    public var node: NodeID
    /// The permission set that was admitted.
    public var permissionSet: String
    /// Whom the session runs as; nil for a port and for ssh, which run nothing.
    public var linuxUser: LinuxUser?
    /// The session document used.
    public var document: String
    /// What opens the data channel; nil after a dry run.
    public var channel: Channel?

    /// What opens the data channel and keeps it open.
    public struct Channel: Sendable, Hashable {
        /// What StartSession answered.
        public var session: StartedSession
        /// What signs the channel and resumes it.
        public var credentials: ChannelCredentials

        /// Makes a channel.
        public init(session: StartedSession, credentials: ChannelCredentials) {
            self.session = session
            self.credentials = credentials
        }
    }

    /// Makes a reply.
    public init(
        id: RecordID,
        kind: SessionKind,
        account: AccountID,
        region: Region,
        node: NodeID,
        permissionSet: String,
        linuxUser: LinuxUser?,
        document: String,
        channel: Channel?
    ) {
        self.id = id
        self.kind = kind
        self.account = account
        self.region = region
        self.node = node
        self.permissionSet = permissionSet
        self.linuxUser = linuxUser
        self.document = document
        self.channel = channel
    }

    /// The reply as JSON, secrets included: for the wire only.
    public var json: JSON {
        .compact([
            "account": .string(account.digits),
            "credentials": channel?.credentials.json,
            "document": .string(document),
            "dryRun": channel == nil ? true : nil,
            "id": .string(id.text),
            "kind": .string(kind.rawValue),
            "linuxUser": linuxUser.map { .string($0.name) },
            "node": .string(node.text),
            "permissionSet": .string(permissionSet),
            "region": .string(region.name),
            "session": channel?.session.json,
        ])
    }

    /// Reads a reply; nil when something is missing or wrong.
    public init?(json: JSON) {
        guard let id = try? json["id"]?.text.map({ try RecordID($0) }),
            let account = try? json["account"]?.text.map({ try AccountID($0) }),
            let region = try? json["region"]?.text.map({ try Region($0) }),
            let node = try? json["node"]?.text.map({ try NodeID($0) }),
            let kind = json["kind"]?.text.flatMap(SessionKind.init(rawValue:)),
            let permissionSet = json["permissionSet"]?.text, let document = json["document"]?.text
        else { return nil }
        let linuxUser = json["linuxUser"]?.text.flatMap { try? LinuxUser($0) }
        guard (linuxUser != nil) == kind.runsCommands else { return nil }
        var channel: Channel?
        if json["dryRun"] != true {
            guard let session = json["session"].flatMap(StartedSession.init(json:)),
                let credentials = json["credentials"].flatMap(ChannelCredentials.init(json:))
            else { return nil }
            channel = Channel(session: session, credentials: credentials)
        }
        self.init(
            id: id,
            kind: kind,
            account: account,
            region: region,
            node: node,
            permissionSet: permissionSet,
            linuxUser: linuxUser,
            document: document,
            channel: channel
        )
    }
}

/// What StartSession answered, kept byte for byte.
///
/// Shape: `{"SessionId":"…","StreamUrl":"wss://…","TokenValue":"…"}`, the names that session-manager-plugin reads.
public struct StartedSession: Sendable, Hashable {
    /// Systems Manager's session id: the role session name, a dash and a random suffix.
    public var sessionID: String
    /// Opens the data channel once.
    public var tokenValue: Secret<String>
    /// Where the data channel is; its query is as secret as the token.
    public var streamURL: Secret<String>

    /// Keeps an answer.
    public init(sessionID: String, tokenValue: Secret<String>, streamURL: Secret<String>) {
        self.sessionID = sessionID
        self.tokenValue = tokenValue
        self.streamURL = streamURL
    }

    /// The answer as JSON, secrets included: for the wire and the plugin only.
    public var json: JSON {
        [
            "SessionId": .string(sessionID),
            "StreamUrl": .string(streamURL.reveal()),
            "TokenValue": .string(tokenValue.reveal()),
        ]
    }

    init?(json: JSON) {
        guard let id = json["SessionId"]?.text, let token = json["TokenValue"]?.text, let url = json["StreamUrl"]?.text
        else { return nil }
        self.init(sessionID: id, tokenValue: Secret(token), streamURL: Secret(url))
    }
}

/// Credentials that open, resume and end one session's data channel, and nothing else.
///
/// Shape: `{"AccessKeyId":"ASIA…","Expiration":"2026-11-21T09:00:00.000Z","SecretAccessKey":"…","SessionToken":"…"}`.
public struct ChannelCredentials: Sendable, Hashable {
    /// The access key id; no secret.
    public var accessKeyID: String
    /// The key that signs.
    public var secretAccessKey: Secret<String>
    /// The session token that goes with it.
    public var sessionToken: Secret<String>
    /// When they stop working.
    public var expiration: Timestamp

    /// Keeps credentials.
    public init(
        accessKeyID: String,
        secretAccessKey: Secret<String>,
        sessionToken: Secret<String>,
        expiration: Timestamp
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
    }

    /// The credentials as JSON, secrets included: for the wire and `credential_process` only.
    public var json: JSON {
        [
            "AccessKeyId": .string(accessKeyID),
            "Expiration": .string(expiration.description),
            "SecretAccessKey": .string(secretAccessKey.reveal()),
            "SessionToken": .string(sessionToken.reveal()),
        ]
    }

    /// Reads credentials; nil when something is missing or wrong.
    public init?(json: JSON) {
        guard let id = json["AccessKeyId"]?.text, let secret = json["SecretAccessKey"]?.text,
            let token = json["SessionToken"]?.text,
            let expiration = json["Expiration"]?.text.flatMap({ Timestamp($0) })
        else { return nil }
        self.init(accessKeyID: id, secretAccessKey: Secret(secret), sessionToken: Secret(token), expiration: expiration)
    }
}
