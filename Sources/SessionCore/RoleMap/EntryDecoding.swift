extension RoleMap.Entry {
    /// Reads an entry; nil when there is no Linux user to give.
    init?(reader: inout JSONReader, holder: Holder, central: RoleMap.AccountLogging?) {
        let linuxUser = reader.linuxUser("linuxUser", isRequired: true)
        let kinds = Self.kinds(in: &reader)
        let commands = reader.part("commands") { RoleMap.CommandRule(reader: &$0) }
        if commands != nil, !kinds.contains(.command) {
            reader.note(
                "Only sessions of kind command run commands; add command to sessions, or take this out.",
                at: "commands"
            )
        }
        let ports = reader.part("ports") { RoleMap.PortRule(reader: &$0) }
        if reader.value("ports") != nil, !kinds.contains(.port) {
            reader.note(
                "Only sessions of kind port forward ports; add port to sessions, or take this out.",
                at: "ports"
            )
        } else if kinds.contains(.port), reader.value("ports") == nil {
            reader.note("Missing; sessions of kind port need ports.remote, for example [5432].", at: "ports")
        }
        let nodes = reader.part("nodes") { RoleMap.NodeRule(reader: &$0) }
        let limits = reader.part("limits") { RoleMap.Limits(reader: &$0) }
        let logging = Self.logging(in: &reader, central: central)
        let need = { (text: String) -> Bool? in text == "required" ? true : text == "optional" ? false : nil }
        let needsReason = reader.optional("reason", expected: "required or optional", parse: need)
        let needsTicket = reader.optional("ticket", expected: "required or optional", parse: need)
        guard let linuxUser else { return nil }
        self.init(
            holder: holder,
            linuxUser: linuxUser,
            kinds: kinds,
            commands: commands ?? RoleMap.CommandRule(),
            ports: ports.flatMap(\.self),
            nodes: nodes ?? RoleMap.NodeRule(),
            limits: limits ?? RoleMap.Limits(),
            needsReason: needsReason ?? false,
            needsTicket: needsTicket ?? false,
            logging: logging
        )
    }

    private static func kinds(in reader: inout JSONReader) -> Set<SessionKind> {
        guard let json = reader.value("sessions") else { return [.shell] }
        let names = SessionKind.allCases.map(\.rawValue).joined(separator: ", ")
        if json.elements?.isEmpty == true { reader.note("Expected at least one of \(names).", at: "sessions") }
        return Set(reader.list("sessions", expected: "one of \(names)") { SessionKind(rawValue: $0) })
    }

    private static func logging(in reader: inout JSONReader, central: RoleMap.AccountLogging?) -> RoleMap.LoggingRule {
        guard let json = reader.value("logging") else { return .inherit(central ?? RoleMap.AccountLogging()) }
        guard let text = json.text else {
            return .explicit(reader.part("logging") { RoleMap.Logging(reader: &$0) } ?? RoleMap.Logging())
        }
        if text != "inherit" {
            reader.note("Expected inherit, or an object that says where transcripts go.", at: "logging")
        } else if central == nil {
            reader.note(
                "Nothing to inherit: name the accounts' logging in logging.standard at the map's top.",
                at: "logging"
            )
        }
        return .inherit(central ?? RoleMap.AccountLogging())
    }
}

extension RoleMap.Limits {
    fileprivate init(reader: inout JSONReader) {
        idleMinutes = reader.integer("idleMinutes", in: 1...60) ?? 20
        maximumMinutes = reader.integer("maximumMinutes", in: 1...1440)
        if let maximumMinutes, maximumMinutes < idleMinutes {
            reader.note("A session of \(maximumMinutes) minutes never idles \(idleMinutes).", at: "maximumMinutes")
        }
        concurrentSessions = reader.integer("concurrentSessions", in: 1...100)
    }
}
