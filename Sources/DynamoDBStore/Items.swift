internal import AWSClient
internal import SessionCore

/// A table holds what this program does not write, or lacks what it always writes.
struct Inconsistent: Error, CustomStringConvertible {
    /// What is wrong, without any of the contents.
    let description: String
}

extension ChainedRecord {
    /// The item in the audit table.
    func item(of record: AuditRecord) -> Attributes {
        var item = Tables.key(Tables.chain(chain), Tables.padded(sequence))
        item["previous"] = .bytes(previous)
        item["hash"] = .bytes(hash)
        item["bytes"] = .bytes(bytes)
        item["sort"] = .string(Tables.sort(record.time, record.id))
        item["day"] = .string("\(Tables.day(record.time))#\(Tables.shard(record.id))")
        item["user"] = (record.caller?.owner.user).map { .string(Tables.indexKey($0)) }
        item["permissionSet"] = (record.caller?.permissionSet).map { .string(Tables.indexKey($0)) }
        item["node"] = (record.access?.node).map { .string($0.text) }
        return item
    }

    /// Reads an item of the audit table.
    init(item: Attributes) throws {
        guard let chain = item["pk"]?.text?.split(separator: "#").last.flatMap({ Int($0) }),
            let sequence = item["sk"]?.text.flatMap({ Int64($0) }), let previous = item["previous"]?.blob,
            let hash = item["hash"]?.blob, let bytes = item["bytes"]?.blob
        else { throw Inconsistent(description: "an item of the audit table is no record") }
        self.init(chain: chain, sequence: sequence, previous: previous, hash: hash, bytes: bytes)
    }

    /// The record in the bytes.
    func readRecord() throws -> AuditRecord {
        guard let record else { throw Inconsistent(description: "the bytes of a record cannot be read") }
        return record
    }
}

extension ChainHead {
    /// Reads an item of the heads table.
    init(item: Attributes) throws {
        guard let chain = item["pk"]?.text?.split(separator: "#").last.flatMap({ Int($0) }),
            let sequence = item["seq"]?.integer, let hash = item["hash"]?.blob
        else { throw Inconsistent(description: "an item of the heads table is no head") }
        self.init(chain: chain, sequence: sequence, hash: hash)
    }

    /// Moves a head to a record, from where it was seen to stand; nil makes it.
    static func move(from head: ChainHead?, to next: ChainedRecord, in table: String) -> DynamoDB.Write {
        let change = DynamoDB.Expression(
            "SET #seq = :next, #hash = :hash",
            names: ["#seq": "seq", "#hash": "hash"],
            values: [":next": .number(next.sequence), ":hash": .bytes(next.hash)]
        )
        let condition = head.map { head in
            DynamoDB.Expression(
                "#seq = :seen AND #hash = :previous",
                values: [":seen": .number(head.sequence), ":previous": .bytes(head.hash)]
            )
        }
        return .update(
            Tables.key(only: Tables.chain(next.chain)),
            in: table,
            change,
            if: condition ?? Tables.isNew
        )
    }
}

/// A session's item in the sessions table.
struct SessionItem: Sendable {
    /// How many of its records there are.
    var revision: Int64
    /// The session as it stands; nil before its intent.
    var session: SessionHistory?

    /// A session without records.
    static let none = SessionItem(revision: 0, session: nil)

    init(revision: Int64, session: SessionHistory?) {
        self.revision = revision
        self.session = session
    }

    /// Reads an item of the sessions table.
    init(item: Attributes) throws {
        guard let revision = item["revision"]?.integer else {
            throw Inconsistent(description: "an item of the sessions table is no session")
        }
        self.revision = revision
        session = try item["body"].map { body in
            guard let session = body.blob.flatMap({ try? JSON(parsing: $0) }).flatMap(SessionHistory.init(json:)) else {
                throw Inconsistent(description: "the state of a session cannot be read")
            }
            return session
        }
    }

    /// Whether it counts towards its owner's limit.
    var isCounted: Bool { session.map { SessionHistory.State.counted.contains($0.state) } ?? false }

    /// The item.
    func item(id: RecordID) -> Attributes {
        var item = Tables.key(only: Tables.session(id))
        item["revision"] = .number(revision)
        guard let session else { return item }
        item["body"] = .bytes(session.json.canonicalBytes)
        item["sort"] = .string(Tables.sort(session.opened, session.id))
        item["user"] = .string(Tables.indexKey(session.owner.user))
        item["permissionSet"] = .string(Tables.indexKey(session.permissionSet))
        item["node"] = .string(session.access.node.text)
        item["shard"] = .string(Tables.shard(session.id))
        if session.mayRun { item["open"] = item["shard"] }
        return item
    }

    /// Puts this in the place of an item that was seen with one record less.
    func write(id: RecordID, to table: String) -> DynamoDB.Write {
        let condition =
            revision == 1
            ? Tables.isNew
            : DynamoDB.Expression(
                "#revision = :seen",
                names: ["#revision": "revision"],
                values: [":seen": .number(revision - 1)]
            )
        return .put(item(id: id), in: table, if: condition)
    }
}
