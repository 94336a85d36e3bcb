internal import AWSClient
internal import HTTPTransport
internal import Logging
internal import SessionCore

extension Dependencies {
    /// What calls AWS itself, in this world.
    ///
    /// - Throws: ``CommandFailure`` when the settings of where AWS is cannot be used.
    func aws() throws -> AWSClient {
        try Self.aws(environment: environment, transport: transport, now: now) { [pause] milliseconds in
            await pause(milliseconds)
            try Task.checkCancellation()
        }
    }

    /// What calls AWS; nobody reads a log of the client's.
    ///
    /// - Throws: ``CommandFailure`` when a variable names no address.
    static func aws(
        environment: [String: String],
        transport: any HTTPTransport,
        now: @escaping @Sendable () -> Timestamp,
        sleep: @escaping @Sendable (_ milliseconds: Int) async throws -> Void
    ) throws -> AWSClient {
        AWSClient(
            transport: transport,
            endpoints: try endpoints(environment),
            now: now,
            sleep: sleep,
            random: { Double.random(in: 0..<1) },
            logger: Logger(label: "ssm-broker") { _ in SwiftLogNoOpLogHandler() }
        )
    }
}
