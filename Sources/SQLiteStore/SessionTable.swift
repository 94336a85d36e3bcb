internal import SessionCore

/// The state of each session, as the fold of its records; each call runs on the database's thread.
struct SessionTable {
    let connection: Connection

    /// Puts the state of a session in place of the one before; call within the transaction of the record that changed it.
    func keep(_ session: SessionHistory) throws {
        try connection.run(
            """
            INSERT INTO sessions (id, opened, owner, user, permission_set, node, state, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET opened = excluded.opened, owner = excluded.owner, user = excluded.user,
                permission_set = excluded.permission_set, node = excluded.node, state = excluded.state,
                body = excluded.body
            """,
            [
                .text(session.id.text), .integer(session.opened.milliseconds), .text(session.owner.text),
                .text(session.owner.user), .text(session.permissionSet), .text(session.access.node.text),
                .text(session.state.rawValue), .blob(session.json.canonicalBytes),
            ]
        )
    }

    /// How many of an owner's sessions count towards the limit; once it is reached, no more are counted.
    func countedSessions(of owner: SessionOwner, upTo limit: Int) throws -> Int {
        try connection.rows(
            // The states are those of `SessionHistory.State.counted`, and of the index.
            "SELECT 1 FROM sessions WHERE owner = ? AND state IN ('pending', 'live') LIMIT ?",
            [.text(owner.text), .integer(Int64(max(limit, 0)))]
        ) { _ in }.count
    }

    /// One session as it stands.
    func session(_ id: RecordID) throws -> SessionHistory? {
        try connection.rows("SELECT body FROM sessions WHERE id = ?", [.text(id.text)], read: Self.session).first
    }

    /// One page, newest first.
    func page(_ query: SessionQuery) throws -> SessionPage {
        let (sql, values) = Self.statement(for: query)
        let found = try connection.rows(sql, values, read: Self.session)
        let kept = Array(found.prefix(query.bounded))
        let last = found.count > kept.count ? kept.last : nil
        return SessionPage(sessions: kept, next: last.map { AuditCursor(time: $0.opened, id: $0.id) })
    }

    /// The statement that finds one page and, to tell whether it is the last, one session more.
    static func statement(for query: SessionQuery) -> (sql: String, values: [SQLValue]) {
        var filter = Filter()
        filter.require("owner", query.owner.map { .text($0.text) })
        // Sessions end, so few stand in these states at any time.
        let areRare = query.states.map { $0.isSubset(of: SessionHistory.State.mayRun) } ?? false
        if areRare { filter.require("state", anyOf: query.states?.map(\.rawValue), areRare: true) }
        filter.require("node", query.node.map { .text($0.text) })
        filter.require("user", query.user.map(SQLValue.text))
        filter.require("permission_set", query.permissionSet.map(SQLValue.text))
        if !areRare { filter.require("state", anyOf: query.states?.map(\.rawValue)) }
        filter.add("opened < ?", query.openedBefore.map { .integer($0.milliseconds) })
        filter.continue(after: query.cursor, by: "opened")
        return filter.page("SELECT body FROM sessions", orderedBy: "opened", limit: query.bounded)
    }

    /// Makes one session anew from its records; call within a transaction.
    ///
    /// - Returns: Whether it was another.
    func rebuild(_ id: RecordID) throws -> Bool {
        guard let told = SessionHistory(records: try AuditTable(connection: connection).session(id)) else {
            return false
        }
        // A state that cannot be read is not the one that the records tell.
        guard (try? session(id)) != told else { return false }
        try keep(told)
        return true
    }

    /// Makes the whole table anew from the records; call within a transaction.
    func rebuild() throws {
        try connection.run("DELETE FROM sessions")
        var records: [AuditRecord] = []
        func keepLast() throws {
            if let session = SessionHistory(records: records) { try keep(session) }
            records = []
        }
        try connection.forEach(
            "SELECT \(AuditTable.columns) FROM audit WHERE session IS NOT NULL ORDER BY session, time, position"
        ) { row in
            guard let record = try AuditTable.record(row).record else { throw SQLiteFailure.corrupt }
            if record.session != records.last?.session { try keepLast() }
            records.append(record)
        }
        try keepLast()
    }

    private static func session(_ row: Row) throws -> SessionHistory {
        guard let json = try? JSON(parsing: try row.blob(0)), let session = SessionHistory(json: json) else {
            throw SQLiteFailure.corrupt
        }
        return session
    }
}

extension SessionQuery {
    /// The limit, within its bounds.
    var bounded: Int { min(max(limit, 1), Self.maximumLimit) }
}
