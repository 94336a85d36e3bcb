internal import ArgumentParser
internal import SessionCore

/// `ssm-broker whoami`.
struct WhoAmI: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami",
        abstract: "Say who you are to the broker, and what the role map gives you.",
        discussion: """
            Example:
              ssm-broker whoami --profile database-admin
            """
    )

    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let reply = try await world.broker(profile: signIn.profile).identity()
        world.output.write(reply.json, as: format) { Self.lines(reply) }
    }

    /// The answer for a person.
    static func lines(_ reply: IdentityReply) -> [String] {
        rows(reply).map { "\($0):" + String(repeating: " ", count: max(1, 15 - $0.count)) + Printable.line($1) }
    }

    private static func rows(_ reply: IdentityReply) -> [(String, String)] {
        var rows = [
            ("User", reply.user), ("Permission set", reply.permissionSet), ("Account", reply.account.digits),
            ("Linux user", reply.linuxUser?.name ?? "none: this permission set starts no sessions"),
        ]
        if reply.linuxUser != nil {
            rows.append(("Sessions", reply.kinds.map(\.rawValue).joined(separator: ", ")))
            if let commands = reply.commands { rows.append(("Commands", Self.text(commands))) }
            if let ports = reply.ports {
                rows.append(("Ports", ports.remote.map(\.portText).joined(separator: ", ")))
                let hosts = ports.hosts.map(\.description).joined(separator: ", ")
                rows.append(("Hosts", hosts.isEmpty ? "the node itself" : hosts))
            }
            rows.append(("Regions", reply.regions.isEmpty ? "all" : reply.regions.map(\.name).joined(separator: ", ")))
            let tags = reply.nodeTags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.joined(separator: "|"))" }
            rows.append(("Node tags", tags.isEmpty ? "any" : tags.joined(separator: ", ")))
            if let count = reply.concurrentSessions {
                rows.append(("At a time", "\(count) session\(count == 1 ? "" : "s")"))
            }
            let needs = [reply.needsReason ? "--reason" : nil, reply.needsTicket ? "--ticket" : nil].compactMap(\.self)
            if !needs.isEmpty { rows.append(("Required", needs.joined(separator: ", "))) }
        }
        let may = [
            reply.isAdministrator ? "administer the role map" : nil, reply.isAuditor ? "read the audit log" : nil,
        ].compactMap(\.self)
        if !may.isEmpty { rows.append(("May also", may.joined(separator: ", "))) }
        return rows
    }

    private static func text(_ commands: RoleMap.CommandRule) -> String {
        let place = commands.usesTerminal ? ", in a terminal" : ""
        return (commands.patterns.isEmpty ? "any" : commands.patterns.map(\.text).joined(separator: ", ")) + place
    }
}
