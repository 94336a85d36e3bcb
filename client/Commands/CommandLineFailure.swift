internal import ArgumentParser
internal import SessionCore

extension CommandFailure {
    /// A command line that cannot be read, with what was perhaps meant.
    ///
    /// - Parameters:
    ///   - message: The parser's words.
    ///   - arguments: The command line, without the program.
    init(commandLine message: String, _ arguments: [String]) {
        let lines = message.split(whereSeparator: \.isNewline).map(String.init)
        let what = lines.first ?? "The command line cannot be read."
        let (type, path, word) = SSMBroker.command(namedBy: arguments)
        let name = path.joined(separator: " ")
        let isUnexpected = what.lowercased().contains("unexpected argument")
        let names = SSMBroker.subcommands(of: type)
        let next: String
        switch word {
        case "version"? where path.count == 1: next = "ssm-broker --version"
        case let word? where isUnexpected && !names.isEmpty && !word.hasPrefix("-"):
            let near = Spelling.near(to: word, among: Set(names), limit: 3)
            self.init(
                .usage,
                code: Self.commandLineCode,
                what: "There is no command \(name) \(word).",
                why: near.isEmpty ? [] : ["Did you mean \(near.joined(separator: " or "))?"],
                next: near.count == 1 ? "\(name) \(near[0]) --help" : "See them: \(name) --help"
            )
            return
        case let word? where word.hasPrefix("-") && path.count == 1:
            next = "Put options after the command, as in: ssm-broker whoami \(word)"
        case _ where isUnexpected && type == Exec.self:
            next = "Put the command after two dashes: ssm-broker exec NODE -- COMMAND"
        case _ where isUnexpected && type == Forward.self:
            next = "Name the port: ssm-broker forward NODE --remote-port PORT"
        default: next = "\(name) --help"
        }
        self.init(
            .usage,
            code: Self.commandLineCode,
            what: what.hasSuffix(".") || what.hasSuffix("?") ? what : what + ".",
            why: Array(lines.dropFirst()),
            next: next
        )
    }

    private static let commandLineCode = "COMMAND_LINE_INVALID"

    /// Says where the command's help is, when nothing better is said of what to do.
    mutating func adviseHelp(of command: any ParsableCommand.Type) {
        guard status == .usage, next == nil, let path = SSMBroker.path(of: command) else { return }
        advise("\(path.joined(separator: " ")) --help")
    }
}

extension OutputFormat {
    /// The form that a command line asks for which cannot be read as a whole; nil when it names none.
    ///
    /// - Parameter arguments: The command line, without the program.
    /// - Returns: The form.
    static func asked(in arguments: [String]) -> OutputFormat? {
        let own = arguments.prefix { $0 != "--" }
        let names = ["-o", "--output"]
        let apart = zip(own, own.dropFirst()).reversed().first { names.contains($0.0) }?.1
        let joined = own.last { $0.hasPrefix("--output=") }?.dropFirst("--output=".count)
        return (apart ?? joined.map(String.init)).flatMap(OutputFormat.init(rawValue:))
    }
}

extension SSMBroker {
    /// The command that a command line names, as far as it can be followed.
    ///
    /// - Parameter arguments: The command line, without the program.
    /// - Returns: The command, how it is called, and the first word that names none.
    static func command(
        namedBy arguments: [String]
    ) -> (type: any ParsableCommand.Type, path: [String], word: String?) {
        var type: any ParsableCommand.Type = SSMBroker.self
        var path = [_commandName]
        for word in arguments {
            guard let next = type.configuration.subcommands.first(where: { $0._commandName == word }) else {
                return (type, path, word)
            }
            type = next
            path.append(word)
        }
        return (type, path, nil)
    }

    /// How a command is called, as `["ssm-broker", "map", "plan"]`; nil for one that is none of ours.
    static func path(
        of command: any ParsableCommand.Type,
        under root: any ParsableCommand.Type = SSMBroker.self
    ) -> [String]? {
        if root == command { return [root._commandName] }
        return root.configuration.subcommands.lazy.compactMap { path(of: command, under: $0) }.first
            .map { [root._commandName] + $0 }
    }

    /// The names of a command's own commands, those for people.
    static func subcommands(of type: any ParsableCommand.Type) -> [String] {
        type.configuration.subcommands.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
    }
}
