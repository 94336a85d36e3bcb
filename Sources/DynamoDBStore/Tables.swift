internal import AWSClient
internal import Digests
internal import SessionCore

/// The three tables, their keys, and which question each key answers: the one place where the schema is written down.
///
/// **`<name>-audit`** is append-only: every item is put once, under `attribute_not_exists`, and the deployment denies updates and
/// deletions. Keys `pk`, `sk`, both text.
///
/// | pk | sk | what | asked by |
/// | --- | --- | --- | --- |
/// | `CHAIN#<n>` | sequence, 20 digits | a record: `previous`, `hash`, `bytes`, and the index keys below | chain, append |
/// | `RECORD#<id>` | `-` | `chain`, `seq` of the record with that id | append again, after a lost answer |
/// | `CLAIM#<SHA-256 of the claim>` | `-` | `record`: who used that request id | replay |
/// | `OUTCOME#<intent>` | `-` | `record`: the intent's one outcome | a second outcome |
/// | `SESSION#<id>` | time, 20 digits `#` revision, 10 digits | `chain`, `seq` of a record of that session | a session's records |
/// | `DAYS` | `2026-11-21` | that day has records | a query without user, node or permission set |
/// | `MAP` | version, 10 digits | `body`: a published version of the role map as JSON, naming its chunks | the map's history |
/// | `MAPCHUNK#<SHA-256>` | `-` | `bytes`: a chunk of a map, put before the version that names it | the map |
///
/// Claims and outcomes are here and not beside the live state, as they are promises: who may change live state could otherwise delete
/// one, and so replay a request or give an intent a second outcome.
///
/// Indexes of records, each with `sort` (time, 20 digits `#` id) as its sort key and with whole items, so that one question is one read:
/// `byUser` (`user`), `byNode` (`node`), `byPermissionSet` (`permissionSet`), `byDay` (`day`: `2026-11-21#<shard>`, the shard 0 to 3
/// from the id, so that a busy day is no hot partition). Indexes are eventually consistent: a record may take a moment to show in a
/// query. Chains, heads, promises and a session's own records are read from the tables, with every acknowledged write.
///
/// **`<name>-heads`** has one item a chain, `pk` = `CHAIN#<n>`: `seq`, `hash`; and `MAP`: `number`, `body` of the pointer to the current
/// version of the role map. It is apart because it is updated.
///
/// **`<name>-sessions`** is the live state, never evidence. Key `pk`.
///
/// | pk | what |
/// | --- | --- |
/// | `SESSION#<id>` | `revision` (counts the session's records), `body` (the session as JSON, absent before the intent), index keys |
/// | `OWNER#<SHA-256 of the owner>` | `count`: how many sessions of that owner are pending or live |
/// | `BLOCK#<SHA-256 of the key>` | `body`: a block as JSON, and index keys; all absent once it is taken out of force |
/// | `PLACE#<account>/<Region>` | `body`: where the rollout stands there, as JSON, and index keys |
///
/// Indexes, each with `sort` (opened, 20 digits `#` id): `byUser`, `byNode`, `byPermissionSet`, `byShard` (`shard`: all of them),
/// `byOpen` (`open`: a shard, present only while there may be something to end, so that the index stays small). In `byShard` the blocks
/// have the shard `blocks` and their key as `sort`, the places `places` and `<account>/<Region>`, and
/// the map's version as `number`.
struct Tables: Sendable, Hashable {
    /// What the tables' names begin with.
    let name: String

    var audit: String { "\(name)-audit" }
    var heads: String { "\(name)-heads" }
    var sessions: String { "\(name)-sessions" }

    /// Over how many partitions the indexes without a natural key are spread.
    static let shards = 4

    static func chain(_ chain: Int) -> String { "CHAIN#\(chain)" }
    static func record(_ id: RecordID) -> String { "RECORD#\(id)" }
    static func claim(_ claim: String) -> String { "CLAIM#\(digest(claim))" }
    static func outcome(_ intent: RecordID) -> String { "OUTCOME#\(intent)" }
    static func session(_ id: RecordID) -> String { "SESSION#\(id)" }
    static func owner(_ owner: SessionOwner) -> String { "OWNER#\(digest(owner.text))" }
    static func block(_ key: BlockKey) -> String { "BLOCK#\(digest(key.text))" }
    static func place(_ place: RolloutCursor) -> String { "PLACE#\(place.text)" }
    static func chunk(_ hash: String) -> String { "MAPCHUNK#\(hash)" }
    static func version(_ number: Int64) -> String { padded(number, to: 10) }
    static let map = "MAP"
    static let days = "DAYS"
    /// What `byShard` has besides sessions.
    static let blocks = "blocks"
    static let places = "places"
    /// The sort key where a partition has one item only.
    static let alone = "-"

