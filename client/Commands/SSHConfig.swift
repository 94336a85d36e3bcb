internal import ArgumentParser
internal import SessionCore

/// `ssm-broker ssh-config`.
struct SSHConfig: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "ssh-config",
        abstract: "Print what ssh needs in its configuration to reach nodes through the broker.",
        usage: """
            ssm-broker ssh-config [<host> ...] [--user <user>] [--region <region>]
                   [--profile <profile>] [--no-input] [--output <output>]
            """,
        discussion: """
            It is printed only where the role map allows kind ssh, because it has a cost:
            no Run As, so that the Linux user is the one that you give to ssh and that
            sshd lets in with your key, and no transcript of what is done.

            Examples:
              ssm-broker ssh-config --profile web-operator >> ~/.ssh/config
              ssm-broker ssh-config i-0123456789abcdef0 --user admin
            """
    )

    @Argument(help: ArgumentHelp("ssh's patterns of the nodes; otherwise i-* and mi-*.", valueName: "host"))
    var hosts: [String] = []
    @Option(help: "The Linux user to sign in to sshd as; otherwise what ssh goes by.")
    var user: String?
    @Option(help: "The nodes' Region; otherwise what is set when ssh runs.")
    var region: String?
    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let snippet = SSHSnippet(
            hosts: hosts.isEmpty ? ["i-*", "mi-*"] : hosts,
            user: user,
            program: try program(in: world),
            options: [("--profile", signIn.profile), ("--region", region)]
        )
        try snippet.check()
        let identity = try await world.broker(profile: signIn.profile).identity()
        guard identity.kinds.contains(.ssh) else {
            let kinds = identity.kinds.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure(
                .denied,
                code: ProblemCode.kindNotAllowed.rawValue,
                what: "The role map does not allow \(identity.permissionSet) to use ssh.",
                why: ["It allows \(kinds.isEmpty ? "no sessions" : kinds)."],
                next: "Use ssm-broker connect, exec or forward, or ask an administrator of the role map."
            )
        }
        world.output.write(snippet.json, as: format) { snippet.lines }
    }

    /// How ssh starts us: by name where the PATH leads to this very program, else by its path.
    private func program(in world: Dependencies) throws -> String {
        let own: String
        do {
            own = try world.executable()
        } catch {
            return "ssm-broker"
        }
        let folders = (world.environment["PATH"] ?? "").split(separator: ":").filter { $0.hasPrefix("/") }
        let found = folders.lazy.compactMap { OwnExecutable.resolve("\($0)/ssm-broker") }.first
        return found == own ? "ssm-broker" : own
    }
}

/// A `Host` block of ssh's configuration.
struct SSHSnippet: Sendable {
    let hosts: [String]
    let user: String?
    let program: String
    let options: [(name: String, value: String?)]

    /// The line that ssh gives to a shell.
    ///
    /// Source: ssh_config(5), `ProxyCommand` and "TOKENS": a percent sign of our own is doubled.
    var proxyCommand: String {
        let given = options.flatMap { name, value in value.map { [name, $0] } ?? [] }
        let words = ([program, "ssh-proxy"] + given).map(Self.quoted).joined(separator: " ")
        let doubled = words.unicodeScalars.map { $0 == "%" ? "%%" : String($0) }.joined()
        // A host's name may come from anybody, for example from a repository's submodules, and a shell reads this line.
        return doubled + " '%h' %p"
    }

    /// The block.
    var lines: [String] {
        [
            "# Through ssm-broker: recorded, but without Run As and without a transcript.",
            // No node has a quotation mark in its name; a host that has one would end the quoting below.
            "Host \(hosts.joined(separator: " ")) \"!*'*\"",
        ] + (user.map { ["    User \($0)"] } ?? []) + [
            "    ProxyCommand \(proxyCommand)",
            // Keys belong to node ids, which nobody gives to another machine; addresses are none of ssh's business here.
            "    CheckHostIP no",
        ]
    }

    /// Shape: `{"hosts":["i-*"],"proxyCommand":"ssm-broker ssh-proxy '%h' %p","user":"admin"}`.
    var json: JSON {
        .compact([
            "hosts": .array(hosts.map(JSON.string)), "proxyCommand": .string(proxyCommand),
            "user": user.map(JSON.string),
        ])
    }

    /// Refuses what would be read as something else in ssh's configuration.
    ///
    /// - Throws: ``CommandFailure``.
    func check() throws {
        let texts = hosts + [user].compactMap(\.self)
        let bad = texts.first { text in
            text.isEmpty || text.hasPrefix("-")
                || !text.utf8.allSatisfy { (0x21..<0x7F).contains($0) && !"\"#\\'".utf8.contains($0) }
        }
        let values = [program] + options.compactMap(\.value)
        let unprintable = values.first { !OpenSessionRequest.isPlainText($0, maximumLength: 4096) }
        guard let text = bad ?? unprintable else { return }
        throw CommandFailure(
            .usage,
            code: "SSH_CONFIG_INVALID",
            what: "\(text.prefix(64)) cannot stand in ssh's configuration.",
            next: "ssm-broker ssh-config --help has examples."
        )
    }

    private static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+,-./:@_".contains($0)) }
        return isPlain
            ? word : ShellWord.quoted(word)
    }
}
