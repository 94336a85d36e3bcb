import AWSClient
import DocumentEnforcer
import SessionCore
import Synchronization
import TestSupport
import Testing

@Suite("a run that cannot go on as it would")
struct RunInterruptionTests {
    static let place = EnforcerCast.place
    static let denied = refusal("AssumeRole", "AccessDenied", .accessDenied, service: .sts)

    static func many(_ count: Int) -> [AccountID] {
        (0..<count).map { EnforcerCast.account(String(100_000_000_000 + $0)) }
    }

    @Test("ends before its deadline, and the next one begins with what was looked at longest ago")
    func deadline() async throws {
        let stage = RunStage()
        let accounts = Self.many(6)
        stage.organization.set(accounts)
        var settings = RunStage.oneAtATime
        // A role every two seconds: some places fit into each run.
        settings.rolesPerSecond = 0.5
        let map = try EnforcerCast.map()
        let first = await stage.run(map: map, seconds: 16, settings: settings)
        #expect(first.end == .deadline && first.left > 0 && first.current > 0)
        let done = stage.rollout.order
        #expect(stage.time.now < WaitingClock.at(seconds: 16))
        let second = await stage.run(map: map, seconds: 60, settings: settings)
        #expect(second.end == .complete && second.current == 6)
        let order = Array(stage.rollout.order.dropFirst(done.count))
        #expect(Array(order.suffix(done.count)) == done)
        #expect(Set(order.prefix(6 - done.count)).isDisjoint(with: done))
    }

    @Test("places that no run has reached wait, and are seen to, though the run that was to reach them ends")
    func waiting() async throws {
        let stage = RunStage()
        stage.organization.set(Self.many(3))
        stage.publish(2)
        let report = await stage.run(map: try EnforcerCast.map(), number: 1)
        #expect(report.end == .superseded(by: 2) && stage.rollout.order.isEmpty)
        #expect(stage.rollout.all.count == 3)
        #expect(stage.rollout.all.allSatisfy { $0.number == 0 && $0.documents.isEmpty && $0.state == .current })
        #expect(RolloutTotals(stage.rollout.all, under: 2)[.pending] == 3)
        let next = await stage.run(map: try EnforcerCast.map(), number: 2)
        #expect(next.current == 3 && next.changed == 3)
        #expect(RolloutTotals(stage.rollout.all, under: 2)[.current] == 3)
    }

    @Test("stops when a newer map is published, so that it cannot undo what the newer one's run does")
    func superseded() async throws {
        let stage = RunStage()
        stage.organization.set(Self.many(5))
        stage.publish(2)
        let report = await stage.run(map: try EnforcerCast.map(), number: 1)
        #expect(report.end == .superseded(by: 2) && report.left == 5 && stage.world.calls.isEmpty)
    }

    @Test("changes nothing more once a change cannot be recorded")
    func notRecorded() async throws {
        let audit = MemoryAuditStore { _ in .unavailable("full disk") }
        let stage = RunStage(audit: audit)
        stage.organization.set(Self.many(5))
        let report = await stage.run(map: try EnforcerCast.map())
        guard case .stopped(let reason) = report.end else {
            Issue.record("it went on: \(report.end)")
            return
        }
        #expect(reason.contains("full disk"))
        // One place was changed; it is not kept as done, so the next run records what it finds there.
        #expect(stage.world.opened.count == 1 && stage.rollout.order.isEmpty)
    }

    @Test("stops when the standing of places cannot be kept")
    func notKept() async throws {
        let stage = RunStage()
        stage.organization.set(Self.many(5))
        stage.rollout.fail()
        let report = await stage.run(map: try EnforcerCast.map())
        #expect(report.left == 5 && stage.world.opened.count == 1)
        guard case .stopped = report.end else {
            Issue.record("it went on: \(report.end)")
            return
        }
    }

    @Test("waits up to a minute for a role that may be new, where an account has joined")
    func newRole() async throws {
        let stage = RunStage()
        stage.world.state.withLock { state in
            // The last answer of the list stays, so the role becomes assumable when the list is emptied.
            state.closed[EnforcerCast.first] = [Self.denied, Self.denied, Self.denied, Self.denied]
        }
        let waiting = await stage.run(.accounts([EnforcerCast.first]), map: try EnforcerCast.map(), trigger: .account)
        #expect(waiting.failed == 1)
        #expect((50_000...60_000).contains(stage.time.waits.reduce(0, +)))
        #expect(waiting.places.first?.problem?.contains("cannot be assumed") == true)
        stage.world.state.withLock { $0.closed[EnforcerCast.first] = [] }
        let after = await stage.run(.accounts([EnforcerCast.first]), map: try EnforcerCast.map(), trigger: .account)
        #expect(after.current == 1 && after.changed == 1)
    }

