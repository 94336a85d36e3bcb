internal import ArgumentParser
internal import SessionCore

/// A command of ours: `run()` builds the real world, `run(in:)` does the work in any.
protocol BrokerCommand: AsyncParsableCommand {
    /// How results and failures are written.
    var format: OutputFormat { get }
    /// Whether the command line forbids to ask the person anything.
    var asksNothing: Bool { get }
    /// Does what the command is for.
    ///
    /// - Throws: ``CommandFailure``, whose status becomes the exit code.
    func run(in world: Dependencies) async throws
}

/// A command that signs with the engineer's credentials.
protocol SignedInCommand: BrokerCommand {
    /// Whose they are.
    var signIn: SignInOptions { get }
}

extension SignedInCommand {
    var asksNothing: Bool { signIn.noInput }
}

extension BrokerCommand {
    /// A command without the option has nothing to ask.
    var asksNothing: Bool { false }

    func run() async throws {
        let status = await status(in: try Dependencies.real(asksNothing: asksNothing))
        guard status == .done else { throw ExitCode(status.rawValue) }
    }

    /// Runs the command and tells the person of its failure.
    ///
    /// - Returns: What becomes the exit code.
    func status(in world: Dependencies) async -> ExitStatus {
        var world = world
        if asksNothing { world.noInput = Dependencies.noInputOption }
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
    @Option(name: [.short, .customLong("output")], help: "How results are written: table, json, ndjson or tsv.")
    var output: OutputFormat = .table
}

/// Whose credentials sign.
struct SignInOptions: ParsableArguments {
    @Option(help: "The AWS profile to sign with, instead of the environment's keys or AWS_PROFILE.")
    var profile: String?
    @Flag(help: "Ask nothing: where a person would be asked, fail and say what to give instead.")
    var noInput = false
}
