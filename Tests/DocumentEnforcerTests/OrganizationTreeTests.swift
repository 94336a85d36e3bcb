import AWSClient
import DocumentEnforcer
import SessionCore
import TestSupport
import Testing

@Suite("who belongs to the organisation")
struct OrganizationTreeTests {
    static let management = "777788889999"

    static func tree(_ service: OrganizationService, _ time: WaitingClock = WaitingClock()) -> OrganizationTree {
        OrganizationTree(
            client: AWSClient(
                transport: service,
                endpoints: AWSEndpoints(),
                now: { time.now },
                sleep: { try await time.clock.sleep($0) },
                random: { 0.5 },
                logger: silent
            ),
            region: EnforcerCast.ireland,
            credentials: FixedCredentials(
                AWSCredentials(accessKeyID: "ASIAEXAMPLE", secretAccessKey: Secret("s"), sessionToken: Secret("t"))
            ),
            clock: time.clock
        )
    }

    static func service() -> OrganizationService {
        let service = OrganizationService(management: management, pageSize: 2)
        service.addUnit("ou-ab12-workload")
        service.addUnit("ou-ab12-producti", in: "ou-ab12-workload")
        service.addUnit("ou-ab12-suspende")
        service.add(.init(id: management, parent: OrganizationService.root))
        for number in 0..<5 { service.add(.init(id: "10000000000\(number)", parent: "ou-ab12-producti")) }
        service.add(.init(id: "200000000000", parent: "ou-ab12-workload"))
        for (id, state) in [
            ("300000000000", "SUSPENDED"), ("300000000001", "PENDING_CLOSURE"), ("300000000002", "CLOSED"),
            ("300000000003", "PENDING_ACTIVATION"),
        ] {
            service.add(.init(id: id, parent: "ou-ab12-suspende", state: state))
        }
        return service
    }

    static let deadline = WaitingClock.at(seconds: 600)

    @Test("accounts are found in nested units, page by page, with the way up to the root")
    func all() async throws {
        let accounts = try await Self.tree(Self.service()).accounts(until: Self.deadline)
        #expect(accounts.count == 11)
        let nested = try #require(accounts.first { $0.id.digits == "100000000004" })
        #expect(nested.organizationalUnits == ["ou-ab12-producti", "ou-ab12-workload", "r-ab12"])
        #expect(nested.isActive && !nested.isManagement)
        #expect(accounts.filter { !$0.isActive }.map(\.id.digits) == (0..<4).map { "30000000000\($0)" })
        #expect(accounts.filter(\.isManagement).map(\.id.digits) == [Self.management])
    }

    @Test("one account is looked up with the same result, without walking the tree")
    func one() async throws {
        let service = Self.service()
        let tree = Self.tree(service)
        let all = try await tree.accounts(until: Self.deadline)
        let before = service.calls
        for account in all { #expect(try await tree.account(account.id, until: Self.deadline) == account) }
        #expect(service.calls["ListAccountsForParent"] == before["ListAccountsForParent"])
        #expect(try await tree.account(EnforcerCast.account("999999999999"), until: Self.deadline) == nil)
    }

    @Test("calls keep to a pace, and a throttled one is made again")
    func pace() async throws {
        let service = Self.service()
        service.fail("ListAccountsForParent", with: "TooManyRequestsException")
        let time = WaitingClock()
        #expect(try await Self.tree(service, time).accounts(until: Self.deadline).count == 11)
        let calls = service.calls.values.reduce(0, +)
        // Four at once, then four a second.
        #expect(time.now.milliseconds - AuditSamples.start.milliseconds >= Int64((calls - 1 - 4) * 250))
    }

    @Test("a part of the organisation that cannot be read fails the whole, so that no account is taken for gone")
    func whole() async throws {
        let service = Self.service()
        service.fail("ListOrganizationalUnitsForParent", with: "AccessDeniedException")
        await #expect(throws: AWSFailure.self) { _ = try await Self.tree(service).accounts(until: Self.deadline) }
    }
}
