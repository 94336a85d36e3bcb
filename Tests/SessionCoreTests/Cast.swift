import SessionCore

/// The people, nodes and documents that the tests are about: those of the role map in the repository.
enum Cast {
    static let account = "111122223333"
    static let suffix = "0123456789abcdef"
    static let roleID = "AROAEXAMPLEDATABASEA"
    /// 2026-11-21T08:00:00Z.
    static let now = Timestamp(milliseconds: 1_795_248_000_000)

    static func mapJSON() throws -> JSON {
        try JSON(parsing: Repository.bytes("Tests/Fixtures/core/role-map.json"))
    }

    /// The repository's map, with some members of one entry put in place of its own; a null member is taken out.
    static func map(_ set: String = "DatabaseAdmin", with members: [String: JSON] = [:]) throws -> RoleMap {
        guard case .object(var root) = try mapJSON(), case .object(var sets) = root["permissionSets"],
            case .object(var entry) = sets[set] ?? [:]
        else { throw Missing() }
        entry.merge(members) { _, new in new }
        sets[set] = .object(entry)
        root["permissionSets"] = .object(sets)
        return try RoleMap(json: .object(root))
    }

    static func caller(
        _ user: String = "alice",
        _ set: String = "DatabaseAdmin",
        account: String = account,
        partition: String = "aws",
        roleID: String = roleID
    ) throws -> CallerIdentity {
        try CallerIdentity(
            arn: "arn:\(partition):sts::\(account):assumed-role/AWSReservedSSO_\(set)_\(suffix)/\(user)",
            callerID: "\(roleID):\(user)",
            account: account
        )
    }

    static func ceiling(accounts: [String] = [account, "444455556666"], forbidden: Set<String> = []) throws -> Ceiling {
        Ceiling(
            accounts: Set(try accounts.map { try AccountID($0) }),
            forbiddenLinuxUsers: forbidden,
            bootstrapAdministrators: []
        )
    }

    static func request(
        node: String = "i-0bbbbbbbbbbbbbbb2",
        region: String = "eu-west-1",
        time: Timestamp = now,
        reason: String? = nil,
        ticket: String? = nil
    ) throws -> OpenSessionRequest {
        OpenSessionRequest(
            requestID: try RecordID("6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11"),
            time: time,
            kind: .shell,
            node: try NodeID(node),
            region: try Region(region),
            reason: reason,
            ticket: ticket
        )
    }

    /// What the map of the repository gives to alice for db-1.
    static func entitlement() throws -> Entitlement {
        try Entitlement(caller: caller(), request: request(), map: map(), ceiling: ceiling(), now: now)
    }

    static func role(path: String = "/aws-reserved/sso.amazonaws.com/eu-west-1/", roleID: String = roleID) -> RoleFacts
    {
        RoleFacts(name: "AWSReservedSSO_DatabaseAdmin_\(suffix)", path: path, roleID: roleID)
    }

    static func node(platform: String? = "Linux", ping: String? = "Online") throws -> NodeFacts {
        NodeFacts(id: try NodeID("i-0bbbbbbbbbbbbbbb2"), platformType: platform, pingStatus: ping)
    }

    /// The broker's role as it must be: tagged, but not with a Linux user.
    static let target = TargetRoleFacts(tags: ["Owner": "platform"])

    static func document(_ content: String, version: String = "3", latest: String = "3", default: String = "3")
        -> DocumentFacts
    {
        DocumentFacts(content: content, contentVersion: version, latestVersion: latest, defaultVersion: `default`)
    }

    /// The fixture is not what these tests need it to be.
    struct Missing: Error {}
}
