import AWSClient
import DocumentEnforcer
import SessionCore
import Synchronization
import TestSupport
import Testing

@Suite("which accounts a run goes to, and what it leaves there")
struct RunChoiceTests {
    static let place = EnforcerCast.place
    static let preferences = WantedDocument.preferences

    static func member(_ id: AccountID, units: [String] = ["r-ab12"], isManagement: Bool = false) -> MemberAccount {
        MemberAccount(id: id, organizationalUnits: units, isActive: true, isManagement: isManagement)
    }

    @Test("an excluded account is left alone, and the place says so")
    func excluded() async throws {
        let stage = RunStage()
        let map = try EnforcerCast.map(rollout: ["excludedAccounts": ["111122223333"]])
        for scope in [Scope.everything, .accounts([EnforcerCast.first])] {
            let report = await stage.run(scope, map: map)
            #expect(report.skipped == 1 && stage.world.calls.isEmpty)
        }
        #expect(stage.rollout[Self.place]?.problem?.contains("excludedAccounts") == true)
    }

    @Test("the management account is one of the accounts when the map says so")
    func management() async throws {
        let stage = RunStage()
        stage.organization.set([Self.member(EnforcerCast.first, isManagement: true)])
        #expect(await stage.run(map: try EnforcerCast.map()).skipped == 1)
        let report = await stage.run(map: try EnforcerCast.map(rollout: ["managementAccount": true]))
        #expect(report.current == 1 && report.changed == 1)
    }

