internal import Digests

extension RoleMapDifference {
    /// The whole difference.
    ///
    /// Shape: `{"added":["Ops"],"changed":[{"fields":[{"field":"linuxUser","from":"dba","to":"dbadmin"}],"id":"DatabaseAdmin"}],
    /// "documents":[{"accounts":{"only":["111122223333"]},"change":"replaced","count":1,"name":"SSMBroker-Shell-DatabaseAdmin",
    /// "regions":["eu-west-1"]}],"from":"<sha256>","principals":[{"added":[],"list":"auditors","removed":["111122223333/Audit"]}],
    /// "removed":[],"settings":[],"to":"<sha256>","users":[{"accounts":{"except":[]},"from":"dba","id":"DatabaseAdmin","to":"dbadmin"}]}`.
    /// `from` is absent for the first map; in `users`, it is absent for who had no user, and `to` for who has none any more.
    public var json: JSON {
        .compact([
            "added": .array(added.map { .string($0.name) }),
            "changed": .array(
                changed.map { ["fields": .array($0.fields.map(\.json)), "id": .string($0.id.name)] }
            ),
            "documents": .array(documents.map(\.json)),
            "from": from.map(JSON.string),
            "principals": .array(principals.map(\.json)),
            "removed": .array(removed.map { .string($0.name) }),
            "settings": .array(settings.map(\.json)),
            "to": .string(to),
            "users": .array(users.map(\.json)),
        ])
    }

    /// How many names a summary gives of each thing.
    private static let shown = 8

    /// What changes in figures and first names, with hashes that fix the whole; at most 8 KB however much changes.
    ///
    /// Shape: each of `added`, `removed`, `changed`, `users`, `documents`, `principals` and `settings` as
    /// `{"count":2,"first":["DatabaseAdmin","Ops"]}` when there is any; `from`, `to`, and as `difference` the SHA-256 of ``json``.
    public var summary: JSON {
        let part = { (texts: [String]) -> JSON? in
            guard !texts.isEmpty else { return nil }
            let first = texts.prefix(Self.shown).map { JSON.string($0.printable(maximumLength: 120)) }
            return ["count": .integer(Int64(texts.count)), "first": .array(first)]
        }
        return .compact([
            "added": part(added.map(\.name)),
            "changed": part(changed.map { "\($0.id): \($0.fields.map(\.field).joined(separator: ", "))" }),
            "difference": .string(Hexadecimal.text(SHA256.hash(json.canonicalBytes))),
            "documents": part(documents.map { "\($0.name) \($0.change.rawValue)" }),
            "from": from.map(JSON.string),
            "principals": part(
                principals.flatMap { change in
                    change.added.map { "\(change.list) + \($0)" } + change.removed.map { "\(change.list) - \($0)" }
                }
            ),
            "removed": part(removed.map(\.name)),
            "settings": part(settings.map(\.field)),
            "to": .string(to),
            "users": part(users.map(\.text)),
        ])
    }
}

extension RoleMapDifference.UserChange {
    /// For people: `DatabaseAdmin: dba becomes dbadmin in every account`.
    public var text: String {
        switch (from, to) {
        case (let old?, let new?): "\(id): \(old) becomes \(new) in \(accounts.text)"
        case (nil, let new?): "\(id): gains \(new) in \(accounts.text)"
        case (let old?, nil): "\(id): loses \(old) in \(accounts.text)"
        case (nil, nil): "\(id): nothing in \(accounts.text)"
        }
    }
}
