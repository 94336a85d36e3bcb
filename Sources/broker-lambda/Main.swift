import AWSClient
import BrokerService
import CurlTransport
import DynamoDBStore
import HTTPTransport
import LambdaRuntime
import Logging
import SQLiteStore
import SessionCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The broker as a Lambda function: chooses the adapters, and does nothing else.
@main
enum Main {
    static func main() async {
        let environment = ProcessInfo.processInfo.environment
        CurrentProcess.forbidCoreFiles()
        let level = environment[Configuration.Key.logLevel.rawValue].flatMap(Logger.Level.init(rawValue:)) ?? .info
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
        let configuration: Configuration
        let broker: Broker
        do {
            configuration = try Configuration(environment: environment)
            broker = try await makeBroker(configuration, environment: environment, transport: transport, logger: logger)
        } catch {
            await report(error, to: api, logger: logger)
            CurrentProcess.fail()
        }
        await warm(transport, configuration: configuration, logger: logger)
        do {
            try await InvocationLoop(api: api, logger: logger)
                .run(handler(broker, configuration: configuration, logger: logger))
        } catch {
            logger.critical("the Runtime API cannot be talked to", metadata: ["problem": "\(error)"])
            CurrentProcess.fail()
        }
    }

    private static func makeBroker(
        _ configuration: Configuration,
        environment: [String: String],
        transport: CurlTransport,
        logger: Logger
    ) async throws -> Broker {
        let map = try configuration.roleMapPath.map { try RoleMapFile(path: $0).read() }
        let client = AWSClient(
            transport: transport,
            endpoints: configuration.endpoints,
            now: now,
            sleep: { try await Task.sleep(for: .milliseconds($0)) },
            random: { Double.random(in: 0..<1) },
            logger: logger
        )
        let accounts = MemberAccounts(
            client: client,
            credentials: EnvironmentCredentials(environment: environment),
            region: configuration.region,
            role: configuration.targetRole
        )
        let store: any AuditStore & RoleMapStore
        switch configuration.store {
        case .sqlite(let path):
            store = try await SQLiteStore.open(at: path, now: now, makeID: { RecordID(random: randomBytes(16)) })
        case .dynamodb(let name):
            store = try await DynamoDBStore.open(
                DynamoDBStore.Place(
                    name: name,
                    region: configuration.region,
                    client: client,
                    credentials: EnvironmentCredentials(environment: environment)
                ),
                now: now,
                makeID: { RecordID(random: randomBytes(16)) }
            )
        }
        return Broker(
            Broker.Dependencies(
                audit: store,
                accounts: accounts,
                maps: RoleMaps(
                    store: store,
                    file: map,
                    metrics: MetricLines(now: now, write: CurrentProcess.log),
                    now: now
                ),
                ceiling: configuration.ceiling,
                organization: configuration.organization,
                refusalsPerMinute: configuration.refusalsPerMinute,
                now: now,
                randomBytes: randomBytes
            )
        )
    }

    private static func handler(
        _ broker: Broker,
        configuration: Configuration,
        logger: Logger
    ) -> InvocationHandler {
        let sweep = configuration.sweepRule.map { rule in
            ScheduledWork(rule: rule) { event, invocation in
                let tick = Broker.ScheduledSweep(
                    eventID: event.id,
                    rule: event.rule.arn,
                    invocationID: invocation.id,
                    deadline: Timestamp(milliseconds: invocation.deadlineMilliseconds)
                )
                return try await broker.sweep(on: tick, logger: logger).canonicalBytes
            }
        }
        return configuration.frontDoor.handler(schedule: sweep) { request, invocation in
            let reply = await broker.answer(BrokerRequest(request, invocation), logger: logger)
            return FrontDoorReply(
                status: reply.status,
                headers: [HTTPHeader("Content-Type", reply.mediaType), HTTPHeader("Cache-Control", "no-store")],
                body: reply.body.canonicalBytes
            )
        }
    }

    /// Opens the connections that every first request needs while Lambda still gives the full processor.
    private static func warm(_ transport: CurlTransport, configuration: Configuration, logger: Logger) async {
        // Opening DynamoDB's store has opened its connection too.
        for service in [AWSService.sts, .iam, .ssm] {
            let url = configuration.endpoints.endpoint(of: service, in: configuration.region).url
            do throws(HTTPFailure) {
                try await transport.warm(url)
            } catch {
                logger.warning(
                    "no connection yet",
                    metadata: ["service": "\(service.rawValue)", "problem": "\(error)"]
                )
            }
        }
    }

    private static func report(_ error: any Error, to api: RuntimeAPI, logger: Logger) async {
        let diagnostic: Diagnostic
        if let problems = error as? Configuration.Problems {
            for line in problems.lines { logger.critical("configuration", metadata: ["problem": "\(line)"]) }
            diagnostic = Diagnostic(
                errorType: "Broker.Configuration",
                errorMessage: "The configuration is wrong; the log names every problem."
            )
        } else {
            logger.critical("the broker cannot start", metadata: ["problem": "\(error)"])
            diagnostic = Diagnostic(
                errorType: "Broker.Start",
                errorMessage: "The broker cannot start; the log says why."
            )
        }
        do {
            try await api.reportInitFailure(diagnostic)
        } catch {
            logger.critical("the failure could not be reported", metadata: ["problem": "\(error)"])
        }
    }

    private static let now: @Sendable () -> Timestamp = {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }

    private static let randomBytes: @Sendable (Int) -> [UInt8] = { count in
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}

extension BrokerRequest {
    /// Takes over what the front door says, and nothing that the caller says of themselves.
    fileprivate init(_ request: FrontDoorRequest, _ invocation: Invocation) {
        self.init(
            method: request.method,
            resource: request.resource,
            parameters: { request.route.parameters(matching: $0) },
            query: request.query.map { ($0.name, $0.value) },
            body: request.body,
            caller: Caller(
                arn: request.identity.userARN,
                callerID: request.identity.callerID,
                account: request.identity.accountID,
                accessKeyID: request.identity.accessKeyID,
                organization: request.identity.principalOrgID,
                sourceIP: request.identity.sourceIP,
                userAgent: request.identity.userAgent
            ),
            id: request.requestID,
            invocationID: invocation.id,
            time: Timestamp(milliseconds: request.timeMilliseconds),
            deadline: Timestamp(milliseconds: invocation.deadlineMilliseconds)
        )
    }
}
