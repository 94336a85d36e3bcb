import ArgumentParser
import Testing

@testable import ssm_broker

// Swift Testing has a type of the same name.
typealias ExitStatus = ssm_broker.ExitStatus

/// Runs a command line in a world, as the program would, and gives its exit code.
func run(_ arguments: String..., in world: Dependencies) async throws -> ExitStatus {
    try await run(arguments, in: world)
}

/// Runs a command line in a world, as the program would, and gives its exit code.
func run(_ arguments: [String], in world: Dependencies) async throws -> ExitStatus {
    let command = try #require(try SSMBroker.parseAsRoot(arguments) as? any BrokerCommand)
    return await command.status(in: world)
}
