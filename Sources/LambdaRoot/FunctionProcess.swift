public import AWSClient
public import CurlTransport
internal import HTTPTransport
public import LambdaRuntime
public import Logging
public import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The process of a Lambda function, from its start to its end.
public struct FunctionProcess: Sendable {
    /// The environment variable that sets how much is logged.
    public static let logLevelKey = "SSM_BROKER_LOG_LEVEL"

    /// What Lambda set.
    public let environment: [String: String]
    /// The one way to the network.
    public let transport: CurlTransport
    /// The one logger.
    public let logger: Logger

    /// The present moment.
    public static let now: @Sendable () -> Timestamp = {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }

    /// That many bytes from the system's generator.
    public static let randomBytes: @Sendable (Int) -> [UInt8] = { count in
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// Starts, serves invocations until Lambda cannot be talked to, and ends the process.
    ///
    /// What keeps it from starting is logged, all of it, and told Lambda in a constant text.
    /// - Parameter makeHandler: Reads the configuration and puts the function together.
    /// - Returns: Never: the process ends as failed, as Lambda's do.
    public static func serve(_ makeHandler: @Sendable (FunctionProcess) async throws -> InvocationHandler) async
        -> Never
    {
        let environment = ProcessInfo.processInfo.environment
        CurrentProcess.forbidCoreFiles()
        let level = environment[logLevelKey].flatMap(Logger.Level.init(rawValue:)) ?? .info
        let logger = Logger(label: "ssm-broker") { _ in JSONLineLog(logLevel: level, now: now) }
        let transport = CurlTransport(environment: environment)
        let api: RuntimeAPI
        do throws(RuntimeEndpoint.Rejection) {
            api = RuntimeAPI(
                endpoint: try RuntimeEndpoint(environment[RuntimeEndpoint.key] ?? ""),
                transport: transport
            )
        } catch {
            logger.critical("not run by Lambda", metadata: ["problem": "\(RuntimeEndpoint.key): \(error)"])
            CurrentProcess.fail()
        }
        let process = FunctionProcess(environment: environment, transport: transport, logger: logger)
        do {
            let handler = try await makeHandler(process)
            do {
                try await InvocationLoop(api: api, logger: logger).run(handler)
            } catch {
                logger.critical("the Runtime API cannot be talked to", metadata: ["problem": "\(error)"])
            }
        } catch {
            await process.report(error, to: api)
        }
        CurrentProcess.fail()
    }

    /// A client of AWS's with this process's network, clock and logger.
    public func client(_ endpoints: AWSEndpoints) -> AWSClient {
        AWSClient(
            transport: transport,
            endpoints: endpoints,
            now: Self.now,
            sleep: { try await Task.sleep(for: .milliseconds($0)) },
            random: { Double.random(in: 0..<1) },
            logger: logger
        )
    }

    /// Opens the connections that every first invocation needs while Lambda still gives the full processor.
    public func warm(_ services: [AWSService], in region: Region, _ endpoints: AWSEndpoints) async {
        for service in services {
            do throws(HTTPFailure) {
                try await transport.warm(endpoints.endpoint(of: service, in: region).url)
            } catch {
                logger.warning(
                    "no connection yet",
                    metadata: ["service": "\(service.rawValue)", "problem": "\(error)"]
                )
            }
        }
    }

    private func report(_ error: any Error, to api: RuntimeAPI) async {
        let diagnostic: Diagnostic
        if let problems = error as? ConfigurationProblems {
            for line in problems.lines { logger.critical("configuration", metadata: ["problem": "\(line)"]) }
            diagnostic = .wrongConfiguration
        } else {
            logger.critical("the function cannot start", metadata: ["problem": "\(error)"])
            diagnostic = .noStart
        }
        do {
            try await api.reportInitFailure(diagnostic)
        } catch {
            logger.critical("the failure could not be reported", metadata: ["problem": "\(error)"])
        }
    }
}

extension Diagnostic {
    fileprivate static let wrongConfiguration = Diagnostic(
        errorType: "Function.Configuration",
        errorMessage: "The configuration is wrong; the log names every problem."
    )
    fileprivate static let noStart = Diagnostic(
        errorType: "Function.Start",
        errorMessage: "The function cannot start; the log says why."
    )
}
