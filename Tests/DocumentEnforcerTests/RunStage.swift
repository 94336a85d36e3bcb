import AWSClient
import DocumentEnforcer
import SessionCore
import Synchronization
import TestSupport

/// A run's whole world: an organisation, its documents, the stores, a clock.
final class RunStage: Sendable {
    let world: DocumentWorld
    let time = WaitingClock()
    let audit: MemoryAuditStore
    let rollout = RolloutMemory()
    let organization = FixedOrganization()
    let notes = NotedMessages()
    private let number = Mutex<Int64?>(1)
    private let ids = Mutex(0)

    init(
        _ world: DocumentWorld = DocumentWorld(),
        audit: MemoryAuditStore = MemoryAuditStore()
    ) {
        self.world = world
        self.audit = audit
    }

    /// Publishes a newer map behind the run's back.
    func publish(_ newer: Int64) { number.withLock { $0 = newer } }

    func run(
        _ scope: Scope = .everything,
        map: RoleMap,
        number: Int64 = 1,
        trigger: Trigger = .schedule,
        seconds: Int64 = 600,
        settings: RunSettings = RunStage.oneAtATime
    ) async -> RunReport {
        let enforcer = Enforcer(
            Enforcer.Dependencies(
                organization: organization,
                members: WorldAccess(world: world),
                audit: audit,
                rollout: rollout,
                currentNumber: { self.number.withLock { $0 } },
                clock: time.clock,
                makeID: {
                    AuditSamples.id(
                        self.ids.withLock { count in
                            count += 1
                            return count
                        }
                    )
                },
                logger: notes.logger,
                settings: settings
            )
        )
        return await enforcer.run(
            scope,
            map: PublishedMap(number: number, map: map),
            trigger: trigger,
            deadline: time.now.advanced(bySeconds: seconds)
        )
    }

    static let oneAtATime: RunSettings = {
        var settings = RunSettings()
        settings.concurrency = 1
        return settings
    }()

    /// The records of what was changed, as `account region what name…`.
    func changes() throws -> [String] {
        try audit.appended.filter { $0.event == .documentsEnforced }.map { record in
            let details = record.details
            let documents = try JSON(parsing: (details["documents"] ?? "").utf8).elements ?? []
            let texts = documents.map { "\($0["what"]?.text ?? "?") \($0["name"]?.text ?? "?")" }
            return ([details["account"] ?? "?", details["region"] ?? "?"] + texts).joined(separator: " ")
        }
    }
}

/// Where places stand, kept in memory; fails when told to.
final class RolloutMemory: RolloutStore {
    private let state = Mutex<(places: [Place: RolloutPlace], order: [Place], failing: Bool)>(([:], [], false))

    func fail() { state.withLock { $0.failing = true } }
    /// The places in the order in which they were kept, those left out that only wait.
    var order: [Place] { state.withLock { $0.order } }
    var all: [RolloutPlace] { state.withLock { $0.places.sorted { $0.key < $1.key }.map(\.value) } }
    subscript(place: Place) -> RolloutPlace? { state.withLock { $0.places[place] } }

    func forget() { state.withLock { $0.places = [:] } }

    func record(_ places: [RolloutPlace]) async throws {
        try state.withLock { state in
            guard !state.failing else { throw AuditStoreFailure.unavailable("full disk") }
            for place in places {
                let key = Place(place.account, place.region)
                state.places[key] = place
                if place.checked.milliseconds > 0 { state.order.append(key) }
            }
        }
    }

    func places(matching query: RolloutQuery) async throws -> RolloutPage {
        let found = all.filter { place in
            query.matches(place) && query.cursor.map { place.cursor.text > $0.text } != false
        }
        .sorted { $0.cursor.text < $1.cursor.text }
        let page = Array(found.prefix(query.limit))
        return RolloutPage(places: page, next: found.count > page.count ? page.last?.cursor : nil)
    }
}

/// An organisation that a test sets up.
final class FixedOrganization: Organization {
    private let members = Mutex<[MemberAccount]>([
        MemberAccount(id: EnforcerCast.first, organizationalUnits: ["r-ab12"], isActive: true, isManagement: false)
    ])

    func set(_ accounts: [MemberAccount]) { members.withLock { $0 = accounts } }

    func set(_ accounts: [AccountID]) {
        set(
            accounts.map { MemberAccount(id: $0, organizationalUnits: ["r-ab12"], isActive: true, isManagement: false) }
        )
    }

    func accounts(until deadline: Timestamp) async throws -> [MemberAccount] { members.withLock { $0 } }

    func account(_ id: AccountID, until deadline: Timestamp) async throws -> MemberAccount? {
        members.withLock { $0.first { $0.id == id } }
    }
}
