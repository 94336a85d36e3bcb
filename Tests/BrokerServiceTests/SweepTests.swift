import SessionCore
import Testing

@testable import BrokerService

@Suite("The sweep", .timeLimit(.minutes(1)))
struct SweepTests {
    @Test("resolves the intent of a broker that died after StartSession: one outcome, nothing left, a finding")
    func diedAfterStart() async throws {
        let stage = try Stage()
        try await stage.dieAfterStart()
        stage.advance(seconds: 80)
        #expect(try await stage.sweep()["sessions"] == 0)
        #expect(stage.events == [.intent])
        stage.advance(seconds: 9)
        let report = try await stage.sweep()
        #expect(report.kinds == ["intent-resolved"])
        #expect(report["isComplete"] == true && report["places"] == 1 && report["sessions"] == 1)
        #expect(stage.events == [.intent, .unknown, .swept, .ended])
        #expect(stage.aws.activeSessions.isEmpty)
        stage.expectOneOutcomePerIntent()
        let role = try #require(stage.aws.calls("AssumeRole end").last)
        let session = try #require(stage.aws.sessions.first)
        #expect(role.parameters["SourceIdentity"] == "ssm-broker-sweep")
        #expect(session.id.hasPrefix("\(role.parameters["RoleSessionName"] ?? "?")-"))
        let ended = try #require(stage.records.last)
        #expect(ended.details == ["by": "sweep", "found": session.id])
        #expect(ended.aws?.requestIDs["TerminateSession"]?.isEmpty == false)
        #expect(ended.caller == nil)
        #expect(ended.request?.route == "schedule arn:aws:events:eu-west-1:999900001111:rule/ssm-broker-sweep")
        #expect(ended.request?.id == "event-1")
        try stage.expectDiscretion()
    }

    @Test("a second run finds nothing more to do")
    func twice() async throws {
        let stage = try Stage()
        try await stage.dieAfterStart()
        stage.advance(seconds: 89)
        try await stage.sweep()
        let calls = stage.aws.calls.count
        let report = try await stage.sweep()
        #expect(report["sessions"] == 0 && report["findingsTotal"] == 0)
        #expect(stage.aws.calls.count == calls)
        #expect(stage.events.count == 4)
    }

    @Test("resolves an intent for which nothing was started, without ending anything")
    func diedBeforeStart() async throws {
        let stage = try Stage()
        _ = try await stage.store.append(SweepSamples.intent(opened: stage.clock.now))
        stage.advance(seconds: 89)
        #expect(try await stage.sweep().kinds == ["intent-resolved"])
        #expect(stage.events == [.intent, .unknown, .swept, .ended])
        #expect(stage.records.last?.details == ["by": "sweep", "found": "none"])
        #expect(stage.aws.calls("AssumeRole end").isEmpty && stage.aws.calls("TerminateSession").isEmpty)
    }

    @Test("a run that dies after taking the outcome leaves the rest to the next one")
    func halfDone() async throws {
        let stage = try Stage()
        try await stage.dieAfterStart()
        stage.advance(seconds: 89)
        stage.aws.fault("TerminateSession", .refusal("AccessDeniedException"))
        let report = try await stage.sweep()
        #expect(report["isComplete"] == false)
        #expect(report["failures"]?.elements?.first?["code"] == "TARGET_ROLE_REFUSED")
        #expect(stage.events == [.intent, .unknown, .swept])
        #expect(stage.aws.activeSessions.count == 1)
        #expect(try await stage.sweep().kinds == ["orphan-ended"])
        #expect(stage.aws.activeSessions.isEmpty)
        #expect(stage.events == [.intent, .unknown, .swept, .ended, .swept])
        stage.expectOneOutcomePerIntent()
    }

