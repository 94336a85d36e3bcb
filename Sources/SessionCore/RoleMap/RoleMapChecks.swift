extension RoleMap.Draft {
    /// What is wrong with the map as a whole, though each part may be right by itself.
    var problems: [JSONReader.Problem] {
        repeated + nameClashes + roleClashes + reachProblems + sizeProblems + DocumentCount(self).problems
    }

    func problem(_ name: PermissionSetName, _ member: [String] = [], _ explanation: String) -> JSONReader.Problem {
        JSONReader.Problem(path: (places[name] ?? []) + member, explanation: explanation)
    }

    /// IAM names are unique whatever their case, and two entries must not share a document.
    private var nameClashes: [JSONReader.Problem] {
        let keys: [(what: String, key: (PermissionSetName) -> String)] = [
            ("a name that differs only in case", { $0.name.lowercased() }),
            ("the same session document", { SessionDocument.name(.shell, of: $0).lowercased() }),
        ]
        var found: [PermissionSetName: String] = [:]
        let names = places.keys.sorted()
        for (what, key) in keys {
            var first: [String: PermissionSetName] = [:]
            for name in names {
                let text = key(name)
                if let other = first[text] {
                    found[name] = found[name] ?? "\(other) has \(what); rename one."
                } else {
                    first[text] = name
                }
            }
        }
        return found.sorted { $0.key < $1.key }.map { problem($0.key, [], $0.value) }
    }

    /// An account has one role of a name, whatever its path and case.
    private var roleClashes: [JSONReader.Problem] {
        var problems: [JSONReader.Problem] = []
        var known: [String: RoleARN] = [:]
        let key = { (role: RoleARN) in "\(role.account)/\(role.name.lowercased())" }
        for name in parts.entries.keys.sorted() {
            guard case .role(let role) = parts.entries[name]?.holder else { continue }
            if let other = known[key(role)] {
                let text = other == role ? "Another entry is for this role; take one out." : Self.same(role, other)
                problems.append(problem(name, ["arn"], text))
            } else {
                known[key(role)] = role
            }
        }
        for (role, path) in principals {
            if let other = known[key(role)], other != role {
                problems.append(.init(path: path + ["role"], explanation: Self.same(role, other)))
            }
            known[key(role)] = known[key(role)] ?? role
        }
        return problems
    }

    private static func same(_ role: RoleARN, _ other: RoleARN) -> String {
        "The map also names \(other); account \(role.account) has one role of that name, so one of them is wrong."
    }

    /// Rules that nothing can ever reach are mistakes, and would be taken for rights.
    private var reachProblems: [JSONReader.Problem] {
        var problems: [JSONReader.Problem] = []
        let rollout = parts.rollout
        for (name, entry) in parts.entries {
            let accounts = entry.nodes.accounts
            if !accounts.isEmpty, !accounts.contains(where: rollout.admits) {
                problems.append(
                    problem(
                        name,
                        ["nodes", "accounts"],
                        "All of these are excluded or retired in rollout; take the entry out."
                    )
                )
            }
            for region in entry.nodes.regions.sorted() where !rollout.admits(region) {
                problems.append(
                    problem(
                        name,
                        ["nodes", "regions"],
                        "\(region) is not in rollout.regions, so no document stands there; add it there, or take it out here."
                    )
                )
            }
            guard case .role(let role) = entry.holder else { continue }
            if !accounts.isEmpty, !accounts.contains(role.account) {
                problems.append(
                    problem(
                        name,
                        ["nodes", "accounts"],
                        "The role is in account \(role.account), and reaches nodes of its own account only; name that account, or leave accounts out."
                    )
                )
            }
            if !rollout.admits(role.account) {
                problems.append(
                    problem(
                        name,
                        ["arn"],
                        "Account \(role.account) is excluded or retired in rollout; take the entry out."
                    )
                )
            }
            let regions = entry.nodes.regions.isEmpty ? rollout.regions : entry.nodes.regions
            if !regions.isEmpty, !regions.contains(where: { $0.partition == role.partition }) {
                problems.append(
                    problem(
                        name,
                        ["arn"],
                        "The role's partition \(role.partition.rawValue) has none of the entry's Regions."
                    )
                )
            }
        }
        return problems.sorted { $0.path.lexicographicallyPrecedes($1.path) }
    }

    /// Documents that Systems Manager would not take.
    ///
    /// Only patterns can make a document long: everything else in it has a bound that leaves it far below.
    private var sizeProblems: [JSONReader.Problem] {
        var problems: [JSONReader.Problem] = []
        for (name, entry) in parts.entries where entry.patternBytes > SessionDocument.maximumBytes / 2 {
            for (kind, member) in [(SessionKind.port, "ports"), (.command, "commands")] where entry.kinds.contains(kind)
            {
                let document = SessionDocument(kind, of: name, entry: entry, in: .template)
                // ${account} is shorter than an account by two characters, ${region} than the longest name by 23.
                let size = document.content.canonicalBytes.count + 1024
                guard size > SessionDocument.maximumBytes else { continue }
                problems.append(
                    problem(
                        name,
                        [member],
                        "Document \(document.name) would have \(size) bytes; Systems Manager takes \(SessionDocument.maximumBytes). Name fewer, or wider ones."
                    )
                )
            }
        }
        return problems.sorted { $0.path.lexicographicallyPrecedes($1.path) }
    }
}

extension RoleMap.Entry {
    /// More bytes than its patterns can take in a document; rendering ten thousand documents to count them would be slow.
    fileprivate var patternBytes: Int {
        // A label's pattern has 40 bytes, a dot becomes three, and each `\` two; a range of ports needs at most 20 alternatives of 30.
        let hosts = (ports?.hosts ?? []).reduce(0) { $0 + 48 + 3 * $1.description.utf8.count }
        let ranges = (ports?.remote.count ?? 0) * 600
        return commands.patterns.reduce(hosts + ranges) { $0 + 2 * $1.text.utf8.count }
    }
}
