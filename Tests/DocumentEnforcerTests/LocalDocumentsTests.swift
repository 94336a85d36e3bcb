import DocumentEnforcer
import Foundation
import SessionCore
import TestSupport
import Testing

/// The whole way to Systems Manager and back, in several accounts and Regions.
@Suite("documents in every wrong state", .serialized)
struct LocalDocumentsTests {
    static let shells = RunTests.shells
    static let preferences = WantedDocument.preferences
    static let accounts = ["111122223333", "444455556666", "999900001111"].map(EnforcerCast.account)
    static let regions = ["eu-central-1", "eu-west-1", "us-east-1"].map(EnforcerCast.region)
    static let places = accounts.flatMap { account in regions.map { Place(account, $0) } }

    static func map() throws -> RoleMap {
        try EnforcerCast.map(
            regions: regions.map(\.name),
            preferences: [
                "accounts": ["444455556666": "batchrunas"], "organizationalUnits": ["ou-loca-workload": "workrunas"],
                "runAsDefaultUser": "plainrunas",
            ]
        )
    }

    /// Whom sessions outside the broker run as: the account's own user, else that of the unit above its own, else everybody's.
    static func runAs(_ account: AccountID) -> JSON {
        switch account.digits {
        case "444455556666": "batchrunas"
        case "111122223333": "workrunas"
        default: "plainrunas"
        }
    }

    private static func create(_ name: String, _ content: String, type: String = "Session", format: String = "JSON")
        -> JSON
    {
        [
            "Content": .string(content), "DocumentFormat": .string(format), "DocumentType": .string(type),
            "Name": .string(name),
        ]
    }

    private static func update(_ name: String, _ content: String) -> JSON {
        ["Content": .string(content), "DocumentVersion": "$LATEST", "Name": .string(name)]
    }

    /// Puts documents into a different wrong state in each place; in one there is nothing at all.
    private static func disturb(_ local: LocalDocuments) throws {
        let wrong = #"{"schemaVersion":"1.0","sessionType":"Standard_Stream","inputs":{"runAsDefaultUser":"root"}}"#
        let right = try EnforcerCast.document().content.canonicalText
        let name = shells[0]
        let create = { _ = try local.ask("CreateDocument", Self.create(name, $0), in: $1) }
        // Another content.
        try create(wrong, places[1])
        // The right content in a version that is not the default one.
        try create(wrong, places[2])
        try local.ask("UpdateDocument", update(name, right), in: places[2])
        // The right content once, and another since: the same text cannot be written again.
        try create(right, places[3])
        try local.ask("UpdateDocument", update(name, wrong), in: places[3])
        try local.ask("UpdateDocumentDefaultVersion", ["DocumentVersion": "2", "Name": .string(name)], in: places[3])
        // A Command document of the same name, shared with everybody.
        let command = #"{"schemaVersion":"2.2","description":"x","mainSteps":[]}"#
        try local.ask("CreateDocument", Self.create(name, command, type: "Command"), in: places[4])
        try local.ask(
            "ModifyDocumentPermission",
            ["AccountIdsToAdd": ["all"], "Name": .string(name), "PermissionType": "Share"],
            in: places[4]
        )
        // Right, and shared with two others; with one that no map has beside it.
        try create(right, places[5])
        try local.ask(
            "ModifyDocumentPermission",
            ["AccountIdsToAdd": ["555566667777", "444455556666"], "Name": .string(name), "PermissionType": "Share"],
            in: places[5]
        )
        try local.ask("CreateDocument", Self.create("SSMBroker-Shell-Left", wrong), in: places[5])
        // Many versions.
        try create(wrong, places[6])
        for number in 0..<12 {
            let content = #"{"schemaVersion":"1.0","sessionType":"Standard_Stream","description":"\#(number)"}"#
            try local.ask("UpdateDocument", update(name, content), in: places[6])
        }
        // Preferences in YAML, with a key that nobody knows; and LZA's, of both ways.
        let yaml =
            "schemaVersion: '1.0'\nsessionType: Standard_Stream\ninputs:\n  idleSessionTimeout: '7'\n  future: [1]\n"
        try local.ask("CreateDocument", Self.create(preferences, yaml, format: "YAML"), in: places[7])
        try local.accelerate(places[8])
        try local.ask(
            "CreateDocument",
            Self.create(
                preferences,
                #"{"schemaVersion":"1.0","sessionType":"Standard_Stream","inputs":{"runAsEnabled":"","runAsDefaultUser":"root"}}"#
            ),
            in: places[1]
        )
    }

