extension RoleMap.Entry {
    /// Everything that an entry says, by the names that stand in the map; what is left out there with what it means.
    ///
    /// Two entries that say the same have the same fields, in whatever order and with whatever defaults they were written.
    var fields: [String: JSON] {
        var role: JSON = .null
        if case .role(let arn) = holder { role = .string(arn.text) }
        let texts = { (values: [String]) in JSON.array(values.sorted().map(JSON.string)) }
        let all: [String: JSON] = [
            "arn": role,
            "commands.patterns": .array(commands.patterns.map { .string($0.text) }),
            "commands.terminal": .bool(commands.usesTerminal),
            "limits.concurrentSessions": limits.concurrentSessions.map(JSON.integer) ?? .null,
            "limits.idleMinutes": .integer(limits.idleMinutes),
            "limits.maximumMinutes": limits.maximumMinutes.map(JSON.integer) ?? .null,
            "linuxUser": .string(linuxUser.name),
            "logging": logging.json,
            "nodes.accounts": texts(nodes.accounts.map(\.digits)),
            "nodes.regions": texts(nodes.regions.map(\.name)),
            "nodes.tags": .object(nodes.tags.mapValues { texts($0) }),
            "ports.hosts": texts((ports?.hosts ?? []).map(\.description)),
            "ports.remote": texts((ports?.remote ?? []).map(\.portText)),
            "reason": needsReason ? "required" : "optional",
            "sessions": texts(kinds.map(\.rawValue)),
            "ticket": needsTicket ? "required" : "optional",
        ]
        return all
    }
}

extension RoleMap.LoggingRule {
    var json: JSON {
        switch self {
        case .inherit: "inherit"
        case .explicit(let logging): logging.json
        }
    }
}

extension RoleMap.Logging {
    var json: JSON {
        .compact([
            "cloudWatchLogGroup": cloudWatchLogGroup.map(JSON.string), "kmsKey": kmsKey.map(JSON.string),
            "s3Bucket": s3Bucket.map(JSON.string), "s3KeyPrefix": s3KeyPrefix.map(JSON.string),
        ])
    }
}