    @Test(
        "does not wait for roles in a whole run: an account without the role is a failed place, and the next one's turn"
    )
    func missingRole() async throws {
        let stage = RunStage()
        stage.organization.set([EnforcerCast.first, EnforcerCast.second])
        stage.world.state.withLock { $0.closed[EnforcerCast.first] = [Self.denied] }
        let report = await stage.run(map: try EnforcerCast.map())
        #expect(report.failed == 1 && report.current == 1)
        // Only the pace of the other place's calls.
        #expect(stage.time.waits.reduce(0, +) < 1000)
        #expect(report.places.map(\.account) == [EnforcerCast.first])
        #expect(stage.rollout[Self.place]?.state == .failed)
        #expect(stage.rollout[Self.place]?.problem?.contains("member account layer") == true)
    }

    @Test("asks for a role again after a passing failure of STS")
    func throttledRole() async throws {
        let stage = RunStage()
        stage.world.state.withLock { state in
            state.closed[EnforcerCast.first] = [
                refusal("AssumeRole", "Throttling", .throttled, service: .sts),
                refusal("AssumeRole", "Throttling", .throttled, service: .sts),
            ]
        }
        // The last answer stays: it is throttled for good, and that is a failed place after five tries.
        let report = await stage.run(map: try EnforcerCast.map())
        #expect(report.failed == 1 && stage.world.calls["AssumeRole"] == 5)
    }

    @Test("stops when our own credentials are refused, which is no account's fault")
    func refusedCredentials() async throws {
        let stage = RunStage()
        stage.organization.set(Self.many(5))
        for account in Self.many(5) {
            stage.world.state.withLock {
                $0.closed[account] = [refusal("AssumeRole", "ExpiredToken", .credentialsRejected, service: .sts)]
            }
        }
        let report = await stage.run(map: try EnforcerCast.map())
        #expect(report.left == 5 && report.failed == 0 && stage.rollout.order.isEmpty)
        #expect(stage.world.calls["AssumeRole"] == 1)
        guard case .stopped(let reason) = report.end else {
            Issue.record("it went on: \(report.end)")
            return
        }
        #expect(reason.contains("credentials"))
    }

    @Test("one document that cannot be made does not keep the others from being made")
    func oneFails() async throws {
        let stage = RunStage()
        stage.world.fail(
            .init(operation: "CreateDocument", failure: refusal("CreateDocument", "InvalidDocumentContent"))
        )
        let report = await stage.run(map: try EnforcerCast.map())
        #expect(report.failed == 1 && report.changed == 1)
        let place = try #require(stage.rollout[Self.place])
        #expect(place.documents.map(\.state) == [.failed, .created])
        #expect(place.documents.first?.hash == nil && place.problem?.hasPrefix(RunTests.shells[0]) == true)
        #expect(try stage.changes() == ["111122223333 eu-west-1 created \(RunTests.shells[1])"])
        let again = await stage.run(map: try EnforcerCast.map())
        #expect(again.current == 1 && again.changed == 1)
    }

    @Test("a run that is killed between any two calls leaves nothing that the next one does not put right")
    func killed() async throws {
        let map = try EnforcerCast.map(["DatabaseAdmin": "dbadmin"])
        let whole = RunStage()
        Self.disturb(whole.world)
        _ = await whole.run(map: map)
        let writes = whole.world.takeWrites().count
        #expect(writes > 3)
        for survivors in 0..<writes {
            let stage = RunStage()
            Self.disturb(stage.world)
            stage.world.state.withLock { $0.survivors = survivors }
            // Killed: no call has an effect any more, and nothing is recorded or kept.
            let killed = RunStage(stage.world, audit: MemoryAuditStore { _ in .unavailable("killed") })
            _ = await killed.run(map: map)
            #expect(killed.rollout.order.isEmpty)
            stage.world.state.withLock { $0.survivors = nil }
            _ = stage.world.takeWrites()
            let report = await stage.run(map: map)
            #expect(report.current == 1, "after \(survivors) writes")
            let document = try #require(stage.world.document(RunTests.shells[0], in: Self.place))
            #expect(document.default == document.latest && document.sharedWith.isEmpty)
            #expect(try !stage.changes().isEmpty)
            _ = stage.world.takeWrites()
            _ = await stage.run(map: map)
            #expect(stage.world.takeWrites().isEmpty && stage.world.blunders.isEmpty)
        }
    }

    /// A place where everything is wrong at once.
    private static func disturb(_ world: DocumentWorld) {
        var document = DocumentWorld.Document(#"{"schemaVersion":"1.0"}"#)
        document.sharedWith = ["all"]
        document.add(#"{"schemaVersion":"1.0","description":"x"}"#)
        world.put(document, RunTests.shells[0], in: place)
        var stale = DocumentWorld.Document(#"{"schemaVersion":"1.0"}"#)
        stale.sharedWith = ["999988887777"]
        world.put(stale, "SSMBroker-Shell-Left", in: place)
    }
}
