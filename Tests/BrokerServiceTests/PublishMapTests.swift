import BrokerService
import SessionCore
import TestSupport
import Testing

@Suite("Publishing the role map")
struct PublishMapTests {
    /// The cast's map, without the Linux user that the deployment forbids.
    private static func map(_ change: (inout [String: JSON]) -> Void = { _ in }) throws -> JSON {
        var members = try #require(Cast.map.members)
        var sets = try #require(members["permissionSets"]?.members)
        sets["Forbidden"] = nil
        change(&sets)
        members["permissionSets"] = .object(sets)
        return .object(members)
    }

    private static func publish(
        _ map: JSON,
        base: Int64,
        as person: Person = .root,
        dryRun: Bool = false,
        on stage: Stage
    ) async -> BrokerReply {
        let request = PublishMapRequest(base: base, map: map, note: "why", isDryRun: dryRun)
        return await stage.send("PUT", "/v1/role-map", as: person.caller, body: request.json.canonicalBytes)
    }

    @Test("a publication is one record, with who, on what, and what changed")
    func record() async throws {
        let stage = try Stage(maps: .store)
        let reply = await Self.publish(try Self.map(), base: 0, on: stage)
        #expect(reply.status == 200)
        #expect(reply.body["number"] == 1)
        let record = try #require(stage.records.last)
        #expect(record.event == .mapPublished)
        #expect(record.caller?.owner.user == "rita")
        #expect(record.caller?.proof == "verified")
        #expect(record.details["number"] == "1")
        #expect(record.details["base"] == "0")
        #expect(record.details["note"] == "why")
        #expect(record.details["hash"] == RoleMapChunks(try Self.map().canonicalBytes).hash)
        let summary = try JSON(parsing: try #require(record.details["summary"]).utf8)
        #expect(summary["added"]?["count"] != nil)
        #expect(stage.metrics.counted == [.roleMapPublished])
    }

    @Test("a publication that cannot be recorded did not happen")
    func failsClosed() async throws {
        let stage = try Stage(maps: .store)
        stage.store.script(.mapPublished, .fail(gone), .fail(gone), .fail(gone))
        #expect(await Self.publish(try Self.map(), base: 0, on: stage).code == "CHANGE_UNKNOWN")
        #expect(try await stage.store.memory.pointer() == nil)
        #expect(stage.metrics.counted.isEmpty)
        #expect(await stage.open().code == "MAP_MISSING")
    }

    @Test("a publication whose answer was lost once is published once")
    func lostAnswer() async throws {
        let stage = try Stage(maps: .store)
        stage.store.script(.mapPublished, .loseAnswer)
        #expect(await Self.publish(try Self.map(), base: 0, on: stage).status == 200)
        #expect(try await stage.store.memory.versions(before: nil, limit: 9).map(\.number) == [1])
        #expect(stage.events == [.mapPublished])
    }

    @Test("a publication that was made though the store said so only when asked a third time is one")
    func lateAnswer() async throws {
        let stage = try Stage(maps: .store)
        stage.store.script(.mapPublished, .loseAnswer, .loseAnswer)
        #expect(await Self.publish(try Self.map(), base: 0, on: stage).body["number"] == 1)
        #expect(stage.events == [.mapPublished])
    }

    @Test(
        "a publication of which the store says nothing is neither made nor refused, but told to be looked at",
        arguments: [false, true]
    )
    func unknown(_ isRecordable: Bool) async throws {
        let stage = try Stage(maps: .store)
        stage.store.script(.mapPublished, .loseAnswer, .fail(gone), .fail(gone))
        if !isRecordable { stage.store.script(.refused, .fail(gone), .fail(gone)) }
        let reply = await Self.publish(try Self.map(), base: 0, on: stage)
        #expect(reply.code == "CHANGE_UNKNOWN")
        #expect(reply.status == 503)
        #expect(reply.body["next"]?.text?.hasSuffix("ssm-broker map history") == true)
        #expect(reply.body["detail"]?.text?.contains("refused") == false)
        #expect(try await stage.store.memory.pointer()?.number == 1)
        #expect(stage.events == (isRecordable ? [.mapPublished, .refused] : [.mapPublished]))
        if isRecordable { #expect(stage.records.last?.decision?.code == "CHANGE_UNKNOWN") }
    }

    @Test("what is published already is not published again")
    func unchanged() async throws {
        let stage = try Stage(maps: .store)
        #expect(await Self.publish(try Self.map(), base: 0, on: stage).status == 200)
        let again = await Self.publish(try Self.map(), base: 1, on: stage)
        #expect(again.body["unchanged"] == true)
        #expect(again.body["number"] == 1)
        #expect(stage.events == [.mapPublished, .read])
    }

    @Test("the map that came with the deployment lets nobody publish, whomever it names")
    func file() async throws {
        let stage = try Stage(maps: .file)
        let refused = await Self.publish(try Self.map(), base: 0, as: .aliceAdministers, on: stage)
        #expect(refused.code == "MAP_NOT_ALLOWED")
        #expect(await Self.publish(try Self.map(), base: 0, on: stage).status == 200)
        // Once published, the map's own administrators may.
        let next = try Self.map { $0["WebOperator"] = nil }
        #expect(await Self.publish(next, base: 1, as: .aliceAdministers, on: stage).status == 200)
    }

    @Test("a dry run stores nothing, and the reading is recorded")
    func dryRun() async throws {
        let stage = try Stage(maps: .store)
        let plan = await Self.publish(try Self.map(), base: 0, dryRun: true, on: stage)
        #expect(plan.body["number"] == 1)
        #expect(stage.events == [.read])
        #expect(try await stage.store.memory.pointer() == nil)
        #expect(await Self.publish(try Self.map(), base: 7, dryRun: true, on: stage).code == "MAP_CHANGED")
    }

    @Test("a Linux user that the deployment forbids, or an account that it does not serve, is in no published map")
    func ceiling() async throws {
        let stage = try Stage(maps: .store)
        let user = try Self.map { $0["Oracle"] = ["linuxUser": "oracle", "sessions": ["shell"]] }
        let reply = await Self.publish(user, base: 0, on: stage)
        #expect(reply.code == "MAP_EXCEEDS_CEILING")
        let account = try Self.map {
            $0["Far"] = ["linuxUser": "far", "sessions": ["shell"], "nodes": ["accounts": ["777788889999"]]]
        }
        let second = await Self.publish(account, base: 0, on: stage)
        #expect(second.code == "MAP_EXCEEDS_CEILING")
        #expect(second.body["detail"]?.text?.contains("777788889999") == true)
        #expect(stage.events == [.refused, .refused])
    }

    @Test("a role outside Identity Center publishes when the map names its full ARN, and not when another has its name")
    func pipeline() async throws {
        let stage = try Stage(maps: .store)
        var members = try #require(try Self.map().members)
        members["publishers"] = [["role": "arn:aws:iam::111122223333:role/ci/Deploy"]]
        let map = JSON.object(members)
        #expect(await Self.publish(map, base: 0, on: stage).status == 200)
        let deploy = BrokerRequest.Caller(
            arn: "arn:aws:sts::111122223333:assumed-role/Deploy/build-17",
            callerID: "AROACASTDEPLOY0000001:build-17",
            account: Cast.first,
            organization: "o-cast"
        )
        members["permissionSets"] = try Self.map { $0["WebOperator"] = nil }["permissionSets"]
        let request = PublishMapRequest(base: 1, map: .object(members))
        for (path, roleID, code) in [
            ("/", "AROACASTDEPLOY0000001", "ROLE_NOT_PROVEN"), ("/ci/", "AROACASTDEPLOY0000009", "ROLE_NOT_PROVEN"),
        ] {
            let other = try Stage(maps: .store)
            #expect(await Self.publish(map, base: 0, on: other).status == 200)
            other.aws.change { $0.roles[Cast.first]?["Deploy"] = (path, roleID) }
            let reply = await other.send("PUT", "/v1/role-map", as: deploy, body: request.json.canonicalBytes)
            #expect(reply.code == code)
        }
        stage.aws.change { $0.roles[Cast.first]?["Deploy"] = ("/ci/", "AROACASTDEPLOY0000001") }
        let reply = await stage.send("PUT", "/v1/role-map", as: deploy, body: request.json.canonicalBytes)
        #expect(reply.status == 200)
        let record = try #require(stage.records.last)
        #expect(record.caller?.owner.user == "role=Deploy=build-17")
        #expect(record.caller?.proof == "role verified, session name unverified")
        // It may publish, and nothing else.
        #expect(await stage.send("GET", "/v1/audit/heads", as: deploy).code == "AUDIT_NOT_ALLOWED")
    }
}
