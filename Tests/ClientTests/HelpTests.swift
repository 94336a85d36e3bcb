import ArgumentParser
import Foundation
import Testing

@testable import ssm_broker

@Suite("help")
struct HelpTests {
    struct Command: Sendable, CustomTestStringConvertible {
        let names: [String]
        var testDescription: String { (["ssm-broker"] + names).joined(separator: " ") }
        var file: String { (["ssm-broker"] + names).joined(separator: "-") + ".txt" }
    }

    private static func commands(_ type: any ParsableCommand.Type, _ names: [String]) -> [(
        Command, any ParsableCommand.Type
    )] {
        [(Command(names: names), type)]
            + type.configuration.subcommands.flatMap { commands($0, names + [$0._commandName]) }
    }

    static let all = commands(SSMBroker.self, []).map(\.0)

    /// The commands that do something themselves.
    static let leaves = commands(SSMBroker.self, []).map(\.1).filter { $0.configuration.subcommands.isEmpty }

    private static func help(_ command: Command) -> String {
        let type = commands(SSMBroker.self, []).first { $0.0.names == command.names }?.1 ?? SSMBroker.self
        return SSMBroker.helpMessage(for: type, columns: 80) + "\n"
    }

    @Test("the help of each command is the recorded one", arguments: all)
    func golden(_ command: Command) throws {
        let file = URL(fileURLWithPath: "\(Project.fixtures)/help/\(command.file)")
        let help = Self.help(command)
        if ProcessInfo.processInfo.environment["SSM_BROKER_RECORD"] == "1" {
            try Data(help.utf8).write(to: file)
            Issue.record("recorded \(command.file): read the difference, then run without SSM_BROKER_RECORD")
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == help)
    }

    @Test("each command shows an example, and no line is wider than 80 columns", arguments: all)
    func shape(_ command: Command) {
        let help = Self.help(command)
        #expect(help.contains("Example"))
        for line in help.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }

    @Test("help for a command that is not there is wrong usage, at every depth")
    func unknown() {
        #expect(SSMBroker.unknownHelp(["help", "nosuch"])?.message.contains("'nosuch'") == true)
        #expect(SSMBroker.unknownHelp(["help", "audit", "nosuch"])?.message.contains("'nosuch'") == true)
        for known in [[], ["help"], ["help", "audit"], ["help", "audit", "query"], ["audit", "help"], ["nosuch"]] {
            #expect(SSMBroker.unknownHelp(known) == nil)
        }
    }

    @Test("every recorded help belongs to a command")
    func leftovers() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(Project.fixtures)/help")
        #expect(Set(files) == Set(Self.all.map(\.file)))
    }
}
