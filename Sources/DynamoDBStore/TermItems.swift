internal import AWSClient
internal import SessionCore

extension AppendTerms {
    /// What tells the writes of these terms from those of others.
    var identity: [String] {
        [
            limit.map { "\($0.maximum)" } ?? "-", unlessBlocked.map(\.text).joined(separator: " "),
            publishing.map { Tables.digest($0.json.canonicalText) } ?? "-", blocking.map(\.identity) ?? "-",
        ]
    }
}

extension BlockChange {
    fileprivate var identity: String {
        switch self {
        case .block(let block): block.json.canonicalText
        case .unblock(let key): key.text
        }
    }

    /// Puts the block in its item, or empties it: whoever may only put and update can do both.
    func write(to table: String) -> DynamoDB.Write {
        switch self {
        case .block(let block):
            var item = Tables.key(only: Tables.block(block.key))
            item["body"] = .bytes(block.json.canonicalBytes)
            item["shard"] = .string(Tables.blocks)
            item["sort"] = .string(Tables.indexKey(block.key.text))
            return .put(item, in: table)
        case .unblock(let key):
            return .update(
                Tables.key(only: Tables.block(key)),
                in: table,
                DynamoDB.Expression(
                    "REMOVE #body, #shard, #sort",
                    names: ["#body": "body", "#shard": "shard", "#sort": "sort"]
                )
            )
        }
    }
}

extension Block {
    /// Reads an item of the sessions table; nil when the block is no longer in force.
    static func read(_ item: Attributes) throws -> Block? {
        guard let body = item["body"] else { return nil }
        guard let block = body.blob.flatMap({ try? JSON(parsing: $0) }).flatMap(Block.init(json:)) else {
            throw Inconsistent(description: "a block cannot be read")
        }
        return block
    }
}

extension RoleMapVersion {
    /// The item in the audit table.
    var item: Attributes {
        var item = Tables.key(Tables.map, Tables.version(number))
        item["body"] = .bytes(json.canonicalBytes)
        return item
    }

    /// Reads an item of the audit table.
    init(item: Attributes) throws(RoleMapDamage) {
        let number = item["sk"]?.text.flatMap { Int64($0) }
        guard let version = item["body"]?.blob.flatMap({ try? JSON(parsing: $0) }).flatMap(RoleMapVersion.init(json:)),
            version.number == number
        else { throw RoleMapDamage(number, "what is kept of it cannot be read") }
        self = version
    }
}

extension RoleMapPointer {
    /// Reads the item in the heads table.
    init(item: Attributes) throws(RoleMapDamage) {
        guard let pointer = item["body"]?.blob.flatMap({ try? JSON(parsing: $0) }).flatMap(RoleMapPointer.init(json:)),
            pointer.number == item["number"]?.integer
        else { throw RoleMapDamage(nil, "the pointer to the current version cannot be read") }
        self = pointer
    }

    /// Moves the pointer here from the version before; makes it for the first.
    func move(in table: String) -> DynamoDB.Write {
        .update(
            Tables.key(only: Tables.map),
            in: table,
            DynamoDB.Expression(
                "SET #number = :number, #body = :body",
                names: ["#number": "number", "#body": "body"],
                values: [":number": .number(number), ":body": .bytes(json.canonicalBytes)]
            ),
            if: number == 1
                ? Tables.isNew
                : DynamoDB.Expression("#number = :before", values: [":before": .number(number - 1)])
        )
    }
}

extension RolloutPlace {
    /// The item in the sessions table.
    var item: Attributes {
        var item = Tables.key(only: Tables.place(cursor))
        item["body"] = .bytes(json.canonicalBytes)
        item["shard"] = .string(Tables.places)
        item["sort"] = .string(cursor.text)
        item["number"] = .number(number)
        return item
    }

    /// Puts the item, unless what is kept of the place is of a newer version of the map.
    ///
    /// An item without a number is from before there was this condition.
    func write(to table: String) -> DynamoDB.Write {
        .put(
            item,
            in: table,
            if: DynamoDB.Expression(
                "attribute_not_exists(#number) OR #number <= :number",
                names: ["#number": "number"],
                values: [":number": .number(number)]
            )
        )
    }

    /// Reads an item of the sessions table.
    init(item: Attributes) throws {
        guard let place = item["body"]?.blob.flatMap({ try? JSON(parsing: $0) }).flatMap(RolloutPlace.init(json:))
        else {
            throw Inconsistent(description: "a place of the rollout cannot be read")
        }
        self = place
    }
}
