import AWSClient
import DocumentEnforcer
import Foundation
import SessionCore
import Synchronization
import TestSupport
import Testing

/// A whole organisation at the speed of AWS: how many calls a roll-out makes and how long it takes.
@Suite("a roll-out to many accounts and Regions")
struct SimulationTests {
    /// The 17 Regions that are on in every account, with assumed milliseconds from Ireland there and back.
    static let regions: [(name: String, milliseconds: Int)] = [
        ("eu-west-1", 15), ("eu-west-2", 30), ("eu-west-3", 35), ("eu-central-1", 45), ("eu-north-1", 60),
        ("us-east-1", 90), ("us-east-2", 100), ("ca-central-1", 90), ("us-west-1", 155), ("us-west-2", 145),
        ("sa-east-1", 195), ("ap-south-1", 145), ("ap-northeast-1", 220), ("ap-northeast-2", 245),
        ("ap-northeast-3", 225), ("ap-southeast-1", 195), ("ap-southeast-2", 270),
    ]
    static let users = [
        "DatabaseAdmin": "dbadmin", "WebOperator": "webops", "BatchOperator": "batchops", "NetworkReader": "netread",
        "ReleaseManager": "release",
    ]
    /// 1,000 for the printed figures; fewer where the whole suite runs, which shows the same counts for each place.
    static let accounts =
        ProcessInfo.processInfo.environment["SSM_BROKER_SIMULATED_ACCOUNTS"].flatMap { Int($0) } ?? 60

    struct Stretch: Sendable {
        var runs = 0
        var changed = 0
        var seconds: Double = 0
        var calls: [String: Int] = [:]
        var organizationCalls = 0

        var documentCalls: Int { calls.values.reduce(0, +) }
        var line: String {
            let counts = calls.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            return
                "\(runs) run(s), \(Int(seconds)) s, \(documentCalls + organizationCalls) calls (\(counts), Organizations \(organizationCalls))"
        }
    }

    /// One organisation in simulated time.
    struct Simulation: Sendable {
        let time = SimulatedTime()
        let aws: SimulatedAWS
        let service: OrganizationService
        let enforcer: Enforcer
        let map: PublishedMap

        init(accounts: Int) throws {
            let time = time
            let distances = Dictionary(
                uniqueKeysWithValues: SimulationTests.regions.map { (EnforcerCast.region($0.name), $0.milliseconds) }
            )
            aws = SimulatedAWS(DocumentWorld(), time: time) { distances[$0] ?? 0 }
            service = OrganizationService(management: "999900001111") { await time.sleep(milliseconds: 60) }
            for unit in 0..<20 { service.addUnit("ou-ab12-unit\(1000 + unit)") }
            for number in 0..<accounts {
                service.add(
                    .init(id: String(100_000_000_000 + number), parent: "ou-ab12-unit\(1000 + number % 20)")
                )
            }
            let region = EnforcerCast.ireland
            let ids = Mutex(0)
            map = PublishedMap(
                number: 1,
                map: try EnforcerCast.map(SimulationTests.users, regions: SimulationTests.regions.map(\.name))
            )
            let store = SlowStore(time: time)
            enforcer = Enforcer(
                Enforcer.Dependencies(
                    organization: OrganizationTree(
                        client: AWSClient(
                            transport: service,
                            endpoints: AWSEndpoints(),
                            now: { time.now },
                            sleep: { await time.sleep(milliseconds: $0) },
                            random: { 0.5 },
                            logger: silent
                        ),
                        region: region,
                        credentials: FixedCredentials(
                            AWSCredentials(accessKeyID: "ASIAEXAMPLE", secretAccessKey: Secret("s"), sessionToken: nil)
                        ),
                        clock: time.clock
                    ),
                    members: aws,
                    audit: store,
                    rollout: store,
                    currentNumber: { 1 },
                    clock: time.clock,
                    makeID: {
                        AuditSamples.id(
                            ids.withLock { count in
                                count += 1
                                return count
                            }
                        )
                    },
                    logger: silent
                )
            )
        }

