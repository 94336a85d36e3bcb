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
    let metrics = CountedMetrics()
    let requests = Mutex(0)

    /// - Parameters:
    ///   - organization: The organisation that callers must belong to.
    ///   - role: The role in member accounts.
    ///   - maps: Where the role map comes from.
    ///   - enforces: Whether the broker has an enforcer.
    /// - Throws: What a value of the cast throws.
    init(
        organization: String? = "o-cast",
        role: String = "ssm-broker/SSMBrokerTarget",
        maps: MapSource = .stage,
        enforces: Bool = false
    ) throws {
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
        guard let target = MemberAccounts.TargetRole(role), let function = EnforcerFunction.ARN(Self.enforcerARN) else {
            throw Unset()
        }
        let enforcer = EnforcerFunction(client: client, credentials: FixedCredentials(broker), arn: function)
        self.broker = Broker(
            Broker.Dependencies(
                audit: store,
                blocks: store,
                rollout: maps == .stage ? FinishedRollout(map: map) : store.memory,
                enforcer: enforces ? enforcer : nil,
                accounts: MemberAccounts(
                    client: client,
                    credentials: FixedCredentials(broker),
                    region: try Region(Cast.region),
                    role: target
                ),
                maps: RoleMaps(
                    store: maps == .stage ? map : store.memory,
                    file: maps == .file ? try map.read() : nil,
                    metrics: metrics,
                    now: { [clock] in clock.now }
                ),
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

/// Where a stage has its role map from.
enum MapSource: Sendable {
    /// From the stage: a test changes it as it likes.
    case stage
    /// From the store, and from a file until one is published.
    case file
    /// From the store alone.
    case store
}

/// The role map in force, which a test may change or lose; each change is a publication.
final class MapInForce: RoleMapStore {
    private let held: Mutex<(map: RoleMap?, number: Int64)>
    private let hook = Mutex<(@Sendable () async throws -> Void)?>(nil)

    init(_ map: RoleMap) { held = Mutex((map, 1)) }

    struct Lost: Error {}

    func read() throws -> RoleMap {
        guard let map = held.withLock({ $0.map }) else { throw Lost() }
        return map
    }

    func publish(_ map: RoleMap?) { held.withLock { $0 = (map, $0.number + 1) } }

    /// Does something before each read of the pointer, for example waits or fails.
    func beforePointer(_ hook: @escaping @Sendable () async throws -> Void) { self.hook.withLock { $0 = hook } }

    func pointer() async throws -> RoleMapPointer? {
        if let hook = hook.withLock({ $0 }) { try await hook() }
        return try version().pointer
    }

    func map(_ number: Int64) async throws -> PublishedRoleMap? {
        PublishedRoleMap(version: try version(), bytes: try read().canonicalBytes)
    }

    func keep(_ chunks: RoleMapChunks) async throws { throw Lost() }

    func versions(before: Int64?, limit: Int) async throws -> [RoleMapVersion] { throw Lost() }

    private func version() throws -> RoleMapVersion {
        let chunks = RoleMapChunks(try read().canonicalBytes)
        return RoleMapVersion(
            number: held.withLock { $0.number },
            hash: chunks.hash,
            chunks: chunks.chunks.map(\.hash),
            published: Timestamp(milliseconds: 0),
            by: "the stage",
            note: nil,
            summary: [:]
        )
    }
}
