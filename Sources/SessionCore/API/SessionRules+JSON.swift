extension RoleMap.PortRule {
    /// The rule as the map has it: `{"hosts":["db.internal"],"remote":[5432,"8000-8010"]}`, without `hosts` for the node itself.
    var json: JSON {
        .compact([
            "hosts": hosts.isEmpty ? nil : .array(hosts.map { .string($0.description) }),
            "remote": .array(remote.map { $0.count == 1 ? .integer(Int64($0.lowerBound)) : .string($0.portText) }),
        ])
    }

    /// Reads a rule; nil when it is none.
    init?(json: JSON) {
        var reader = JSONReader(json)
        self.init(reader: &reader)
        guard reader.problems.isEmpty else { return nil }
    }
}

extension ClosedRange<Int> {
    /// A range of ports as it stands in the map: `5432` or `8000-8010`.
    public var portText: String { count == 1 ? "\(lowerBound)" : "\(lowerBound)-\(upperBound)" }
}

extension RoleMap.CommandRule {
    /// The rule as the map has it: `{"patterns":["^uptime$"],"terminal":false}`, without `patterns` for every command.
    var json: JSON {
        .compact([
            "patterns": patterns.isEmpty ? nil : .array(patterns.map { .string($0.text) }),
            "terminal": .bool(usesTerminal),
        ])
    }

    /// Reads a rule; nil when it is none.
    init?(json: JSON) {
        var reader = JSONReader(json)
        self.init(reader: &reader)
        guard reader.problems.isEmpty else { return nil }
    }
}
