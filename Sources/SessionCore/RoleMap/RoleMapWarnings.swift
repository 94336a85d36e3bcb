extension RoleMap.Draft {
    /// What is legal, and risky or surprising; in the order of names.
    func warnings(hasLogging: Bool) -> [JSONReader.Problem] {
        var found: [JSONReader.Problem] = []
        if parts.administrators.isEmpty {
            found.append(
                .init(
                    path: ["administrators"],
                    explanation: "Nobody is named, so only the deployment's bootstrap administrators can publish a map."
                )
            )
        }
        let inheriting = parts.entries.values.filter { if case .inherit = $0.logging { true } else { false } }.count
        if inheriting > 0, !hasLogging {
            found.append(
                .init(
                    path: ["permissionSets"],
                    explanation:
                        "Of sessions of \(inheriting) \(inheriting == 1 ? "entry" : "entries") no transcript is kept, because the map names no logging; \"logging: {standard: {}}\" at its top says that this is meant."
                )
            )
        }
        for name in parts.entries.keys.sorted() {
            if let entry = parts.entries[name] { found += warnings(of: entry, named: name) }
        }
        let accounts = parts.preferences.accounts.keys.filter { !parts.rollout.admits($0) }
        for account in accounts.sorted() {
            found.append(
                .init(
                    path: ["preferences", "accounts", account.digits],
                    explanation: "The account is excluded or retired in rollout, so its preference is left as it is."
                )
            )
        }
        return found
    }

    private func warnings(of entry: RoleMap.Entry, named name: PermissionSetName) -> [JSONReader.Problem] {
        var found: [JSONReader.Problem] = []
        let add = { (member: [String], text: String) in found.append(problem(name, member, text)) }
        let nodes = entry.nodes
        if case .permissionSet = entry.holder, nodes.accounts.isEmpty, nodes.tags.isEmpty {
            add(
                nodes.regions.isEmpty ? [] : ["nodes"],
                "This reaches every Linux node of every account that holds the permission set."
            )
        }
        for account in nodes.accounts.sorted() where !parts.rollout.admits(account) {
            add(["nodes", "accounts"], "\(account) is excluded or retired in rollout, so nothing is started there.")
        }
        if case .role = entry.holder, nodes.accounts.count > 1 {
            add(["nodes", "accounts"], "A role reaches nodes of its own account only; the other accounts say nothing.")
        }
        if entry.kinds.contains(.ssh) {
            add(
                ["sessions"],
                "Sessions of kind ssh end at the node's sshd: Run As does not hold \(entry.linuxUser), and no transcript is kept."
            )
        }
        if let ports = entry.ports, entry.kinds.contains(.port) {
            if ports.remote.contains(where: { $0.contains(22) }), !entry.kinds.contains(.ssh) {
                add(
                    ["ports", "remote"],
                    "Port 22 is the node's sshd: who reaches it needs no kind ssh, and Run As does not hold."
                )
            }
            if ports.remote.contains(where: { $0.count > 1000 }) {
                add(["ports", "remote"], "More than a thousand ports are a wide door; name those that are needed.")
            }
            for host in ports.hosts {
                if case .anyLabel = host {
                    add(
                        ["ports", "hosts"],
                        "\(host) reaches whatever gets a name there; whoever writes that zone can also name the node's own services and the addresses that give containers their credentials (169.254.170.2 and .23), which the agent denies only where its configuration says so."
                    )
                }
            }
        }
        let shellWords: Set<Character> = [
            ";", "&", "|", "<", ">", "$", "`", "'", "\"", "(", ")", "*", "?", "\\", "#", "!",
        ]
        if entry.commands.usesTerminal,
            entry.commands.patterns.contains(where: { !$0.literals.isDisjoint(with: shellWords) })
        {
            add(
                ["commands", "patterns"],
                "Commands in a terminal go through a shell, and the patterns admit what means more to it than itself."
            )
        }
        if entry.kinds.contains(.command), entry.commands.usesTerminal, !entry.commands.patterns.isEmpty {
            add(
                ["commands", "terminal"],
                "In a terminal a pager, an editor or the like gives a shell, and the record names only the command that was begun: admit none that does."
            )
        }
        if entry.kinds.contains(.shell), !entry.commands.patterns.isEmpty {
            add(["commands", "patterns"], "Whoever may have a shell may run every command, whatever the patterns say.")
        }
        return found
    }
}
