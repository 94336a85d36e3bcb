internal import AWSClient
internal import ArgumentParser
internal import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

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
            // A command that has run has told of its failure itself; help and versions are no failures.
            guard !(error is ExitCode), SSMBroker.exitCode(for: error) == .validationFailure else {
                SSMBroker.exit(withError: error)
            }
            refuse(SSMBroker.message(for: error))
        }
    }

    /// Tells of a command line that cannot be read, in the form that it asks for.
    private static func refuse(_ message: String) -> Never {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let environment = ProcessInfo.processInfo.environment
        let format =
            OutputFormat.asked(in: arguments) ?? environment["SSM_BROKER_OUTPUT"].flatMap(OutputFormat.init(rawValue:))
        Output.real(term: environment["TERM"])
            .report(CommandFailure(commandLine: message, arguments), as: format ?? .table)
        SSMBroker.exit(withError: ExitCode.validationFailure)
    }
}
