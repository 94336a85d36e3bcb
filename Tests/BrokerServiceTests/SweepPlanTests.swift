import SessionCore
import Testing

@testable import AWSClient
@testable import BrokerService

/// Every state of a session against what AWS lists, and what follows: nothing but this table decides what a sweep does.
@Suite("What a sweep does")
struct SweepPlanTests {
    static let rows = [
        // Intents without an outcome.
        Row(
            "an intent of a broker that may still be at work",
            .pending,
            age: 88,
            .second("Connecting"),
            then: .nothing
        ),
        Row("an intent older than any broker's work, nothing started", .pending, age: 89, then: .resolve([])),
        Row("the same with a session", .pending, age: 89, .second("Connecting"), then: .resolve(["second"])),
        Row("the same with a session in use", .pending, age: 9000, .second("Connected"), then: .resolve(["second"])),
        Row(
            "the same with a session that AWS is ending",
            .pending,
            age: 89,
            .second("Terminating"),
            then: .resolve([])
        ),
        Row("a look-alike is not touched", .pending, age: 89, .alike, then: .resolve([])),
        // Outcomes that are not known.
        Row(
            "unknown, and its broker may still be cleaning up",
            .unknown,
            age: 88,
            .second("Connecting"),
            then: .nothing
        ),
        Row(
            "unknown with something left",
            .unknown,
            age: 89,
            .second("Connecting"),
            then: .end(["second"], "orphan-ended")
        ),
        Row("unknown with nothing left", .unknown, age: 89, then: .close),
        Row("unknown, what is left is being ended", .unknown, age: 89, .second("Terminating"), then: .close),
        // Sessions that were handed out.
        Row("live and in use", .live, age: 9000, .own("Connected"), then: .nothing),
        Row("live, its client away for a while", .live, age: 9000, .own("Disconnected"), then: .nothing),
        Row("live and about to be connected", .live, age: 299, .own("Connecting"), then: .nothing),
        Row("live and never connected", .live, age: 300, .own("Connecting"), then: .end(["own"], "never-connected")),
        Row("live and within its maximum", .live, age: 3899, .own("Connected"), maximum: 60, then: .nothing),
        Row(
            "live past its maximum: reported, never ended",
            .live,
            age: 3900,
            .own("Connected"),
            maximum: 60,
            then: .report("past-maximum")
        ),
        Row("live without a maximum", .live, age: 1_000_000, .own("Connected"), then: .nothing),
        Row(
            "live and a second one beside it",
            .live,
            age: 9000,
            .own("Connected"),
            .second("Connected"),
            then: .report("second-session")
        ),
        Row(
            "ended elsewhere a moment ago: somebody may be writing it down",
            .live,
            age: 9000,
            .past(59),
            then: .nothing
        ),
        Row("ended elsewhere", .live, age: 9000, .past(60), then: .recordEnd),
        Row("ended elsewhere at a time that AWS does not say", .live, age: 9000, .past(nil), then: .recordEnd),
        Row("nowhere to be found", .live, age: 9000, then: .report("not-listed")),
        Row("nowhere to be found, but just started", .live, age: 200, then: .nothing),
        Row("not among the sessions that could be listed", .live, age: 9000, isComplete: false, then: .nothing),
        // Sessions that are over.
        Row("failed", .failed, age: 9000, then: .nothing),
        Row(
            "failed, and yet something runs",
            .failed,
            age: 9000,
            .second("Connecting"),
            then: .end(["second"], "orphan-ended")
        ),
        Row("ended", .ended, age: 9000, then: .nothing),
        Row("ended, and still runs", .ended, age: 9000, .own("Connected"), then: .end(["own"], "orphan-ended")),
        Row("ended, and AWS is at it", .ended, age: 9000, .own("Terminating"), then: .nothing),
    ]

    static let now = TestClock.start
    static let place: SweepPlace? = try? SweepPlace(account: AccountID(Cast.first), region: Region(Cast.region))
    static let owner = "arn:aws:sts::111122223333:assumed-role/SSMBrokerTarget/alice.0000000000000001"

