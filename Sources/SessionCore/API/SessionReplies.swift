extension SessionHistory {
    /// The session as `GET /v1/sessions` answers it, and as a store keeps it.
    ///
    /// Shape: `{"access":{…},"id":"…","opened":"…Z","owner":{"account":"…","roleId":"AROA…","user":"alice"},`
    /// `"permissionSet":"DatabaseAdmin","roleSessionName":"alice.9f86…","sessionId":"alice.9f86…-0…","state":"live"}`,
    /// with `access` as records have it, and `ended` when it has ended.
    public var json: JSON {
        .compact([
            "access": access.json,
            "ended": ended.map { .string($0.description) },
            "id": .string(id.text),
            "opened": .string(opened.description),
            "owner": owner.json,
            "permissionSet": .string(permissionSet),
            "roleSessionName": .string(roleSessionName.text),
            "sessionId": sessionID.map(JSON.string),
            "state": .string(state.rawValue),
        ])
    }

    /// Reads a session as it travels; nil when something is missing or wrong.
    public init?(json: JSON) {
        guard let id = json["id"]?.text.flatMap({ try? RecordID($0) }),
            let owner = json["owner"].flatMap(SessionOwner.init(json:)),
            let access = json["access"].flatMap(AuditAccess.init(json:)),
            let permissionSet = json["permissionSet"]?.text,
            let roleSessionName = json["roleSessionName"]?.text,
            let opened = json["opened"]?.text.flatMap({ Timestamp($0) }),
            let state = json["state"]?.text.flatMap(State.init(rawValue:))
        else { return nil }
        let ended = json["ended"]?.text.flatMap { Timestamp($0) }
        guard ended != nil || json["ended"] == nil else { return nil }
        self.init(
            id: id,
            owner: owner,
            access: access,
            permissionSet: permissionSet,
            roleSessionName: RoleSessionName(recorded: roleSessionName),
            opened: opened,
            sessionID: json["sessionId"]?.text,
            state: state,
            ended: ended
        )
    }
}

extension SessionOwner {
    /// The owner as it travels, for example `{"account":"111122223333","roleId":"AROA…","user":"alice"}`.
    public var json: JSON { ["account": .string(account), "roleId": .string(roleID), "user": .string(user)] }

    /// Reads an owner; nil when something is missing.
    public init?(json: JSON) {
        guard let account = json["account"]?.text, let roleID = json["roleId"]?.text, let user = json["user"]?.text
        else { return nil }
        self.init(account: account, roleID: roleID, user: user)
    }
}

extension SessionPage {
    /// The page as `GET /v1/sessions` answers it.
    ///
    /// Shape: `{"next":"1795248000000.6f1c…","sessions":[…]}`, without `next` on the last page.
    public var json: JSON {
        .compact(["next": next.map { .string($0.text) }, "sessions": .array(sessions.map(\.json))])
    }

    /// Reads a page; nil when something is missing, a session is not one, or `next` is no cursor.
    public init?(json: JSON) {
        guard let elements = json["sessions"]?.elements else { return nil }
        let sessions = elements.compactMap(SessionHistory.init(json:))
        guard sessions.count == elements.count else { return nil }
        let next = json["next"]?.text.flatMap { AuditCursor($0) }
        guard next != nil || json["next"] == nil else { return nil }
        self.init(sessions: sessions, next: next)
    }
}