    @Test("from an account that the map gives up our documents go, and its preferences stay", arguments: [true, false])
    func retired(isWhole: Bool) async throws {
        let stage = RunStage()
        let preferences: JSON = ["runAsDefaultUser": "plainrunas"]
        _ = await stage.run(map: try EnforcerCast.map(preferences: preferences))
        #expect(stage.world.names(in: Self.place) == [Self.preferences] + RunTests.shells)
        let map = try EnforcerCast.map(preferences: preferences, rollout: ["retiredAccounts": ["111122223333"]])
        let before = stage.world.document(Self.preferences, in: Self.place)
        let report = await stage.run(
            isWhole ? .everything : .accounts([EnforcerCast.first]),
            map: map,
            number: 1,
            trigger: .account
        )
        #expect(report.changed == 1 && report.current == 1)
        #expect(stage.world.names(in: Self.place) == [Self.preferences])
        #expect(stage.world.document(Self.preferences, in: Self.place) == before)
        #expect(
            try stage.changes().last
                == "111122223333 eu-west-1 deleted \(RunTests.shells[0]) deleted \(RunTests.shells[1])"
        )
        // Its role goes with its stack, and that is no failure.
        stage.world.state.withLock {
            $0.closed[EnforcerCast.first] = [refusal("AssumeRole", "AccessDenied", .accessDenied, service: .sts)]
        }
        let after = await stage.run(map: map)
        #expect(after.skipped == 1 && after.failed == 0)
    }

    @Test("a document that is asked for by name in a given-up account is not deleted for it")
    func retiredByName() async throws {
        let stage = RunStage()
        _ = await stage.run(map: try EnforcerCast.map())
        let map = try EnforcerCast.map(rollout: ["retiredAccounts": ["111122223333"]])
        let scope: Scope = .one(EnforcerCast.first, EnforcerCast.ireland, documents: [RunTests.shells[0]])
        _ = await stage.run(scope, map: map)
        #expect(stage.world.names(in: Self.place) == RunTests.shells)
    }

    @Test("from a Region that the map gives up our documents go, its preferences stay, and then it is left out")
    func leftRegion() async throws {
        let stage = RunStage()
        let preferences: JSON = ["runAsDefaultUser": "plainrunas"]
        let both = try EnforcerCast.map(regions: ["eu-west-1", "eu-central-1"], preferences: preferences)
        _ = await stage.run(map: both)
        let left = Place(EnforcerCast.first, EnforcerCast.frankfurt)
        let map = try EnforcerCast.map(preferences: preferences)
        stage.publish(2)
        let report = await stage.run(map: map, number: 2)
        #expect(report.inScope == 2 && report.current == 2 && report.changed == 1)
        #expect(stage.world.names(in: left) == [Self.preferences])
        #expect(stage.world.names(in: Self.place) == [Self.preferences] + RunTests.shells)
        #expect(
            try stage.changes().last
                == "111122223333 eu-central-1 deleted \(RunTests.shells[0]) deleted \(RunTests.shells[1])"
        )
        // Nothing is there any more, and once more nothing; then nobody looks.
        _ = await stage.run(map: map, number: 2)
        #expect(stage.rollout[left]?.state == .current && stage.rollout[left]?.documents.isEmpty == true)
        #expect(await stage.run(map: map, number: 2).skipped == 1)
        stage.world.state.withLock { $0.opened = [] }
        _ = stage.world.takeWrites()
        let after = await stage.run(map: map, number: 2)
        #expect(after.current == 1 && after.skipped == 1 && after.changed == 0)
        #expect(stage.world.opened == [Self.place] && stage.world.takeWrites().isEmpty)
        let standing = try #require(stage.rollout[left])
        #expect(standing.number == 2 && standing.state == .skipped && standing.documents.isEmpty)
        #expect(standing.problem?.contains("rollout.regions") == true)
        // The map comes back to it.
        stage.publish(3)
        _ = await stage.run(map: both, number: 3)
        #expect(stage.world.names(in: left) == [Self.preferences] + RunTests.shells)
    }

    @Test("what a newer map goes to is not cleared away by a run that still has the older one")
    func newerRegion() async throws {
        let stage = RunStage()
        let both = try EnforcerCast.map(regions: ["eu-west-1", "eu-central-1"])
        _ = await stage.run(map: both, number: 2)
        _ = await stage.run(map: try EnforcerCast.map(), number: 1)
        #expect(stage.world.names(in: Place(EnforcerCast.first, EnforcerCast.frankfurt)) == RunTests.shells)
    }

    @Test("an account that has left the organisation is left out, and no longer pending")
    func leftAccount() async throws {
        let stage = RunStage()
        stage.organization.set([Self.member(EnforcerCast.first), Self.member(EnforcerCast.second)])
        _ = await stage.run(map: try EnforcerCast.map())
        stage.organization.set([Self.member(EnforcerCast.first)])
        stage.publish(2)
        stage.world.state.withLock { $0.opened = [] }
        let report = await stage.run(map: try EnforcerCast.map(), number: 2)
        #expect(report.current == 1 && report.skipped == 1 && stage.world.opened == [Self.place])
        #expect(stage.rollout.all.allSatisfy { $0.number == 2 })
        let standing = try #require(stage.rollout[Place(EnforcerCast.second, EnforcerCast.ireland)])
        #expect(standing.state == .skipped && standing.documents.map(\.name) == RunTests.shells)
    }

    @Test("whom sessions run as is the account's own, else its nearest unit's, else everybody's")
    func preference() async throws {
        let stage = RunStage()
        let accounts = ["100000000001", "100000000002", "100000000003"].map(EnforcerCast.account)
        let nested = ["ou-ab12-producti", "ou-ab12-workload", "r-ab12"]
        stage.organization.set([
            Self.member(accounts[0], units: nested), Self.member(accounts[1], units: nested), Self.member(accounts[2]),
        ])
        let map = try EnforcerCast.map(
            ["DatabaseAdmin": "dbadmin"],
            preferences: [
                "accounts": ["100000000002": "own"],
                "organizationalUnits": ["ou-ab12-workload": "far", "ou-ab12-producti": "near"],
                "runAsDefaultUser": "plain",
            ]
        )
        _ = await stage.run(map: map)
        let users = try accounts.map { account -> String? in
            let document = stage.world.document(Self.preferences, in: Place(account, EnforcerCast.ireland))
            return try JSON(parsing: (document?.versions[1]?.content ?? "{}").utf8)["inputs"]?["runAsDefaultUser"]?.text
        }
        #expect(users == ["near", "own", "plain"])
        // Without a preference in the map the accounts keep what they have.
        _ = stage.world.takeWrites()
        _ = await stage.run(map: try EnforcerCast.map(["DatabaseAdmin": "dbadmin"]), number: 1)
        #expect(stage.world.takeWrites().isEmpty)
    }

    @Test("two runs at once, one of them with an older map, end with the newer one's documents")
    func twoRuns() async throws {
        let stage = RunStage()
        let old = try EnforcerCast.map(["DatabaseAdmin": "oldadmin"])
        let new = try EnforcerCast.map(["DatabaseAdmin": "newadmin"])
        async let first = stage.run(map: old, number: 1)
        async let second = stage.run(map: old, number: 1)
        let both = await [first, second]
        #expect(both.allSatisfy { $0.end == .complete && $0.failed == 0 })
        stage.publish(2)
        async let late = stage.run(map: old, number: 1)
        async let current = stage.run(map: new, number: 2)
        #expect(await late.end == .superseded(by: 2))
        #expect(await current.failed == 0)
        let text = try #require(
            stage.world.document(RunTests.shells[0], in: Self.place)?.versions.values.map(\.content)
        )
        #expect(text.contains { $0.contains("newadmin") })
        _ = stage.world.takeWrites()
        _ = await stage.run(map: new, number: 2)
        #expect(stage.world.takeWrites().isEmpty && stage.world.blunders.isEmpty)
    }
}