    /// Whole numbers whose order as text is their order: DynamoDB compares text by its UTF-8.
    static func padded(_ number: Int64, to digits: Int = 20) -> String {
        let text = String(max(number, 0))
        return String(repeating: "0", count: max(digits - text.count, 0)) + text
    }

    /// The sort key of the indexes.
    static func sort(_ time: Timestamp, _ id: RecordID) -> String { "\(padded(time.milliseconds))#\(id)" }

    /// The place that a sort key stands for; nil when it is none of ours.
    static func place(_ sort: String) -> AuditCursor? {
        let parts = sort.split(separator: "#", maxSplits: 1)
        guard parts.count == 2, let time = Int64(parts[0]), let id = try? RecordID(parts[1]) else { return nil }
        return AuditCursor(time: Timestamp(milliseconds: time), id: id)
    }

    /// A text as an index key, which must be neither empty nor longer than 2048 bytes.
    static func indexKey(_ text: String) -> String {
        text.isEmpty || text.hasPrefix("#") || text.utf8.count > 1024 ? "#\(digest(text))" : text
    }

    static func shard(_ id: RecordID) -> String { String(AuditChain.chain(for: id, of: shards)) }
    static let allShards = (0..<shards).map { String($0) }

    /// The calendar day of a moment, in UTC: `2026-11-21`.
    static func day(_ time: Timestamp) -> String { String(time.description.prefix { $0 != "T" }) }

    static func digest(_ text: String) -> String { Hexadecimal.text(SHA256.hash(text.utf8)) }

    /// A key of the audit table.
    static func key(_ pk: String, _ sk: String = alone) -> Attributes { ["pk": .string(pk), "sk": .string(sk)] }

    /// A key of one of the other tables.
    static func key(only pk: String) -> Attributes { ["pk": .string(pk)] }

    /// Holds of an item that is not there, or that has been emptied.
    static let hasNoBody = DynamoDB.Expression("attribute_not_exists(#body)", names: ["#body": "body"])

    /// Holds of an item that is not there yet.
    static let isNew = DynamoDB.Expression("attribute_not_exists(#pk)", names: ["#pk": "pk"])
}

extension Tables {
    /// What creates the tables, as CreateTable takes it; the names begin with `${name}`.
    static let description: JSON = .array([
        table(
            "audit",
            keys: ["pk", "sk"],
            indexes: ["byDay": "day", "byNode": "node", "byPermissionSet": "permissionSet", "byUser": "user"]
        ),
        table("heads", keys: ["pk"], indexes: [:]),
        table(
            "sessions",
            keys: ["pk"],
            indexes: [
                "byNode": "node", "byOpen": "open", "byPermissionSet": "permissionSet", "byShard": "shard",
                "byUser": "user",
            ]
        ),
    ])

    private static func table(_ suffix: String, keys: [String], indexes: [String: String]) -> JSON {
        let attributes = Set(keys + indexes.values + (indexes.isEmpty ? [] : ["sort"]))
        let described: [String: JSON] = [
            "AttributeDefinitions": .array(
                attributes.sorted().map { ["AttributeName": .string($0), "AttributeType": "S"] }
            ),
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": schema(keys),
            "TableName": .string("${name}-\(suffix)"),
        ]
        guard !indexes.isEmpty else { return .object(described) }
        let list: JSON = .array(
            indexes.sorted { $0.key < $1.key }.map { name, key in
                [
                    "IndexName": .string(name), "KeySchema": schema([key, "sort"]),
                    "Projection": ["ProjectionType": "ALL"],
                ]
            }
        )
        return .object(described.merging(["GlobalSecondaryIndexes": list]) { $1 })
    }

    private static func schema(_ keys: [String]) -> JSON {
        .array(zip(keys, ["HASH", "RANGE"]).map { ["AttributeName": .string($0), "KeyType": .string($1)] })
    }
}
