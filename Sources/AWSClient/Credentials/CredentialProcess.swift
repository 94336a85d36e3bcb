internal import Dispatch
internal import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A program that prints credentials, as `credential_process` in a profile names it.
///
/// Shape of its output:
/// `{"Version":1,"AccessKeyId":"…","SecretAccessKey":"…","SessionToken":"…","Expiration":"2026-11-21T08:00:00Z"}`.
/// Source: AWS SDKs and Tools Reference Guide, "Process credential provider".
public struct CredentialProcess: CredentialSource {
    private static let queue = DispatchQueue(label: "credential-process", attributes: .concurrent)

    private let command: String
    private let environment: [String: String]
    private let milliseconds: Int
    private let standardError: Int32

    /// Names a program.
    ///
    /// - Parameters:
    ///   - command: The command line; cut into words as a shell would, but nothing is expanded.
    ///   - environment: The whole environment that the program gets.
    ///   - milliseconds: How long it may take; it may have to ask a person.
    ///   - standardError: The descriptor to which its standard error is copied.
    public init(
        command: String,
        environment: [String: String],
        milliseconds: Int = 120_000,
        standardError: Int32 = 2
    ) {
        self.command = command
        self.environment = environment
        self.milliseconds = milliseconds
        self.standardError = standardError
    }

    /// Runs the program and reads what it prints.
    public func credentials() async throws -> AWSCredentials {
        let words: [String]
        do {
            words = try ShellWords.split(command)
        } catch {
            throw failure("the command line ends inside \(error == .openEscape ? "an escape" : "a quotation")")
        }
        let result: Result<ChildProcess.Outcome, ChildProcess.Rejection> = await withCheckedContinuation {
            continuation in
            Self.queue.async {
                continuation.resume(
                    returning: Result { () throws(ChildProcess.Rejection) in
                        try ChildProcess.run(
                            words,
                            environment: environment,
                            milliseconds: milliseconds,
                            standardError: standardError
                        )
                    }
                )
            }
        }
        switch result {
        case .success(let outcome): return try read(outcome)
        case .failure(.notStarted(let reason)): throw failure("it cannot be started: \(reason)")
        case .failure(.tooSlow): throw failure("it took longer than \(milliseconds) ms")
        case .failure(.tooMuch): throw failure("it printed more than any credentials are long")
        }
    }

    private struct Wire: Decodable {
        let version: Int?
        let accessKeyID: String?
        let secretAccessKey: String?
        let sessionToken: String?
        let expiration: String?

        private enum CodingKeys: String, CodingKey {
            case version = "Version"
            case accessKeyID = "AccessKeyId"
            case secretAccessKey = "SecretAccessKey"
            case sessionToken = "SessionToken"
            case expiration = "Expiration"
        }
    }

    private func read(_ outcome: ChildProcess.Outcome) throws(CredentialsNotFound) -> AWSCredentials {
        guard outcome.status == 0 else {
            let words = String(decoding: outcome.lastWords, as: UTF8.self)
                .split { $0.isNewline }.map { $0.filter { !$0.isASCII || $0 >= " " } }.joined(separator: " / ")
            throw failure("it ended with status \(outcome.status)\(words.isEmpty ? "" : ": \(words)")")
        }
        // The decoder's own error quotes the output, which is secret.
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(outcome.output)) else {
            throw failure("what it printed is not the JSON of a credential process")
        }
        guard wire.version == 1 else {
            throw failure("its output is of version \(wire.version.map(String.init) ?? "none"), not 1")
        }
        guard let accessKeyID = wire.accessKeyID, !accessKeyID.isEmpty else {
            throw failure("its output lacks AccessKeyId")
        }
        guard let secret = wire.secretAccessKey, !secret.isEmpty else {
            throw failure("its output lacks SecretAccessKey")
        }
        var expiration: Timestamp?
        if let text = wire.expiration {
            guard let moment = Timestamp(text) else { throw failure("its Expiration is not an RFC 3339 time") }
            expiration = moment
        }
        return AWSCredentials(
            accessKeyID: accessKeyID,
            secretAccessKey: Secret(secret),
            sessionToken: wire.sessionToken.map { Secret($0) },
            expiration: expiration
        )
    }

    private func failure(_ reason: String) -> CredentialsNotFound {
        // The program only: people put secrets into its arguments.
        let program = (try? ShellWords.split(command))?.first ?? "…"
        return CredentialsNotFound(tried: [.init(source: "credential_process \(program)", reason: reason)])
    }
}
