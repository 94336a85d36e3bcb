import AWSClient
import DocumentEnforcer
import LambdaRoot
import LambdaRuntime
import SessionCore

/// The enforcer as a Lambda function: chooses the adapters, and does nothing else.
@main
enum Main {
    static func main() async {
        await FunctionProcess.serve { process in
            let configuration = try Configuration(environment: process.environment)
            let function = try await makeFunction(configuration, process)
            await process.warm([.sts, .ssm, .organizations], in: configuration.region, configuration.endpoints)
            return { try await function.handle($0) }
        }
    }

    private static func makeFunction(
        _ configuration: Configuration,
        _ process: FunctionProcess
    ) async throws -> EnforcerEvents {
        let client = process.client(configuration.endpoints)
        let credentials = EnvironmentCredentials(environment: process.environment)
        let store = try await configuration.store.open(
            in: configuration.region,
            client: client,
            credentials: credentials
        )
        let file = try configuration.roleMapPath.map { try RoleMapFile(path: $0).read() }
        let maps = CurrentMap(store: store, file: file, ceiling: configuration.ceiling)
        let clock = EnforcerClock(now: FunctionProcess.now, sleep: client.sleep, random: client.random)
        var settings = RunSettings()
        settings.organizationPerSecond = Double(configuration.organizationRate)
        let organization = OrganizationTree(
            client: client,
            region: configuration.region,
            credentials: credentials,
            clock: clock,
            settings: settings
        )
        let members = MemberRoles(
            client: client,
            region: configuration.region,
            credentials: credentials,
            role: configuration.enforcerRole
        )
        let enforcer = Enforcer(
            Enforcer.Dependencies(
                organization: AllowedOrganization(whole: organization, ceiling: configuration.ceiling),
                members: members,
                audit: store,
                rollout: store,
                currentNumber: { try await maps.number() },
                clock: clock,
                makeID: { RecordID(random: FunctionProcess.randomBytes(16)) },
                logger: process.logger,
                settings: settings
            )
        )
        let customResources = CustomResourceDoor(
            answeringAt: configuration.responsePlaces,
            CustomResourceDoor.Dependencies(
                transport: process.transport,
                now: { FunctionProcess.now().milliseconds },
                sleep: { try await Task.sleep(for: .milliseconds($0)) }
            ),
            logger: process.logger,
            resourceID: EnforcerEvents.resourceID
        )
        return EnforcerEvents(
            enforcer: enforcer,
            maps: maps,
            doors: configuration.doors,
            customResources: customResources,
            role: configuration.enforcerRole,
            now: FunctionProcess.now,
            logger: process.logger
        )
    }
}
