/// What stands in a session document of each kind.
///
/// Source: Systems Manager User Guide, "Session document schema"; amazon-ssm-agent, `agent/session/contracts` and `agent/contracts`
/// (which types every member has).
struct SessionDocumentContent {
    let kind: SessionKind
    let id: PermissionSetName
    let entry: RoleMap.Entry
    let place: SessionDocument.Place

    /// The whole document.
    var json: JSON {
        .compact([
            "description": .string(description),
            "inputs": inputs,
            "parameters": parameters,
            "properties": properties,
            "schemaVersion": "1.0",
            "sessionType": .string(sessionType),
        ])
    }

    private var description: String {
        let holder =
            switch entry.holder {
            case .permissionSet: "permission set \(id)"
            case .role: "role \(id)"
            }
        return switch kind {
        case .shell, .command: "ssm-broker: \(kind.rawValue) as \(entry.linuxUser) for \(holder)"
        case .port, .ssh: "ssm-broker: \(kind.rawValue) for \(holder)"
        }
    }

    private var sessionType: String {
        switch kind {
        case .shell: "Standard_Stream"
        case .command: entry.commands.usesTerminal ? "InteractiveCommands" : "NonInteractiveCommands"
        case .port, .ssh: "Port"
        }
    }

    private var inputs: JSON {
        let times: [String: JSON] = [
            "idleSessionTimeout": .string(String(entry.limits.idleMinutes)),
            "maxSessionDuration": entry.limits.maximumMinutes.map { .string(String($0)) } ?? .null,
        ].filter { $0.value != .null }
        guard kind.runsCommands else { return .object(times) }
        let logging = entry.logging.logging(in: place.account)
        let rest: [String: JSON] = [
            // Both encryption switches are documented as required; they say nothing while the names beside them are empty.
            "cloudWatchEncryptionEnabled": true,
            "cloudWatchLogGroupName": .string(place.fill(logging.cloudWatchLogGroup ?? "")),
            // The agent streams shells only; other sessions' transcripts are sent at their end.
            "cloudWatchStreamingEnabled": .bool(kind == .shell && logging.cloudWatchLogGroup != nil),
            "kmsKeyId": .string(place.fill(logging.kmsKey ?? "")),
            "runAsDefaultUser": .string(entry.linuxUser.name),
            "runAsEnabled": true,
            "s3BucketName": .string(place.fill(logging.s3Bucket ?? "")),
            "s3EncryptionEnabled": true,
            "s3KeyPrefix": .string(place.fill(logging.s3KeyPrefix ?? "")),
        ]
        return .object(times.merging(rest) { own, _ in own })
    }

    /// Names are letters and digits: the agent drops every other.
    private var parameters: JSON? {
        switch kind {
        case .shell, .ssh: nil
        case .command: ["command": Self.parameter("The command line.", pattern: commandPattern)]
        case .port:
            .compact([
                "host": entry.ports?.hostPattern.map { pattern in
                    Self.parameter("The machine to reach from the node.", pattern: pattern)
                },
                "localPortNumber": Self.parameter(
                    "The port on the engineer's machine; 0 for any.",
                    pattern: "^(?:\(NumberPattern.alternatives(0...65_535).joined(separator: "|")))$",
                    default: "0"
                ),
                "portNumber": Self.parameter(
                    "The port to reach.",
                    // No map has the kind without ports; a text of digits never fits this.
                    pattern: entry.ports?.portPattern ?? "^-$"
                ),
            ])
        }
    }

    private var properties: JSON? {
        switch kind {
        case .shell: nil
        case .command:
            [
                "linux": .compact([
                    // In a terminal the agent runs `sh -c` with this. Without one it splits the line as a shell would, quotes and
                    // backslashes and all, and runs the first word with the others: no shell is there to expand, pipe or chain.
                    // The value stands here as it came, and what it holds is not expanded again, but for Parameter Store's {{ssm:…}}.
                    // Source: amazon-ssm-agent 3.3 (1c217c8), `agent/session/shell/shell_unix.go` (`StartCommandExecutor`) and
                    // `agent/framework/docparser/docparser.go` (`replaceValidatedSessionParameters`).
                    "commands": "{{ command }}",
                    // Elevated commands would run as root, whatever Run As says.
                    "runAsElevated": false,
                    // Without it the remote exit status is not told.
                    "separateOutputStream": entry.commands.usesTerminal ? nil : true,
                    // The plugin writes both streams to one; these are all that tells them apart there, and in transcripts.
                    "stdErrSeparatorPrefix": entry.commands.usesTerminal ? nil : .string(SessionDocument.errorsMark),
                    "stdOutSeparatorPrefix": entry.commands.usesTerminal ? nil : .string(SessionDocument.outputMark),
                ])
            ]
        case .port:
            .compact([
                // The agent dials localhost where there is no host. It resolves one that there is by the node's own means and dials
                // each address in turn; of loopback it thinks nothing, so `localhost` is the node itself here too.
                // Source: amazon-ssm-agent 3.3 (1c217c8), `agent/session/plugins/port/port.go` (`DialCall`, `validateParameters`) and
                // `agent/appconfig/constants.go` (`DefaultDeniedPortForwardingRemoteIPs`).
                "host": entry.ports?.hostPattern == nil ? nil : "{{ host }}",
                "localPortNumber": "{{ localPortNumber }}",
                "portNumber": "{{ portNumber }}",
                "type": "LocalPortForwarding",
            ])
        case .ssh: ["portNumber": "22"]
        }
    }

    /// Any line of text that begins with a word and has nothing in two braces, which the agent would expand.
    ///
    /// Said so that no reader has to try two ways; ``SessionParameters/isCommand(_:)`` has the reasons.
    static let anyCommand =
        "^(?:[^{#\\x00-\\x20\\x7f][^{\\x00-\\x1f\\x7f]*)?(?:\\{[^{\\x00-\\x1f\\x7f]+)*\\{?$"

    private var commandPattern: String {
        entry.commands.patterns.isEmpty ? Self.anyCommand : AnchoredPattern.any(of: entry.commands.patterns)
    }

    /// The agent looks for `allowedPattern` anywhere in a value, so every pattern of ours begins with `^` and ends with `$`.
    private static func parameter(_ description: String, pattern: String, default value: String? = nil) -> JSON {
        .compact([
            "allowedPattern": .string(pattern), "default": value.map(JSON.string), "description": .string(description),
            "type": "String",
        ])
    }
}