    @Test("become what the map says in one run, in nested units too, and the next run writes nothing")
    func converge() async throws {
        let local = try LocalDocuments()
        let store = MemoryAuditStore()
        let enforcer = try local.enforcer(store)
        try Self.disturb(local)
        let map = PublishedMap(number: 1, map: try Self.map())
        let deadline = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)).advanced(bySeconds: 600)

        let first = await enforcer.run(.everything, map: map, trigger: .schedule, deadline: deadline)
        // Besides the three accounts there are the management account and a closed one.
        #expect(first.end == .complete && first.current == 9 && first.skipped == 6 && first.failed == 0)
        #expect(first.changed == 9 && first.places.compactMap(\.problem) == [])
        for place in Self.places {
            for (set, user) in [("DatabaseAdmin", "dbadmin"), ("WebOperator", "webops")] {
                let wanted = try EnforcerCast.document(set, user: user, in: place)
                let document = try #require(try local.document(wanted.name, in: place), "\(place) \(set)")
                #expect(wanted.isContent(of: document.content.canonicalText), "\(place) \(set)")
                #expect(document.isPromoted && document.type == "Session" && document.shared == 0, "\(place) \(set)")
            }
            let preferences = try #require(try local.document(Self.preferences, in: place), "\(place)")
            let inputs = try #require(preferences.content["inputs"])
            #expect(inputs["runAsEnabled"] == true && inputs["runAsDefaultUser"] == Self.runAs(place.account))
            #expect(preferences.isPromoted, "\(place)")
        }
        #expect(try local.document("SSMBroker-Shell-Left", in: Self.places[5]) == nil)
        #expect(try local.document(Self.preferences, in: Self.places[7])?.content["inputs"]?["future"] == [1])
        let kept = try local.document(Self.preferences, in: Self.places[8])?.content["inputs"]
        #expect(kept?["cloudWatchLogGroupName"] == "AWSAccelerator-sessionmanager-logs")
        #expect(try !local.writes().isEmpty)
        let records = store.appended.filter { $0.event == .documentsEnforced }
        #expect(records.count == 9 && Set(records.map { $0.details["account"] }).count == 3)

        let second = await enforcer.run(.everything, map: map, trigger: .schedule, deadline: deadline)
        #expect(second.current == 9 && second.changed == 0)
        #expect(try local.writes().isEmpty)
        #expect(store.appended.count == 9)
    }

    @Test("LZA's own write, before the enforcer's and after it, loses nothing of either", arguments: [true, false])
    func accelerator(keepsRunAs: Bool) async throws {
        let local = try LocalDocuments()
        let store = MemoryAuditStore()
        let enforcer = try local.enforcer(store)
        let place = Place(Self.accounts[0], EnforcerCast.ireland)
        let map = PublishedMap(number: 1, map: try Self.map())
        let scope: Scope = .one(place.account, place.region, documents: nil)
        let deadline = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)).advanced(bySeconds: 600)
        let run = { await enforcer.run(scope, map: map, trigger: .drift, deadline: deadline) }
        let check = { (bucket: JSON) in
            let document = try #require(try local.document(Self.preferences, in: place))
            let inputs = try #require(document.content["inputs"])
            #expect(inputs["runAsEnabled"] == true && inputs["runAsDefaultUser"] == "workrunas")
            #expect(inputs["s3BucketName"] == bucket && inputs["s3KeyPrefix"] == "session/111122223333/eu-west-1")
            #expect(document.isPromoted && inputs.members?.count == 8)
        }

        try local.accelerate(place, keepsRunAs: keepsRunAs)
        #expect(await run().changed == 1)
        try check("")
        try local.accelerate(place, bucket: "logs", keepsRunAs: keepsRunAs)
        #expect(await run().changed == 1)
        try check("logs")
        let last = store.appended.last?.details["documents"] ?? ""
        #expect(last.contains(keepsRunAs ? #""what":"promoted""# : #""what":"repaired""#))
        _ = try local.writes()
        // The same write once more changes nothing, or leads to the same end.
        try local.accelerate(place, bucket: "logs", keepsRunAs: keepsRunAs)
        _ = await run()
        try check("logs")
        _ = try local.writes()
        #expect(await run().changed == 0)
        #expect(try local.writes().isEmpty)
    }
}
