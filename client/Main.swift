internal import AWSClient
internal import ArgumentParser
internal import SessionCore

/// Where the program begins.
@main
enum Main {
    static func main() async {
        Hardening.apply()
        do {
            if let problem = SSMBroker.unknownHelp(CommandLine.arguments.dropFirst()) { throw problem }
            var command = try SSMBroker.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            SSMBroker.exit(withError: error)
        }
    }
}
