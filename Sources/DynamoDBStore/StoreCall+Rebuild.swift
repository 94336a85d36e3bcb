internal import AWSClient
internal import Logging
internal import SessionCore

extension StoreCall {
    /// Puts what the records of a session come to in the place of its item.
    ///
    /// Whoever appends meanwhile changes the item's revision and so wins; what they append is then read with the rest.
    ///
    /// - Returns: Whether the item was another.
    func rebuild(_ id: RecordID) async throws -> Bool {
        for attempt in 1... {
            let key = Tables.key(only: Tables.session(id))
            let item = try await dynamodb.item(key, in: tables.sessions)
            // An item whose session cannot be read counts for nothing, and its revision is all that is needed of it.
            let seen = item.map { (try? SessionItem(item: $0)) ?? SessionItem(unreadable: $0) }
            let records = try await sessionRecords(id).map { try $0.readRecord() }
            guard let told = SessionHistory(records: records), seen?.session != told else { return false }
            let before = seen ?? .none
            let after = SessionItem(revision: max(before.revision + 1, Int64(records.count)), session: told)
            var writes = [after.replacing(seen, id: id, in: tables.sessions)]
            let change = (after.isCounted ? 1 : 0) - (before.isCounted ? 1 : 0)
            if change != 0 { writes.append(Self.counting(change, for: told.owner, in: tables.sessions)) }
            let token = Self.token(["rebuild", id.text, "\(before.revision)", "\(after.revision)", "\(change)"])
            do {
                try await dynamodb.transact(writes, token: token)
                return true
            } catch let failure as AWSFailure where !failure.cancellationReasons.isEmpty {
                client.logger.debug("session rebuild again", metadata: ["attempt": "\(attempt)"])
            }
            try await pause(after: attempt)
        }
        preconditionFailure("the loop above ends by returning or throwing")
    }

    private static func counting(_ change: Int, for owner: SessionOwner, in table: String) -> DynamoDB.Write {
        .update(
            Tables.key(only: Tables.owner(owner)),
            in: table,
            DynamoDB.Expression(
                "ADD #count :change",
                names: ["#count": "count"],
                values: [":change": .number(Int64(change))]
            ),
            if: nil
        )
    }
}

extension SessionItem {
    /// What is left of an item whose session cannot be read: nothing but how often it was written.
    fileprivate init(unreadable item: Attributes) {
        self.init(revision: item["revision"]?.integer ?? 0, session: nil)
    }

    /// Puts this in the place of an item as it was seen; nil where there was none.
    fileprivate func replacing(_ seen: SessionItem?, id: RecordID, in table: String) -> DynamoDB.Write {
        let condition = seen.map { seen in
            DynamoDB.Expression(
                "#revision = :seen",
                names: ["#revision": "revision"],
                values: [":seen": .number(seen.revision)]
            )
        }
        return .put(item(id: id), in: table, if: condition ?? Tables.isNew)
    }
}
