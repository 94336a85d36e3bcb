/// What a session is for, beyond its kind; a part that is absent is not asked for.
///
/// Shape, among the members of a request or of a record's `access`: `"command":"df -h /"` for the kind `command`;
/// `"port":5432`, and perhaps `"host":"db.internal"` and `"localPort":15432`, for the kind `port`.
public struct SessionParameters: Sendable, Hashable {
    /// The command line; one line of 1 to 4,096 printable characters.
    public var command: String?
    /// The port to reach, 1 to 65535.
    public var port: Int?
    /// The machine to reach from the node; nil for the node itself.
    public var host: String?
    /// The port on the engineer's machine, 0 to 65535; 0 and nil for any.
    public var localPort: Int?

    /// Makes parameters.
    public init(command: String? = nil, port: Int? = nil, host: String? = nil, localPort: Int? = nil) {
        self.command = command
        self.port = port
        self.host = host
        self.localPort = localPort
    }

    /// The longest command line, as AWS counts characters: in UTF-16 code units.
    public static let maximumCommandLength = 4096

    /// Whether text is a command line that the agent takes as it is and runs.
    ///
    /// - It is one line of printable text that begins with a word: of a blank line or a comment the agent makes no word at all,
    ///   and dies of it.
    /// - It has no `{{`: what stands between that and `}}` the agent takes from Parameter Store, with the node's own rights.
    ///
    /// Source: amazon-ssm-agent, `agent/session/shell/shell_unix.go` (`StartCommandExecutor`, by way of google/shlex) and
    /// `agent/framework/docparser/docparser.go` (`replaceValidatedSessionParameters`).
    public static func isCommand(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, !first.properties.isWhitespace, first != "#" else { return false }
        // Scalars: a brace with a combining mark is another character, and still a brace to the agent.
        let scalars = text.unicodeScalars
        return OpenSessionRequest.isPlainText(text, maximumLength: maximumCommandLength)
            && !zip(scalars, scalars.dropFirst()).contains { $0 == "{" && $1 == "{" }
    }

    var commandJSON: JSON? { command.map(JSON.string) }
    var portJSON: JSON? { port.map { .integer(Int64($0)) } }
    var hostJSON: JSON? { host.map(JSON.string) }
    var localPortJSON: JSON? { localPort.map { .integer(Int64($0)) } }

    /// Reads what stands in a record, where it was judged long ago.
    init(recorded json: JSON) {
        self.init(
            command: json["command"]?.text,
            port: json["port"]?.number.map { Int($0) },
            host: json["host"]?.text,
            localPort: json["localPort"]?.number.map { Int($0) }
        )
    }

    /// Reads what belongs to a kind of session, and refuses what belongs to another.
    ///
    /// - Parameters:
    ///   - reader: The request's, which notes everything that is wrong.
    ///   - kind: The kind asked for; nil when that is wrong itself, and then every part is only looked at.
    init(reader: inout JSONReader, kind: SessionKind?) {
        let command = reader.optional(
            "command",
            expected:
                "one line of 1 to \(Self.maximumCommandLength) printable characters that begins with a word and has no {{"
        ) { Self.isCommand($0) ? $0 : nil }
        let port = reader.integer("port", in: 1...65_535).map { Int($0) }
        let host = reader.optional(
            "host",
            expected: "a host's name or IPv4 address in small letters; not a link-local address"
        ) { RoleMap.PortRule.Host.isName($0) ? $0 : nil }
        let localPort = reader.integer("localPort", in: 0...65_535).map { Int($0) }
        self.init(command: command, port: port, host: host, localPort: localPort)
        guard let kind else { return }
        let belongs: Set<String> =
            switch kind {
            case .shell, .ssh: []
            case .command: ["command"]
            case .port: ["host", "localPort", "port"]
            }
        for (name, owner) in [("command", "command"), ("host", "port"), ("localPort", "port"), ("port", "port")]
        where !belongs.contains(name) && reader.value(name) != nil {
            reader.note("Only sessions of kind \(owner) have it; this one is of kind \(kind.rawValue).", at: name)
        }
        if kind == .command, reader.value("command") == nil {
            reader.note("Missing; expected the command line to run.", at: "command")
        }
        if kind == .port, reader.value("port") == nil {
            reader.note("Missing; expected the port to reach, from 1 to 65535.", at: "port")
        }
    }
}