    static func session(_ id: String, owner: String = owner, status: String, ended: Timestamp? = nil)
        -> SSM.ListedSession
    {
        SSM.ListedSession(
            sessionID: id,
            target: Cast.dbNode,
            status: status,
            owner: owner,
            documentName: nil,
            reason: nil,
            started: nil,
            ended: ended
        )
    }

    static func plan(_ row: Row) throws -> SweepPlan {
        let history = try SweepSamples.history(row.state, opened: now.advanced(bySeconds: -row.age), sessionID: "own")
        var plan = SweepPlan(
            place: try #require(place),
            histories: [history],
            owners: [history.id: owner],
            active: [],
            isComplete: row.isComplete,
            maximumMinutes: row.maximum.map { ["DatabaseAdmin": $0] } ?? [:],
            now: now
        )
        for listed in row.listed {
            switch listed {
            case .nothing: break
            case .own(let status): plan.active.append(session("own", status: status))
            case .second(let status): plan.active.append(session("second", status: status))
            case .alike: plan.active.append(session("alike", owner: owner + "0", status: "Connected"))
            case .past(let seconds):
                let ended = seconds.map { now.advanced(bySeconds: -$0) }
                plan.past["own"] = session("own", status: "Terminated", ended: ended)
            }
        }
        return plan
    }

    private static func outline(_ action: SweepPlan.Action) -> Expected {
        switch action {
        case .resolve(_, let sessions): .resolve(sessions.map(\.sessionID))
        case .end(_, let sessions, let kind): .end(sessions.map(\.sessionID), kind.rawValue)
        case .close: .close
        case .recordEnd: .recordEnd
        case .report(let finding): .report(finding.kind.rawValue)
        }
    }

    @Test("follows from what the log has and what AWS lists", arguments: rows)
    func decides(_ row: Row) throws {
        let actions = try Self.plan(row).actions.map(Self.outline)
        #expect(actions == (row.expected == .nothing ? [] : [row.expected]))
    }

    @Test("asks after live sessions that are not listed as active, and after no other")
    func questions() throws {
        for row in Self.rows {
            let isListed = row.listed.contains { if case .own = $0 { true } else { false } }
            #expect(try Self.plan(row).questions == (row.state == .live && !isListed ? ["own"] : []))
        }
    }

    @Test("a session of our role without an intent is reported and never ended, whatever its state")
    func strangers() throws {
        for status in ["Connected", "Connecting", "Disconnected", "Terminating"] {
            var plan = try Self.plan(Row("live", .live, age: 10, .own("Connected"), then: .nothing))
            plan.active.append(Self.session("odd", owner: Self.owner + "9", status: status))
            #expect(plan.actions.isEmpty)
            plan.strangers = ["odd"]
            #expect(plan.actions.map(Self.outline) == [.report("unrecorded")])
        }
    }

    @Test("a session is looked up in the log only when it is old enough to stand there")
    func unmatched() throws {
        var plan = try Self.plan(Row("live", .live, age: 10, .own("Connected"), then: .nothing))
        for (id, age) in [("young", Int64(88)), ("old", 89)] {
            plan.active.append(
                SSM.ListedSession(
                    sessionID: id,
                    target: Cast.dbNode,
                    status: "Connected",
                    owner: Self.owner + "9",
                    documentName: nil,
                    reason: nil,
                    started: Self.now.advanced(bySeconds: -age),
                    ended: nil
                )
            )
        }
        #expect(plan.unmatched.map(\.sessionID) == ["old"])
    }

    @Test("a finding has the same id in every run, and another for another session, kind or place")
    func recordIDs() throws {
        let plan = try Self.plan(Row("live", .live, age: 10, then: .nothing))
        let one = Self.session("one", status: "Connected")
        #expect(plan.finding(.unrecorded, of: one).recordID == plan.finding(.unrecorded, of: one).recordID)
        var other = plan
        other.place = SweepPlace(account: try AccountID(Cast.second), region: try Region(Cast.region))
        let ids = [
            plan.finding(.unrecorded, of: one), plan.finding(.pastMaximum, of: one),
            plan.finding(.unrecorded, of: Self.session("two", status: "Connected")),
            other.finding(.unrecorded, of: one),
        ].map(\.recordID)
        #expect(Set(ids).count == 4)
    }
}
