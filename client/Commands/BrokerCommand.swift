internal import AWSClient
internal import ArgumentParser
internal import SessionCore

/// A command of ours: `run()` builds the real world, `run(in:)` does the work in any.
protocol BrokerCommand: AsyncParsableCommand {
    /// How results and failures are written.
    var format: OutputFormat { get }
    /// Whether a configuration file that is wrong stops the command.
    var needsSettings: Bool { get }
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
    var needsSettings: Bool { true }
    /// A command without the option has nothing to ask.
    var asksNothing: Bool { false }

    func run() async throws {
        let world = try Dependencies.real(asksNothing: asksNothing)
        let status = await status(in: world)
        guard status == .done else { throw ExitCode(status.rawValue) }
        if let code = world.remote.status, code != ExitStatus.done.rawValue { throw ExitCode(code) }
    }

    /// Runs the command and tells the person of its failure.
    ///
    /// - Returns: What becomes the exit code.
    func status(in world: Dependencies) async -> ExitStatus {
        var world = world
        if asksNothing { world.noInput = Dependencies.noInputOption }
        do {
            guard needsSettings else { return await status(of: world) }
            let settings = try world.settings(profile: (self as? any SignedInCommand)?.signIn.profile)
            var settled = world
            // The plugin is to choose its endpoints as the engineer's own tools do.
            settled.environment = ProfileOptions(profile: settings.profile?.text, environment: world.environment)
                .completing(world.environment)
            return await OutputOptions.$preferred.withValue(try settings.output()) { [settled] in
                await status(of: settled)
            }
        } catch {
            return report(error, in: world)
        }
    }

    private func status(of world: Dependencies) async -> ExitStatus {
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
        } catch {
            return report(error, in: world)
        }
    }

    private func report(_ error: any Error, in world: Dependencies) -> ExitStatus {
        var failure =
            error as? CommandFailure
            ?? CommandFailure(.failed, code: "FAILED", what: "The command failed.", why: ["\(error)"])
        failure.adviseHelp(of: Self.self)
        world.output.report(failure, as: format)
        return failure.status
    }
}

/// How results are written.
struct OutputOptions: ParsableArguments {
    /// What the settings say; a command line that says nothing goes by it.
    @TaskLocal static var preferred: OutputFormat = .table

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "How results are written: table, json, ndjson or tsv; otherwise as configured, else a table."
    )
    var chosen: OutputFormat?

    /// How results are written.
    var output: OutputFormat { chosen ?? Self.preferred }
}

/// Whose credentials sign.
struct SignInOptions: ParsableArguments {
    @Option(help: "The AWS profile to sign with, instead of the environment's keys or AWS_PROFILE.")
    var profile: String?
    @Flag(help: "Ask nothing: where a person would be asked, fail and say what to give instead.")
    var noInput = false
}
