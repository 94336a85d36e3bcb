extension DynamoDB {
    /// Reads one item as it is after every write that was acknowledged before.
    ///
    /// - Returns: The item; nil when there is none.
    public func item(_ key: Attributes, in table: String) async throws -> Attributes? {
        let input = ReadWire.Get(tableName: table, key: key, consistentRead: true)
        return try await send(
            JSONProtocol.call(of: .dynamodb, "GetItem", repeatable: .always, input: input) { (wire: ReadWire.Got, _) in
                wire.item
            }
        )
    }

    /// Reads many items, each as it is after every write that was acknowledged before; not one moment's picture of all of them.
    ///
    /// - Parameter keys: By table, at most 100 in all, none twice.
    /// - Returns: What is there, by table, in no order.
    /// - Throws: ``AWSFailure``.
    public func items(_ keys: [String: [Attributes]]) async throws -> [String: [Attributes]] {
        var found: [String: [Attributes]] = [:]
        var left = keys.filter { !$0.value.isEmpty }.mapValues { ReadWire.Keys(keys: $0, consistentRead: true) }
        // What does not fit in one answer of 16 MB, or is throttled, comes back to be asked for again.
        var attempt = 0
        while !left.isEmpty {
            if attempt > 0 {
                try await pause(
                    client.retries.wait(afterAttempt: attempt, isThrottled: true, random: client.random())
                )
            }
            attempt += 1
            let answer = try await send(
                JSONProtocol.call(
                    of: .dynamodb,
                    "BatchGetItem",
                    repeatable: .always,
                    input: ReadWire.Batch(requestItems: left)
                ) { (wire: ReadWire.Batched, _) in wire }
            )
            found.merge(answer.responses ?? [:]) { $0 + $1 }
            left = (answer.unprocessed ?? [:]).filter { !$0.value.keys.isEmpty }
        }
        return found
    }

    private func pause(_ milliseconds: Int) async throws {
        do {
            try await client.sleep(milliseconds)
        } catch {
            throw AWSFailure(
                .cancelled,
                service: .dynamodb,
                operation: "BatchGetItem",
                message: "cancelled between two attempts",
                outcomeUnknown: false
            )
        }
    }

    /// What to look for in one partition of a table or index.
    public struct Query: Sendable, Hashable {
        /// The table.
        public var table: String
        /// The index; nil for the table itself.
        public var index: String?
        /// The partition, and which part of it.
        public var condition: Expression
        /// What else must hold; items are read and counted all the same.
        public var filter: Expression?
        /// Whether the items come by ascending sort key.
        public var isAscending = true
        /// Whether every write that was acknowledged before must show; an index cannot promise it.
        public var isConsistent = false
        /// How many items are read at most, 1 or more; nil for as many as fit in 1 MB.
        public var limit: Int?
        /// After which item to go on; nil for the beginning.
        public var start: Attributes?

        /// Makes a query.
        public init(table: String, index: String? = nil, condition: Expression) {
            self.table = table
            self.index = index
            self.condition = condition
        }
    }

    /// Some items in the order of their sort keys.
    public struct Page: Sendable, Hashable {
        /// The items.
        public let items: [Attributes]
        /// Where to go on; nil when nothing is left.
        public let next: Attributes?
    }

    /// Reads one page of a partition.
    public func page(_ query: Query) async throws -> Page {
        let placeholders = Self.placeholders(query.condition, query.filter)
        let input = ReadWire.Query(
            tableName: query.table,
            indexName: query.index,
            keyConditionExpression: query.condition.text,
            filterExpression: query.filter?.text,
            expressionAttributeNames: placeholders.names,
            expressionAttributeValues: placeholders.values,
            scanIndexForward: query.isAscending,
            consistentRead: query.isConsistent,
            limit: query.limit,
            exclusiveStartKey: query.start
        )
        return try await send(
            JSONProtocol.call(of: .dynamodb, "Query", repeatable: .always, input: input) { (wire: ReadWire.Found, _) in
                guard let items = wire.items else { throw BrokenOutput(part: "Items") }
                return Page(items: items, next: wire.lastEvaluatedKey.flatMap { $0.isEmpty ? nil : $0 })
            }
        )
    }
}

/// The inputs and outputs as JSON has them.
private enum ReadWire {
    struct Get: Encodable {
        let tableName: String
        let key: Attributes
        let consistentRead: Bool

        private enum CodingKeys: String, CodingKey {
            case tableName = "TableName"
            case key = "Key"
            case consistentRead = "ConsistentRead"
        }
    }

    struct Got: Decodable {
        let item: Attributes?

        private enum CodingKeys: String, CodingKey {
            case item = "Item"
        }
    }

    struct Keys: Codable {
        let keys: [Attributes]
        let consistentRead: Bool?

        private enum CodingKeys: String, CodingKey {
            case keys = "Keys"
            case consistentRead = "ConsistentRead"
        }
    }

    struct Batch: Encodable {
        let requestItems: [String: Keys]

        private enum CodingKeys: String, CodingKey {
            case requestItems = "RequestItems"
        }
    }

    struct Batched: Decodable {
        let responses: [String: [Attributes]]?
        let unprocessed: [String: Keys]?

        private enum CodingKeys: String, CodingKey {
            case responses = "Responses"
            case unprocessed = "UnprocessedKeys"
        }
    }

    struct Query: Encodable {
        let tableName: String
        let indexName: String?
        let keyConditionExpression: String
        let filterExpression: String?
        let expressionAttributeNames: [String: String]?
        let expressionAttributeValues: Attributes?
        let scanIndexForward: Bool
        let consistentRead: Bool
        let limit: Int?
        let exclusiveStartKey: Attributes?

        private enum CodingKeys: String, CodingKey {
            case tableName = "TableName"
            case indexName = "IndexName"
            case keyConditionExpression = "KeyConditionExpression"
            case filterExpression = "FilterExpression"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case expressionAttributeValues = "ExpressionAttributeValues"
            case scanIndexForward = "ScanIndexForward"
            case consistentRead = "ConsistentRead"
            case limit = "Limit"
            case exclusiveStartKey = "ExclusiveStartKey"
        }
    }

    struct Found: Decodable {
        let items: [Attributes]?
        let lastEvaluatedKey: Attributes?

        private enum CodingKeys: String, CodingKey {
            case items = "Items"
            case lastEvaluatedKey = "LastEvaluatedKey"
        }
    }
}
