import AWSClient
import BrokerService
import HTTPTransport
import LambdaRoot
import LambdaRuntime
import Logging
import SessionCore

/// The broker as a Lambda function: chooses the adapters, and does nothing else.
@main
enum Main {
    static func main() async {
        await FunctionProcess.serve { process in
            let configuration = try Configuration(environment: process.environment)
            let broker = try await makeBroker(configuration, process)
            // Opening DynamoDB's store has opened its connection too.
            await process.warm([.sts, .iam, .ssm], in: configuration.region, configuration.endpoints)
            return handler(broker, configuration: configuration, logger: process.logger)
        }
    }

    private static func makeBroker(_ configuration: Configuration, _ process: FunctionProcess) async throws -> Broker {
        let map = try configuration.roleMapPath.map { try RoleMapFile(path: $0).read() }
        let client = process.client(configuration.endpoints)
        let credentials = EnvironmentCredentials(environment: process.environment)
        let now = FunctionProcess.now
        let randomBytes = FunctionProcess.randomBytes
        let accounts = MemberAccounts(
            client: client,
            credentials: credentials,
            region: configuration.region,
            role: configuration.targetRole
        )
        let store = try await configuration.store.open(
            in: configuration.region,
            client: client,
            credentials: credentials
        )
        return Broker(
            Broker.Dependencies(
                audit: store,
                blocks: store,
                rollout: store,
                enforcer: configuration.enforcer.map { arn in
                    EnforcerFunction(client: client, credentials: credentials, arn: arn)
                },
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
