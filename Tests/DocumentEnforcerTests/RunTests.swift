import AWSClient
import DocumentEnforcer
import SessionCore
import Synchronization
import TestSupport
import Testing

@Suite("a run of the enforcer")
struct RunTests {
    static let shells = ["SSMBroker-Shell-DatabaseAdmin", "SSMBroker-Shell-WebOperator"]
    static let place = EnforcerCast.place

    @Test(
        "makes every document of the map in every account and Region, records each place once, and then finds nothing to do"
    )
    func firstAndSecond() async throws {
        let stage = RunStage()
        stage.organization.set([EnforcerCast.first, EnforcerCast.second])
        let map = try EnforcerCast.map(regions: ["eu-west-1", "eu-central-1"])
        let first = await stage.run(map: map)
        #expect(first.end == .complete && first.inScope == 4 && first.current == 4 && first.changed == 4)
        #expect(first.failed == 0 && first.skipped == 0 && first.left == 0 && first.places.isEmpty)
        for account in [EnforcerCast.first, EnforcerCast.second] {
            for region in [EnforcerCast.ireland, EnforcerCast.frankfurt] {
                #expect(stage.world.names(in: Place(account, region)) == Self.shells)
            }
        }
        #expect(try stage.changes().count == 4)
        #expect(
            try stage.changes().first
                == "111122223333 eu-central-1 created \(Self.shells[0]) created \(Self.shells[1])"
        )
        let record = try #require(stage.audit.appended.first)
        #expect(record.details["number"] == "1" && record.details["trigger"] == "schedule")
        #expect(record.details["hash"] == map.version && record.details["changed"] == "2")
        _ = stage.world.takeWrites()
        let second = await stage.run(map: map)
        #expect(second.current == 4 && second.changed == 0)
        #expect(stage.world.takeWrites().isEmpty && stage.audit.appended.count == 4)
        #expect(stage.rollout.all.allSatisfy { $0.number == 1 && $0.state == .current })
        #expect(stage.rollout.all.allSatisfy { $0.documents.map(\.state) == [.current, .current] })
        #expect(stage.world.blunders.isEmpty)
    }

    @Test("every change of a place with more of them than a record holds is in a record")
    func manyChanges() async throws {
        let stage = RunStage()
        let users = Dictionary(uniqueKeysWithValues: (0..<201).map { ("Set\($0)", "user\($0)") })
        _ = await stage.run(map: try EnforcerCast.map(users))
        let records = stage.audit.appended.filter { $0.event == .documentsEnforced }
        #expect(records.map { $0.details["changed"] } == ["100", "100", "1"])
        let names = try records.flatMap { record in
            try JSON(parsing: (record.details["documents"] ?? "").utf8).elements ?? []
        }
        .compactMap { $0["name"]?.text }
        #expect(names == stage.world.names(in: Self.place) && names.count == 201)
    }

    @Test("tells a new map's change from somebody's")
    func replacedOrRepaired() async throws {
        let stage = RunStage()
        _ = await stage.run(map: try EnforcerCast.map())
        _ = await stage.run(
            map: try EnforcerCast.map(["DatabaseAdmin": "newadmin", "WebOperator": "webops"]),
            number: 2
        )
        stage.world.state.withLock { $0.places[Self.place]?[Self.shells[0]]?.add(#"{"schemaVersion":"1.0"}"#) }
        stage.world.state.withLock { $0.places[Self.place]?[Self.shells[1]] = nil }
        let map = try EnforcerCast.map(["DatabaseAdmin": "newadmin", "WebOperator": "webops"])
        _ = await stage.run(map: map, number: 2, trigger: .drift)
        let place = "111122223333 eu-west-1"
        #expect(
            try stage.changes() == [
                "\(place) created \(Self.shells[0]) created \(Self.shells[1])",
                "\(place) replaced \(Self.shells[0])",
                "\(place) repaired \(Self.shells[0]) repaired \(Self.shells[1])",
            ]
        )
        #expect(stage.audit.appended.last?.details["trigger"] == "drift")
        #expect(stage.rollout[Self.place]?.documents.map(\.state) == [.repaired, .repaired])
        _ = stage.world.takeWrites()
        _ = await stage.run(map: map, number: 2)
        #expect(stage.world.takeWrites().isEmpty)
    }

    @Test(
        "what was changed and not recorded, by a run that was killed or by somebody there and back, is recorded by the next"
    )
    func noticed() async throws {
        let stage = RunStage()
        let map = try EnforcerCast.map()
        _ = await stage.run(map: map)
        let text = try EnforcerCast.document().content
        stage.world.state.withLock { state in
            state.places[Self.place]?[Self.shells[0]]?.add(#"{"schemaVersion":"1.0"}"#)
            state.places[Self.place]?[Self.shells[0]]?.add(DocumentRevision.mark(2, in: text).canonicalText)
            state.places[Self.place]?[Self.shells[0]]?.default = 3
        }
        _ = stage.world.takeWrites()
        _ = await stage.run(map: map)
        #expect(stage.world.takeWrites().isEmpty)
        #expect(try stage.changes().last == "111122223333 eu-west-1 noticed \(Self.shells[0])")
        #expect(stage.audit.appended.last?.details["documents"]?.contains(#""from":"1""#) == true)
        #expect(stage.audit.appended.last?.details["documents"]?.contains(#""to":"3""#) == true)
        _ = await stage.run(map: map)
        #expect(stage.audit.appended.count == 2)
    }

    @Test("only a whole run deletes documents that the map has no longer, and never what is not the broker's")
    func stale() async throws {
        let stage = RunStage()
        let map = try EnforcerCast.map()
        for name in ["SSMBroker-Shell-Left", "SSM-SessionManagerRunShell", "Their-Document"] {
            stage.world.put(.init(#"{"schemaVersion":"1.0"}"#), name, in: Self.place)
        }
        let account = EnforcerCast.first
        for scope in [Scope.accounts([account]), .one(account, EnforcerCast.ireland, documents: nil)] {
            _ = await stage.run(scope, map: map)
            #expect(stage.world.names(in: Self.place).contains("SSMBroker-Shell-Left"))
        }
        let named: Scope = .one(account, EnforcerCast.ireland, documents: ["SSMBroker-Shell-Left"])
        _ = await stage.run(named, map: map)
        #expect(stage.world.names(in: Self.place).contains("SSMBroker-Shell-Left"))
        _ = await stage.run(.everything, map: map)
        #expect(
            stage.world.names(in: Self.place)
                == ["SSM-SessionManagerRunShell"] + Self.shells + ["Their-Document"]
        )
        #expect(try stage.changes().last == "111122223333 eu-west-1 deleted SSMBroker-Shell-Left")
        #expect(stage.rollout[Self.place]?.documents.contains { $0.state == .deleted } == true)
        _ = await stage.run(.everything, map: map)
        #expect(stage.rollout[Self.place]?.documents.map(\.name) == Self.shells)
        #expect(stage.audit.appended.count == 2 && stage.world.blunders.isEmpty)
    }

    @Test("a scope that names documents makes those right at once and leaves the place's standing to a whole visit")
    func oneDocument() async throws {
        let stage = RunStage()
        let scope: Scope = .one(EnforcerCast.first, EnforcerCast.ireland, documents: [Self.shells[1]])
        let report = await stage.run(scope, map: try EnforcerCast.map(), number: 1, trigger: .connect, seconds: 10)
        #expect(report.end == .complete && report.changed == 1)
        #expect(stage.world.names(in: Self.place) == [Self.shells[1]])
        let place = try #require(report.places.first)
        #expect(place.number == 0 && place.checked == Timestamp(milliseconds: 0))
        #expect(place.documents.map(\.name) == [Self.shells[1]] && place.documents.map(\.state) == [.created])
        _ = await stage.run(map: try EnforcerCast.map())
        #expect(stage.rollout[Self.place]?.number == 1)
        #expect(try stage.changes().last == "111122223333 eu-west-1 created \(Self.shells[0])")
    }

    @Test(
        "an account that is not of the organisation, or a Region that the map does not have, is nobody's business here"
    )
    func strangers() async throws {
        let stage = RunStage()
        let stranger = EnforcerCast.account("999988887777")
        for scope in [
            Scope.accounts([stranger]), .one(stranger, EnforcerCast.ireland, documents: nil),
            .one(EnforcerCast.first, EnforcerCast.frankfurt, documents: nil),
        ] {
            let report = await stage.run(scope, map: try EnforcerCast.map())
            #expect(report.inScope == 0 && report.end == .complete)
        }
        #expect(stage.world.calls.isEmpty)
    }

    @Test("suspended accounts and the management account are left out, and the place says why")
    func leftOut() async throws {
        let stage = RunStage()
        stage.organization.set([
            MemberAccount(id: EnforcerCast.first, organizationalUnits: [], isActive: false, isManagement: false),
            MemberAccount(id: EnforcerCast.second, organizationalUnits: [], isActive: true, isManagement: true),
        ])
        let report = await stage.run(map: try EnforcerCast.map())
        #expect(report.skipped == 2 && report.changed == 0 && stage.world.calls.isEmpty)
        #expect(stage.rollout.all.allSatisfy { $0.state == .skipped && $0.problem != nil })
        #expect(!stage.notes.messages.contains("place not as the map says"))
    }

    @Test("a place that cannot be made what the map says is told")
    func told() async throws {
        let stage = RunStage()
        stage.world.fail(
            .init(operation: "CreateDocument", failure: refusal("CreateDocument", "DocumentLimitExceeded", .refused))
        )
        let report = await stage.run(map: try EnforcerCast.map())
        #expect(report.failed == 1)
        #expect(stage.notes.messages.filter { $0 == "place not as the map says" }.count == 1)
    }

    @Test("a Region that is off in one account is skipped there, and no failure")
    func regionOff() async throws {
        let stage = RunStage()
        stage.world.state.withLock { $0.off = [EnforcerCast.frankfurt] }
        let report = await stage.run(map: try EnforcerCast.map(regions: ["eu-west-1", "eu-central-1"]))
        #expect(report.skipped == 1 && report.current == 1 && report.failed == 0)
        let off = stage.rollout[Place(EnforcerCast.first, EnforcerCast.frankfurt)]
        #expect(off?.state == .skipped && off?.problem?.contains("off") == true)
        #expect(!stage.notes.messages.contains("place not as the map says"))
    }
}
