internal import ArgumentParser
internal import SessionCore

/// Which records are wanted.
struct FilterOptions: ParsableArguments {
    @Option(help: "Only records of this user name.")
    var user: String?
    @Option(help: "Only records of this permission set.")
    var permissionSet: String?
    @Option(help: "Only records about this node.")
    var node: String?
    @Option(help: "Only records about this account.")
    var account: String?
    @Option(help: "Only records about nodes in this Region.")
    var region: String?
    @Option(help: "Only records of sessions as this Linux user.")
    var linuxUser: String?
    @Option(
        help: "Only this kind of record, as session.denied; may be repeated.",
        completion: .list(AuditEvent.allCases.map(\.rawValue))
    )
    var event: [String] = []
    @Option(help: "Only records with this decision: GRANTED, or a refusal's code.")
    var code: String?
    @Option(help: ArgumentHelp("Only records of this session, by the broker's id.", valueName: "id"))
    var session: String?
    @Option(help: "Only records about this kind of session: shell, command, port or ssh.")
    var kind: String?
    @Option(help: "Only records whose reason has this in it.")
    var reason: String?
    @Option(help: "Only records with this ticket.")
    var ticket: String?
    @Option(help: ArgumentHelp("Only records of this session, by Session Manager's id.", valueName: "id"))
    var ssmSession: String?
    @Option(help: ArgumentHelp("Only records of this request, as failures name it.", valueName: "id"))
    var request: String?
    @Option(help: ArgumentHelp("Only records of requests from this address.", valueName: "address"))
    var sourceIp: String?
    @Option(
        help: ArgumentHelp("Only records with this access key, the caller's or the role session's.", valueName: "id")
    )
    var accessKey: String?
    @Option(help: "Only records of clients whose name has this in it.")
    var client: String?
    @Option(help: ArgumentHelp("Only records about this session document.", valueName: "name"))
    var document: String?
    @Option(help: ArgumentHelp("Only what this version of the role map decided, by its hash.", valueName: "hash"))
    var mapVersion: String?

    /// The query, but for times.
    ///
    /// - Parameter problems: Gets a line for each option that is wrong.
    /// - Returns: The query; what was wrong is not in it.
    func query(_ problems: inout [String]) -> AuditQuery {
        AuditQuery(
            user: user,
            permissionSet: permissionSet,
            node: Self.value("node", node, "a node id as i-0123456789abcdef0", &problems) { try? NodeID($0) },
            account: Self.value("account", account, "an account of twelve digits", &problems) { try? AccountID($0) },
            region: Self.value("region", region, "a Region as eu-west-1", &problems) { try? Region($0) },
            linuxUser: linuxUser,
            events: events(&problems),
            // Codes are of capital letters, and nobody types those who need not.
            code: code?.uppercased(),
            session: Self.value("session", session, "a broker's id of a session", &problems) { try? RecordID($0) },
            fields: fields(&problems),
            limit: AuditQuery.maximumLimit
        )
    }

    private func fields(_ problems: inout [String]) -> [AuditField: String] {
        let given: [(AuditField, option: String, String?)] = [
            (.kind, "kind", kind), (.reason, "reason", reason), (.ticket, "ticket", ticket),
            (.sessionID, "ssm-session", ssmSession), (.requestID, "request", request),
            (.sourceIP, "source-ip", sourceIp),
            (.accessKeyID, "access-key", accessKey), (.client, "client", client), (.document, "document", document),
            (.mapVersion, "map-version", mapVersion),
        ]
        return given.reduce(into: [:]) { fields, one in
            fields[one.0] = Self.value(one.option, one.2, one.0.expected, &problems) { one.0.accepts($0) ? $0 : nil }
        }
    }

    private func events(_ problems: inout [String]) -> Set<AuditEvent>? {
        guard !event.isEmpty else { return nil }
        let known = event.compactMap(AuditEvent.init(rawValue:))
        if known.count < event.count {
            let all = AuditEvent.allCases.map(\.rawValue).joined(separator: ", ")
            problems.append("--event is none of \(all).")
        }
        return Set(known)
    }

    private static func value<Value>(
        _ name: String,
        _ text: String?,
        _ expected: String,
        _ problems: inout [String],
        parse: (String) -> Value?
    ) -> Value? {
        guard let text else { return nil }
        let value = parse(text)
        if value == nil { problems.append("--\(name) is not \(expected).") }
        return value
    }
}

/// Where the records are read.
struct SourceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Read a copy made by audit pull instead of asking the broker.", valueName: "file"),
        completion: .file()
    )
    var local: String?
    @OptionGroup var signIn: SignInOptions

    /// The copy, or the broker.
    ///
    /// - Parameters:
    ///   - world: The world.
    ///   - ofEverything: Whether the whole log is going to be read.
    /// - Returns: The source.
    /// - Throws: ``CommandFailure``.
    func source(in world: Dependencies, ofEverything: Bool = false) async throws -> any AuditSource {
        if let local { return try await LocalLog(path: local) }
        let broker = try world.broker(profile: signIn.profile)
        return ofEverything ? broker.readingEverything : broker
    }
}

/// How records are written.
enum RecordFormat: String, Sendable, ExpressibleByArgument, CaseIterable {
    /// For a person.
    case table
    /// One document for a program.
    case json
    /// One document a line for a program that reads as they come.
    case ndjson
    /// For a shell: tabs between the cells, no header.
    case tsv
    /// For a spreadsheet.
    case csv

    /// The form that every command knows; nil for CSV, which only lists of records have.
    var form: OutputFormat? { OutputFormat(rawValue: rawValue) }

    /// How failures are written beside it.
    var failures: OutputFormat { form ?? .table }
}
