internal import ArgumentParser
internal import SessionCore

/// A command of ours: `run()` builds the real world, `run(in:)` does the work in any.
protocol BrokerCommand: AsyncParsableCommand {
    /// How results and failures are written.
    var format: OutputFormat { get }
    /// Does what the command is for.
    ///
    /// - Throws: ``CommandFailure``, whose status becomes the exit code.
    func run(in world: Dependencies) async throws
}

extension BrokerCommand {
    func run() async throws {
        let status = await status(in: try Dependencies.real())
        guard status == .done else { throw ExitCode(status.rawValue) }
    }

    /// Runs the command and tells the person of its failure.
    ///
    /// - Returns: What becomes the exit code.
    func status(in world: Dependencies) async -> ExitStatus {
        do {
            try await run(in: world)
            if let reason = world.output.failure() {
                throw CommandFailure(
                    .failed,
                    code: "OUTPUT_UNWRITABLE",
                    what: "What the command has to say could not be written to standard output.",
                    why: ["\(reason). What it was asked to do may be done all the same."],
                    next: "Make room, or send the output elsewhere, then run the command again."
                )
            }
            return .done
        } catch let failure as CommandFailure {
            world.output.report(failure, as: format)
            return failure.status
        } catch {
            let failure = CommandFailure(.failed, code: "FAILED", what: "The command failed.", why: ["\(error)"])
            world.output.report(failure, as: format)
            return failure.status
        }
    }
}

/// How results are written.
struct OutputOptions: ParsableArguments {
    @Option(name: [.short, .customLong("output")], help: "How results are written: table or json.")
    var output: OutputFormat = .table
}

/// Whose credentials sign.
struct SignInOptions: ParsableArguments {
    @Option(help: "The AWS profile to sign with, instead of the environment's keys or AWS_PROFILE.")
    var profile: String?
}