        /// Runs of 14 minutes, one after the other, until one is complete.
        func rollOut() throws -> Stretch {
            let began = time.milliseconds
            let asked = service.calls.values.reduce(0, +)
            aws.forgetCalls()
            var stretch = Stretch()
            while stretch.runs < 10 {
                let report = try time.run {
                    await enforcer.run(
                        .everything,
                        map: map,
                        trigger: .schedule,
                        deadline: time.now.advanced(bySeconds: 14 * 60)
                    )
                }
                stretch.runs += 1
                stretch.changed += report.changed
                #expect(report.failed == 0 && report.skipped == 0)
                if report.end == .complete { break }
                #expect(report.end == .deadline)
            }
            stretch.seconds = Double(time.milliseconds - began) / 1000
            stretch.calls = aws.calls
            stretch.organizationCalls = service.calls.values.reduce(0, +) - asked
            return stretch
        }
    }

    @Test("makes as many calls as are needed, none of them too fast, and then only looks")
    func counts() throws {
        let simulation = try Simulation(accounts: Self.accounts)
        let places = Self.accounts * Self.regions.count
        let documents = Self.users.count

        let first = try simulation.rollOut()
        print("simulated: \(Self.accounts) accounts x \(Self.regions.count) Regions, first roll-out: \(first.line)")
        #expect(first.changed == places)
        #expect(first.calls["CreateDocument"] == places * documents)
        #expect(first.calls["UpdateDocument"] == nil && first.calls["DeleteDocument"] == nil)
        let again = try simulation.rollOut()
        print("simulated: \(Self.accounts) accounts x \(Self.regions.count) Regions, all in place: \(again.line)")
        #expect(again.runs == 1 && again.changed == 0)
        #expect(
            again.calls == [
                "AssumeRole": places, "ListDocuments": places, "GetDocument": places * documents,
                "DescribeDocument": places * documents, "DescribeDocumentPermission": places * documents,
            ]
        )
        // A list for each of 21 parents and its units, and the pages that accounts need; the root and the organisation.
        let perUnit = (Self.accounts + 19) / 20
        let pages = perUnit > 20 ? (perUnit + 19) / 20 + 1 : 1
        #expect(again.organizationCalls == 2 + 20 * pages + 1 + 21)
        #expect(simulation.aws.throttled == 0)
        #expect(simulation.aws.world.blunders.isEmpty)
    }
}

/// Stores in memory that take as long as DynamoDB does.
private struct SlowStore: AuditStore, RolloutStore {
    let time: SimulatedTime
    private let audit = MemoryAppends()
    private let rollout = RolloutMemory()

    init(time: SimulatedTime) {
        self.time = time
    }

    func append(_ record: AuditRecord, terms: AppendTerms) async throws -> ChainedRecord {
        await time.sleep(milliseconds: 15)
        return audit.append(record)
    }

    func records(matching query: AuditQuery) async throws -> AuditPage { throw Unasked() }
    func records(ofSession session: RecordID) async throws -> [AuditRecord] { throw Unasked() }
    func sessions(matching query: SessionQuery) async throws -> SessionPage { throw Unasked() }
    func rebuild(_ session: RecordID) async throws -> Bool { throw Unasked() }
    func chain(_ chain: Int, from: Int64, limit: Int) async throws -> [ChainedRecord] { throw Unasked() }
    func heads() async throws -> [ChainHead] { throw Unasked() }

    func record(_ places: [RolloutPlace]) async throws {
        await time.sleep(milliseconds: 8)
        try await rollout.record(places)
    }

    func places(matching query: RolloutQuery) async throws -> RolloutPage {
        await time.sleep(milliseconds: 20)
        return try await rollout.places(matching: query)
    }

    struct Unasked: Error {}
}

/// A chain of which only the end is kept.
private final class MemoryAppends: Sendable {
    private let count = Mutex<Int64>(0)

    func append(_ record: AuditRecord) -> ChainedRecord {
        let sequence = count.withLock { count in
            count += 1
            return count
        }
        return ChainedRecord(chain: 0, sequence: sequence, previous: AuditChain.beginning, record: record)
    }
}
