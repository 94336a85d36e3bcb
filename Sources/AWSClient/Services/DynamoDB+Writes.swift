extension DynamoDB {
    /// One write of a transaction; no two of a transaction may be about one item.
    public struct Write: Sendable, Hashable {
        enum Action: Sendable, Hashable {
            case put(Attributes)
            case update(key: Attributes, Expression)
            case check(key: Attributes)
        }

        let table: String
        let action: Action
        let condition: Expression?

        /// Puts a whole item in its place.
        public static func put(_ item: Attributes, in table: String, if condition: Expression? = nil) -> Write {
            Write(table: table, action: .put(item), condition: condition)
        }

        /// Changes attributes of an item, which begins empty when it is not there.
        ///
        /// - Parameters:
        ///   - key: The item.
        ///   - table: Its table.
        ///   - change: For example `SET #seq = :next`.
        ///   - condition: What must hold of the item as it is; the placeholders differ from those of `change`.
        /// - Returns: The write.
        public static func update(
            _ key: Attributes,
            in table: String,
            _ change: Expression,
            if condition: Expression? = nil
        ) -> Write {
            Write(table: table, action: .update(key: key, change), condition: condition)
        }

        /// Changes nothing, but lets the transaction happen only if the condition holds of an item, or of its not being there.
        public static func check(_ key: Attributes, in table: String, if condition: Expression) -> Write {
            Write(table: table, action: .check(key: key), condition: condition)
        }
    }

    /// Does all of the writes, or none of them.
    ///
    /// A repeated attempt counts as the same one for as long as AWS remembers the token, ten minutes.
    ///
    /// - Parameters:
    ///   - writes: 1 to 100 writes, 4 MB in all.
    ///   - token: 1 to 36 characters that belong to exactly these writes.
    /// - Throws: ``AWSFailure``; with ``AWSFailure/cancellationReasons`` when a condition did not hold or another
    ///   transaction was in the way.
    public func transact(_ writes: [Write], token: String) async throws {
        let input = WriteWire.Transaction(transactItems: writes.map(WriteWire.Item.init), clientRequestToken: token)
        try await send(
            JSONProtocol.call(of: .dynamodb, "TransactWriteItems", repeatable: .always, input: input) {
                (_: WriteWire.Nothing, _) in
            }
        )
    }
}

/// The inputs and outputs as JSON has them.
private enum WriteWire {
    struct Put: Encodable {
        let tableName: String
        let item: Attributes
        let conditionExpression: String?
        let expressionAttributeNames: [String: String]?
        let expressionAttributeValues: Attributes?

        init(tableName: String, item: Attributes, condition: DynamoDB.Expression?) {
            let placeholders = DynamoDB.placeholders(condition)
            self.tableName = tableName
            self.item = item
            conditionExpression = condition?.text
            expressionAttributeNames = placeholders.names
            expressionAttributeValues = placeholders.values
        }

        private enum CodingKeys: String, CodingKey {
            case tableName = "TableName"
            case item = "Item"
            case conditionExpression = "ConditionExpression"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case expressionAttributeValues = "ExpressionAttributeValues"
        }
    }

    struct Update: Encodable {
        let tableName: String
        let key: Attributes
        let updateExpression: String
        let conditionExpression: String?
        let expressionAttributeNames: [String: String]?
        let expressionAttributeValues: Attributes?

        init(tableName: String, key: Attributes, change: DynamoDB.Expression, condition: DynamoDB.Expression?) {
            let placeholders = DynamoDB.placeholders(change, condition)
            self.tableName = tableName
            self.key = key
            updateExpression = change.text
            conditionExpression = condition?.text
            expressionAttributeNames = placeholders.names
            expressionAttributeValues = placeholders.values
        }

        private enum CodingKeys: String, CodingKey {
            case tableName = "TableName"
            case key = "Key"
            case updateExpression = "UpdateExpression"
            case conditionExpression = "ConditionExpression"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case expressionAttributeValues = "ExpressionAttributeValues"
        }
    }

    struct Check: Encodable {
        let tableName: String
        let key: Attributes
        let conditionExpression: String?
        let expressionAttributeNames: [String: String]?
        let expressionAttributeValues: Attributes?

        init(tableName: String, key: Attributes, condition: DynamoDB.Expression?) {
            let placeholders = DynamoDB.placeholders(condition)
            self.tableName = tableName
            self.key = key
            conditionExpression = condition?.text
            expressionAttributeNames = placeholders.names
            expressionAttributeValues = placeholders.values
        }

        private enum CodingKeys: String, CodingKey {
            case tableName = "TableName"
            case key = "Key"
            case conditionExpression = "ConditionExpression"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case expressionAttributeValues = "ExpressionAttributeValues"
        }
    }

    struct Item: Encodable {
        var put: Put?
        var update: Update?
        var check: Check?

        init(_ write: DynamoDB.Write) {
            switch write.action {
            case .put(let item): put = Put(tableName: write.table, item: item, condition: write.condition)
            case .update(let key, let change):
                update = Update(tableName: write.table, key: key, change: change, condition: write.condition)
            case .check(let key): check = Check(tableName: write.table, key: key, condition: write.condition)
            }
        }

        private enum CodingKeys: String, CodingKey {
            case put = "Put"
            case update = "Update"
            case check = "ConditionCheck"
        }
    }

    struct Transaction: Encodable {
        let transactItems: [Item]
        let clientRequestToken: String

        private enum CodingKeys: String, CodingKey {
            case transactItems = "TransactItems"
            case clientRequestToken = "ClientRequestToken"
        }
    }

    struct Nothing: Decodable, Sendable {}
}
