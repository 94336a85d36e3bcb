/// What `GET /v1/identity` answers: who you are to the broker, and what the map gives you.
///
/// Shape: `{"account":"111122223333","isAdministrator":false,"isAuditor":false,"kinds":["shell"],"linuxUser":"dbadmin",
/// "nodeTags":{"Role":["db"]},"permissionSet":"DatabaseAdmin","reason":"optional","regions":["eu-west-1"],"ticket":"optional","user":"alice"}`.
/// With the kind `port` there is `"ports":{"hosts":["db.internal"],"remote":[5432,"8000-8010"]}`, as the map has them, without `hosts` for the
/// node itself; with the kind `command`, `"commands":{"patterns":["^uptime$"],"terminal":false}`, without `patterns` for every command.
/// `linuxUser` is absent, and `kinds` empty, when the permission set may start no session; `concurrentSessions` says how many the caller
/// may have at a time, where the map says so.
public struct IdentityReply: Sendable, Hashable {
    /// The caller's account, and that of every node they can reach.
    public var account: AccountID
    /// The user name in Identity Center.
    public var user: String
    /// The permission set.
    public var permissionSet: String
    /// Whom sessions run as.
    public var linuxUser: LinuxUser?
    /// The kinds of session that may be started.
    public var kinds: [SessionKind]
    /// What sessions of kind `port` reach; nil without that kind.
    public var ports: RoleMap.PortRule?
    /// What sessions of kind `command` run; nil without that kind.
    public var commands: RoleMap.CommandRule?
    /// The Regions in which nodes may be; empty for all.
    public var regions: [Region]
    /// The tags that a node must have, each with one of its values.
    public var nodeTags: [String: [String]]
    /// How many sessions the caller may have at a time; nil for any number.
    public var concurrentSessions: Int64?
    /// Whether a reason must be given.
    public var needsReason: Bool
    /// Whether a ticket must be given.
    public var needsTicket: Bool
    /// Whether the caller may administer the map and end others' sessions.
    public var isAdministrator: Bool
    /// Whether the caller may read the audit log.
    public var isAuditor: Bool

    /// Makes a reply.
    public init(
        account: AccountID,
        user: String,
        permissionSet: String,
        linuxUser: LinuxUser?,
        kinds: [SessionKind],
        ports: RoleMap.PortRule? = nil,
        commands: RoleMap.CommandRule? = nil,
        regions: [Region],
        nodeTags: [String: [String]],
        concurrentSessions: Int64? = nil,
        needsReason: Bool,
        needsTicket: Bool,
        isAdministrator: Bool,
        isAuditor: Bool
    ) {
        self.account = account
        self.user = user
        self.permissionSet = permissionSet
        self.linuxUser = linuxUser
        self.kinds = kinds
        self.ports = ports
        self.commands = commands
        self.regions = regions
        self.nodeTags = nodeTags
        self.concurrentSessions = concurrentSessions
        self.needsReason = needsReason
        self.needsTicket = needsTicket
        self.isAdministrator = isAdministrator
        self.isAuditor = isAuditor
    }

    /// The reply as JSON.
    public var json: JSON {
        .compact([
            "account": .string(account.digits),
            "commands": commands?.json,
            "concurrentSessions": concurrentSessions.map(JSON.integer),
            "isAdministrator": .bool(isAdministrator),
            "isAuditor": .bool(isAuditor),
            "kinds": .array(kinds.map { .string($0.rawValue) }),
            "linuxUser": linuxUser.map { .string($0.name) },
            "nodeTags": .object(nodeTags.mapValues { .array($0.map(JSON.string)) }),
            "permissionSet": .string(permissionSet),
            "ports": ports?.json,
            "reason": needsReason ? "required" : "optional",
            "regions": .array(regions.map { .string($0.name) }),
            "ticket": needsTicket ? "required" : "optional",
            "user": .string(user),
        ])
    }

    /// Reads a reply; nil when something is missing.
    public init?(json: JSON) {
        guard let account = json["account"]?.text.flatMap({ try? AccountID($0) }), let user = json["user"]?.text,
            let permissionSet = json["permissionSet"]?.text
        else { return nil }
        self.init(
            account: account,
            user: user,
            permissionSet: permissionSet,
            linuxUser: json["linuxUser"]?.text.flatMap { try? LinuxUser($0) },
            kinds: (json["kinds"]?.elements ?? []).compactMap { $0.text.flatMap(SessionKind.init(rawValue:)) },
            ports: json["ports"].flatMap(RoleMap.PortRule.init(json:)),
            commands: json["commands"].flatMap(RoleMap.CommandRule.init(json:)),
            regions: (json["regions"]?.elements ?? []).compactMap { $0.text.flatMap { try? Region($0) } },
            nodeTags: (json["nodeTags"]?.members ?? [:]).mapValues { ($0.elements ?? []).compactMap(\.text) },
            concurrentSessions: json["concurrentSessions"]?.number,
            needsReason: json["reason"] == "required",
            needsTicket: json["ticket"] == "required",
            isAdministrator: json["isAdministrator"] == true,
            isAuditor: json["isAuditor"] == true
        )
    }
}
