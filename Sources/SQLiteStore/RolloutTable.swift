internal import SessionCore

/// Where each place of the rollout stands; each call runs on the database's thread.
struct RolloutTable {
    let connection: Connection

    /// Keeps places in place of what was kept of them before, unless that is of a newer version of the map; call within a transaction.
    func keep(_ places: [RolloutPlace]) throws {
        for place in places {
            try connection.run(
                """
                INSERT INTO rollout (place, account, region, number, state, body) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (place) DO UPDATE SET number = excluded.number, state = excluded.state, body = excluded.body
                WHERE rollout.number <= excluded.number
                """,
                [
                    .text(place.cursor.text), .text(place.account.digits), .text(place.region.name),
                    .integer(place.number), .text(place.state.rawValue), .blob(place.json.canonicalBytes),
                ]
            )
        }
    }

    /// One page, by account and Region.
    func page(_ query: RolloutQuery) throws -> RolloutPage {
        var conditions = ["place > ?"]
        var values: [SQLValue] = [.text(query.cursor?.text ?? "")]
        func require(_ condition: String, _ value: SQLValue?) {
            guard let value else { return }
            conditions.append(condition)
            values.append(value)
        }
        require("account = ?", query.account.map { .text($0.digits) })
        require("region = ?", query.region.map { .text($0.name) })
        require("number < ?", query.olderThan.map(SQLValue.integer))
        require("number >= ?", query.from.map(SQLValue.integer))
        if let states = query.states {
            // An empty set finds nothing, as it should.
            conditions.append("state IN (\(states.map { _ in "?" }.joined(separator: ", ")))")
            values += states.map { .text($0.rawValue) }
        }
        let limit = min(max(query.limit, 1), RolloutQuery.maximumLimit)
        let found = try connection.rows(
            "SELECT body FROM rollout WHERE \(conditions.joined(separator: " AND ")) ORDER BY place LIMIT ?",
            values + [.integer(Int64(limit + 1))],
            read: Self.place
        )
        let kept = Array(found.prefix(limit))
        return RolloutPage(places: kept, next: found.count > limit ? kept.last?.cursor : nil)
    }

    private static func place(_ row: Row) throws -> RolloutPlace {
        guard let json = try? JSON(parsing: try row.blob(0)), let place = RolloutPlace(json: json) else {
            throw SQLiteFailure.corrupt
        }
        return place
    }
}
