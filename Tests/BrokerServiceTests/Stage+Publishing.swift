import SessionCore
import TestSupport
import Testing

extension Stage {
    /// Where the enforcer is, for brokers that have one.
    static let enforcerARN = "arn:aws:lambda:eu-west-1:999900001111:function:ssm-broker-enforcer"

    /// The map of the cast, with Alice's sessions as another Linux user: her document is another one then.
    static func mapWithAnotherUser(_ user: String = "dbteam") throws -> JSON {
        var members = try #require(Cast.map.members)
        var sets = try #require(members["permissionSets"]?.members)
        var entry = try #require(sets["DatabaseAdmin"]?.members)
        entry["linuxUser"] = .string(user)
        sets["DatabaseAdmin"] = .object(entry)
        members["permissionSets"] = .object(sets)
        return .object(members)
    }

    /// Puts a map in force as the next published version.
    @discardableResult
    func publishVersion(_ json: JSON, endsSessions: Bool = false, published: Timestamp? = nil) async throws -> Int64 {
        let map = try RoleMap(json: json)
        let chunks = RoleMapChunks(map.canonicalBytes)
        try await store.memory.keep(chunks)
        let version = RoleMapVersion(
            number: (try await store.memory.pointer()?.number ?? 0) + 1,
            hash: chunks.hash,
            chunks: chunks.chunks.map(\.hash),
            published: published ?? clock.now,
            by: Person.root.arn,
            note: nil,
            summary: [:],
            endsSessions: endsSessions
        )
        let record = AuditRecord(id: RecordID(random: random.bytes(16)), time: clock.now, event: .mapPublished)
        _ = try await store.memory.append(record, terms: AppendTerms(publishing: version))
        try publish(json)
        return version.number
    }

    /// Alice's document as the map in force renders it where she works.
    func aliceDocument() throws -> SessionDocument {
        let set = try PermissionSetName("DatabaseAdmin")
        return SessionDocument(
            .shell,
            of: set,
            entry: try #require(try map.read().entries[set]),
            in: .account(try AccountID(Cast.first), try Region(Cast.region))
        )
    }

    /// Says that the rollout was in a place.
    @discardableResult
    func rollOut(
        _ number: Int64,
        _ state: RolloutPlace.State = .current,
        document: RolloutDocument.State = .current,
        account: String = Cast.first,
        checked seconds: Int64 = 0,
        problem: String? = nil
    ) async throws -> RolloutPlace {
        let rendered = try aliceDocument()
        let place = RolloutPlace(
            account: try AccountID(account),
            region: try Region(Cast.region),
            number: number,
            state: state,
            documents: [RolloutDocument(name: rendered.name, state: document, version: "1", hash: rendered.hash)],
            checked: TestClock.start.advanced(bySeconds: seconds),
            problem: problem
        )
        try await store.memory.record([place])
        return place
    }

    /// An enforcer that makes Alice's document what the map in force says, and answers with the place as it was known.
    func enforce() throws {
        let content = try aliceDocument().content.canonicalText
        let place = RolloutPlace(
            account: try AccountID(Cast.first),
            region: try Region(Cast.region),
            number: 1,
            state: .current,
            documents: [],
            checked: TestClock.start
        )
        aws.change { world in
            world.enforcer = { world in
                world.documents[Stage.documentKey] = AWSDouble.Document(
                    content: content,
                    version: "7",
                    defaultVersion: "7"
                )
                return ["place": place.json]
            }
        }
    }
}
