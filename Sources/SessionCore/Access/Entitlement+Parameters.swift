/// What the map says to the parameters of a session.
///
/// The session document says the same again in its patterns, to the agent; the broker's word comes first, and tells what is allowed.
extension Entitlement {
    /// Judges what the request asks for beyond the kind.
    ///
    /// - Throws: ``Problem`` with `COMMAND_NOT_ALLOWED`, `PORT_NOT_ALLOWED` or `HOST_NOT_ALLOWED`, naming what is allowed.
    func checkParameters() throws(Problem) {
        let parameters = request.parameters
        switch request.kind {
        case .shell, .ssh: return
        case .command:
            guard let command = parameters.command, entry.commands.admits(command) else { throw commandNotAllowed }
        case .port:
            guard let ports = entry.ports, let port = parameters.port, ports.admits(port: port) else {
                throw portNotAllowed
            }
            guard ports.admits(host: parameters.host) else { throw hostNotAllowed(ports) }
        }
    }

    /// What StartSession is told, by the names that the session document has; empty for a document without parameters.
    ///
    /// Each value is a list, of which the agent takes the first of a parameter of type String.
    public var startParameters: [String: [String]] {
        switch request.kind {
        case .shell, .ssh: [:]
        case .command: ["command": [request.parameters.command ?? ""]]
        case .port:
            [
                // A document that asks for a host is told one always: the node's own name for itself where none is asked.
                "host": document.content["parameters"]?["host"] == nil
                    ? nil : [request.parameters.host ?? RoleMap.PortRule.Host.node.description],
                "localPortNumber": [String(request.parameters.localPort ?? 0)],
                "portNumber": request.parameters.port.map { [String($0)] },
            ].compactMapValues { $0 }
        }
    }

    private var commandNotAllowed: Problem {
        let patterns = Self.list(entry.commands.patterns.map(\.text))
        return Problem(
            .commandNotAllowed,
            detail: patterns.isEmpty
                ? "\(caller.sentenceTitle) may run one line of printable text, and this is none."
                : "\(caller.sentenceTitle) may not run this command; it may run what fits \(patterns).",
            next: "See what it may run: ssm-broker whoami"
        )
    }

    private var portNotAllowed: Problem {
        let asked = request.parameters.port.map { "port \($0)" } ?? "no port"
        let ports = Self.list((entry.ports?.remote ?? []).map(\.portText))
        return Problem(
            .portNotAllowed,
            detail: "\(caller.sentenceTitle) may not reach \(asked); it may reach \(ports.isEmpty ? "none" : ports).",
            next: "See what it may reach: ssm-broker whoami"
        )
    }

    private func hostNotAllowed(_ ports: RoleMap.PortRule) -> Problem {
        let asked = request.parameters.host.map { "host \($0)" } ?? "the node itself (localhost)"
        let allowed =
            ports.hosts.isEmpty ? "the node itself only" : Self.list(ports.hosts.map(\.description)) + " only"
        return Problem(
            .hostNotAllowed,
            detail: "\(caller.sentenceTitle) may not reach ports of \(asked); it may reach those of \(allowed).",
            next: ports.hosts.isEmpty
                ? "Leave --remote-host out, which means the node." : "Name one of them with --remote-host."
        )
    }

    /// The first of some texts, as a refusal names them: a map may have hundreds.
    private static func list(_ texts: [String]) -> String {
        let shown = texts.prefix(12).joined(separator: ", ")
        return texts.count > 12 ? "\(shown) and \(texts.count - 12) more" : shown
    }
}
