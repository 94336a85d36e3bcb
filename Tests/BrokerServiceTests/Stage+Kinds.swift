import SessionCore

extension Stage {
    /// What alice may have beside a shell, members of her entry.
    static let kinds: [String: JSON] = [
        "sessions": ["shell", "command", "port", "ssh"],
        "commands": ["patterns": ["^df( -h)?$", "^uptime$"]],
        "ports": ["remote": [5432, "8000-8010"], "hosts": ["localhost", "db.internal"]],
    ]

    /// A stage on which alice may have every kind of session, and the documents stand.
    static func ofKinds(_ members: [String: JSON] = kinds) throws -> Stage {
        let stage = try Stage()
        try stage.publishKinds(members)
        stage.aws.change { [map = stage.map] world in
            // The map was just published, and every name in it is one.
            guard let map = try? map.read(), let account = try? AccountID(Cast.first),
                let region = try? Region(Cast.region)
            else { return }
            for document in SessionDocument.all(of: map, in: (account, region)) {
                world.documents["\(account)/\(region)/\(document.name)"] = AWSDouble.Document(
                    content: document.content.canonicalText
                )
            }
        }
        return stage
    }

    /// Publishes the cast's map, in which members of alice's entry are put in place of her own.
    func publishKinds(_ members: [String: JSON]) throws {
        guard case .object(var root) = Cast.map, case .object(var sets) = root["permissionSets"],
            case .object(var entry) = sets["DatabaseAdmin"]
        else { return }
        entry.merge(members) { _, new in new }
        sets["DatabaseAdmin"] = .object(entry)
        root["permissionSets"] = .object(sets)
        try publish(.object(root))
    }
}
