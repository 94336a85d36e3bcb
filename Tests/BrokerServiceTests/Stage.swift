import AWSClient
import BrokerService
import Logging
import SessionCore
import Synchronization

/// The broker among doubles: AWS at the level of HTTP, a store that can fail, a clock that a test moves.
final class Stage: Sendable {
    let clock = TestClock()
    let random = TestRandom()
    let journal = Journal()
    let logs = CollectedLogs()
    let aws: AWSDouble
    let store: FaultyAuditStore
    let broker: Broker
    let map: MapInForce
    let requests = Mutex(0)

    init(organization: String? = "o-cast", role: String = "ssm-broker/SSMBrokerTarget") throws {
        let map = MapInForce(try RoleMap(json: Cast.map))
        let world = try Self.world(map: map.read())
        self.map = map
        store = FaultyAuditStore(journal: journal, clock: clock)
        aws = AWSDouble(world: world, journal: journal, clock: clock)
        let client = AWSClient(
            transport: aws,
            endpoints: AWSEndpoints(),
            now: { [clock] in clock.now },
            sleep: { [clock] milliseconds in clock.advance(milliseconds: Int64(milliseconds)) },
            random: { 0.5 },
            logger: logs.logger
        )
        let broker = AWSCredentials(
            accessKeyID: AWSDouble.brokerKey,
            secretAccessKey: Secret("secret-key-of-the-broker"),
            sessionToken: Secret("session-token-of-the-broker")
        )
        guard let target = MemberAccounts.TargetRole(role) else { throw Unset() }
        self.broker = Broker(
            Broker.Dependencies(
                audit: store,
                accounts: MemberAccounts(
                    client: client,
                    credentials: FixedCredentials(broker),
                    region: try Region(Cast.region),
                    role: target
                ),
                map: { try map.read() },
                ceiling: try Cast.ceiling(),
                organization: organization,
                now: { [clock] in clock.now },
                randomBytes: { [random] count in random.bytes(count) }
            )
        )
    }

    private struct Unset: Error {}

    var records: [AuditRecord] { store.records }
    var events: [AuditEvent] { records.map(\.event) }

    /// Puts another map in force.
    func publish(_ json: JSON) throws { map.publish(try RoleMap(json: json)) }
}

/// The role map in force, which a test may change or lose.
final class MapInForce: Sendable {
    private let held: Mutex<RoleMap?>

    init(_ map: RoleMap) { held = Mutex(map) }

    struct Lost: Error {}

    func read() throws -> RoleMap {
        guard let map = held.withLock({ $0 }) else { throw Lost() }
        return map
    }

    func publish(_ map: RoleMap?) { held.withLock { $0 = map } }
}