    @Test("a session that ended without the broker gets its end, with AWS's time of it, once")
    func endedElsewhere() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        stage.advance(seconds: 600)
        let end = stage.clock.now
        stage.aws.change { world in
            world.sessions[0].isActive = false
            world.sessions[0].ended = end
        }
        stage.advance(seconds: 59)
        try await stage.sweep()
        #expect(stage.events == [.intent, .started])
        stage.advance(seconds: 1)
        #expect(try await stage.sweep().kinds == ["ended-elsewhere"])
        #expect(stage.events == [.intent, .started, .ended, .swept])
        #expect(stage.records[2].details == ["by": "elsewhere", "endedAt": end.description, "status": "Terminated"])
        #expect(stage.aws.calls("TerminateSession").isEmpty)
        try await stage.sweep()
        #expect(stage.events.count == 4)
    }

    @Test("a session in use stays, however long, and past its maximum it is reported once")
    func pastMaximum() async throws {
        let stage = try Stage()
        var map = Cast.map.members ?? [:]
        var sets = map["permissionSets"]?.members ?? [:]
        sets["DatabaseAdmin"] = ["limits": ["maximumMinutes": 60], "linuxUser": "dbadmin"]
        map["permissionSets"] = .object(sets)
        _ = try await stage.opened()
        try stage.publish(.object(map))
        stage.advance(seconds: 3899)
        #expect(try await stage.sweep()["findingsTotal"] == 0)
        stage.advance(seconds: 1)
        #expect(try await stage.sweep().kinds == ["past-maximum"])
        #expect(try await stage.sweep().kinds == ["past-maximum"])
        #expect(stage.events == [.intent, .started, .swept])
        #expect(stage.aws.activeSessions.count == 1)
    }

    @Test("a session of our role that no intent tells of is reported once and left alone; others' are not looked at")
    func unrecorded() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        let arn = "arn:aws:sts::\(Cast.first):assumed-role"
        stage.addSession("eve.1-x", owner: "\(arn)/SSMBrokerTarget/eve.0000000000000001")
        stage.addSession("own-x", owner: "\(arn)/AWSReservedSSO_DatabaseAdmin_0123456789abcdef/alice")
        stage.addSession("like-x", owner: "\(arn)/SSMBrokerTargetToo/eve")
        #expect(try await stage.sweep()["findingsTotal"] == 0)
        stage.advance(seconds: 89)
        for _ in 0..<2 { #expect(try await stage.sweep().kinds == ["unrecorded"]) }
        #expect(stage.events == [.intent, .started, .swept])
        let finding = try #require(stage.records.last)
        #expect(finding.details["owner"] == "\(arn)/SSMBrokerTarget/eve.0000000000000001")
        #expect(finding.details["sessionId"] == "eve.1-x" && finding.session == nil)
        #expect(stage.aws.activeSessions.count == 4)
        #expect(stage.aws.calls("AssumeRole end").isEmpty)
    }

    @Test("a session that ended in the log and still runs is of our intent, and is ended")
    func endedAndRunning() async throws {
        let stage = try Stage()
        let id = try await stage.opened()
        _ = try await stage.opened()
        _ = await stage.end(id)
        stage.aws.change { world in
            world.sessions[0].isActive = true
            world.sessions[0].ended = nil
        }
        stage.advance(seconds: 89)
        #expect(try await stage.sweep().kinds == ["orphan-ended"])
        #expect(stage.aws.activeSessions.count == 1)
        #expect(stage.events.last == .swept)
        #expect(stage.events.count { $0 == .ended } == 1)
    }

    @Test("a session whose answer never left the broker is never connected to, and is ended")
    func neverConnected() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        stage.aws.change { $0.sessions[0].status = "Connecting" }
        stage.advance(seconds: 299)
        try await stage.sweep()
        #expect(stage.aws.activeSessions.count == 1)
        stage.advance(seconds: 1)
        #expect(try await stage.sweep().kinds == ["never-connected"])
        #expect(stage.aws.activeSessions.isEmpty)
        #expect(stage.events == [.intent, .started, .ended, .swept])
    }

    @Test("a session that only connects anew is seen twice, and stays")
    func reconnecting() async throws {
        let stage = try Stage()
        _ = try await stage.opened()
        stage.aws.change { $0.sessions[0].status = "Connecting" }
        stage.advance(seconds: 900)
        stage.aws.during("DescribeSessions") { [aws = stage.aws] in
            aws.change { $0.sessions[0].status = "Connected" }
        }
        #expect(try await stage.sweep()["findingsTotal"] == 0)
        #expect(stage.aws.activeSessions.count == 1)
        #expect(stage.events == [.intent, .started])
    }
}
