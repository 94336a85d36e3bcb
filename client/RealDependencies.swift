internal import AWSClient
internal import CurlTransport
internal import SessionCore
internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension Dependencies {
    /// The world as it is.
    ///
    /// - Parameter asksNothing: Whether the command line forbids to ask the person anything.
    /// - Returns: The world.
    /// - Throws: Nothing that a command line or a setting can cause.
    static func real(asksNothing: Bool = false) throws -> Dependencies {
        let environment = ProcessInfo.processInfo.environment
        let noInput = noInput(isGiven: asksNothing, environment)
        let transport = CurlTransport(environment: environment)
        let now: @Sendable () -> Timestamp = {
            Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded()))
        }
        let mfaCode: @Sendable (String) async -> Secret<String>? = { TerminalPrompt.secret("MFA code for \($0): ") }
        return Dependencies(
            environment: environment,
            transport: transport,
            credentials: { profile in
                let options = ProfileOptions(profile: profile, environment: environment)
                return KeptCredentials(
                    CredentialChain(
                        profile: profile,
                        environment: environment,
                        client: try aws(environment: options.completing(environment), transport: transport, now: now) {
                            try await Task.sleep(for: .milliseconds($0))
                        },
                        mfaCode: noInput == nil ? mfaCode : nil
                    ),
                    now: now
                )
            },
            now: now,
            makeID: {
                var generator = SystemRandomNumberGenerator()
                return RecordID(random: (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) })
            },
            output: .real(term: environment["TERM"]),
            signals: SignalInbox(),
            beginSignals: { inbox in try SignalPipe.begin { inbox.deliver($0) } },
            executable: { try OwnExecutable.path() },
            terminal: STDIN_FILENO,
            installedPlugin: Plugin.installed,
            isInteractive: Terminal.isPresent(on: STDIN_FILENO),
            noInput: noInput,
            ask: { question in
                // The question goes where messages go; an answer that is piped in was given before the question was known.
                guard Terminal.isPresent(on: STDIN_FILENO), Terminal.isPresent(on: STDERR_FILENO) else { return nil }
                Descriptor.write(question.utf8, to: STDERR_FILENO)
                return readLine() ?? ""
            },
            openPicker: { RawTerminal(environment: environment) }
        )
    }
}

extension Output {
    /// This process's own standard output and standard error.
    ///
    /// - Parameter term: The kind of the terminal, by its variable.
    /// - Returns: The output.
    static func real(term: String?) -> Output {
        let results = StandardOutput()
        let note: @Sendable (String) -> Void = { Descriptor.write($0.utf8, to: STDERR_FILENO) }
        return Output(
            result: { results.write(Array($0.utf8)) },
            note: note,
            columns: Terminal.isPresent(on: STDOUT_FILENO) ? Terminal.columns(of: STDOUT_FILENO) ?? 80 : nil,
            noteColumns: Terminal.columns(of: STDERR_FILENO),
            // A terminal that says it is dumb would show the sequences that take a line away.
            progress: Terminal.isPresent(on: STDERR_FILENO) && term != "dumb" ? note : nil,
            isDeserted: { results.isDeserted.load(ordering: .relaxed) },
            failure: { results.failure },
            pass: { results.write($0) },
            passErrors: { Descriptor.write($0, to: STDERR_FILENO) }
        )
    }
}

/// Standard output, and whether what was written to it arrived: a lost reader is an error here, not a death.
private final class StandardOutput: Sendable {
    let isDeserted = Atomic<Bool>(false)
    /// The system's number for why the first write failed that a reader's leaving does not explain; 0 for none.
    private let problem = Atomic<Int32>(0)

    /// Why results are missing, in the system's words; nil when all arrived, or nobody wanted the rest.
    var failure: String? {
        let number = problem.load(ordering: .relaxed)
        return number == 0 ? nil : String(cString: strerror(number))
    }

    func write(_ bytes: [UInt8]) {
        guard !Descriptor.write(bytes, to: STDOUT_FILENO) else { return }
        let number = errno
        isDeserted.store(true, ordering: .relaxed)
        if number != EPIPE { problem.store(number, ordering: .relaxed) }
    }
}
