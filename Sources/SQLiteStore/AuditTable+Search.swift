internal import SessionCore

extension AuditTable {
    /// One page, newest first.
    func page(_ query: AuditQuery) throws -> AuditPage {
        let (sql, values) = Self.statement(for: query, servedBy: try rarest(of: query))
        let found = try connection.rows(sql, values) { row in
            (record: try Self.record(row), time: try row.integer(5), id: try row.text(6))
        }
        let limit = query.bounded
        let kept = found.prefix(limit)
        guard found.count > limit, let last = kept.last else {
            return AuditPage(records: kept.map(\.record), next: nil)
        }
        guard let id = try? RecordID(last.id) else { throw SQLiteFailure.corrupt }
        return AuditPage(
            records: kept.map(\.record),
            next: AuditCursor(time: Timestamp(milliseconds: last.time), id: id)
        )
    }

    /// The statement that finds one page and, to tell whether it is the last, one record more.
    ///
    /// Of the filters given, only one may choose the index: the one told, or the first in their list. Without statistics, which a log
    /// that only grows would outdate, SQLite could choose the one that leaves most records.
    ///
    /// - Parameters:
    ///   - query: What to look for.
    ///   - leading: The column whose index serves, one of few records; nil for the first that is asked for.
    /// - Returns: The text, and a value for each `?`.
    static func statement(
        for query: AuditQuery,
        servedBy leading: String? = nil
    ) -> (sql: String, values: [SQLValue]) {
        var filter = Filter(servedBy: leading)
        for (column, texts) in filters(of: query) {
            filter.require(column, anyOf: texts, areRare: leading != nil)
        }
        for (field, text) in query.fields.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            filter.add(Self.condition(field), .text(text))
        }
        filter.add("time >= ?", query.since.map { .integer($0.milliseconds) })
        filter.add("time < ?", query.until.map { .integer($0.milliseconds) })
        filter.continue(after: query.cursor, by: "time")
        return filter.page("SELECT \(columns), time, id FROM audit", orderedBy: "time", limit: query.bounded)
    }

    /// The condition that a record's text has what a field asks for; bytes that are no JSON have nothing.
    private static func condition(_ field: AuditField) -> String {
        let text = "CASE WHEN json_valid(CAST(bytes AS TEXT)) THEN CAST(bytes AS TEXT) END"
        let members = field.paths.map { "json_extract(\(text), '$.\($0)')" }
        guard field.isPart else { return "? IN (\(members.joined(separator: ", ")))" }
        // No member has a line break, so that no part goes from one into the next.
        return "instr(\(members.map { "coalesce(\($0), '')" }.joined(separator: " || char(10) || ")), ?) > 0"
    }

    /// The filters given, each a column with an index and the values wanted, those first that are likely to leave the fewest records.
    private static func filters(of query: AuditQuery) -> [(column: String, texts: [String])] {
        let all: [(String, [String]?)] = [
            ("session", query.session.map { [$0.text] }), ("node", query.node.map { [$0.text] }),
            ("user", query.user.map { [$0] }), ("linux_user", query.linuxUser.map { [$0] }),
            ("permission_set", query.permissionSet.map { [$0] }), ("code", query.code.map { [$0] }),
            ("account", query.account.map { [$0.digits] }), ("event", query.events?.map(\.rawValue)),
            ("region", query.region.map { [$0.name] }),
        ]
        return all.compactMap { column, texts in texts.map { (column, $0) } }
    }

    /// So many records are read and sorted in less than the time of a page.
    static let few = 5000

    /// The column that leaves the fewest records, where that is few; nil when none does, or there is no choice.
    ///
    /// No column is counted further than ``few``, so that the choice takes less than what it saves.
    func rarest(of query: AuditQuery) throws -> String? {
        let filters = Self.filters(of: query)
        guard filters.count > 1 || filters.contains(where: { $0.texts.count > 1 }) else { return nil }
        var best: (column: String, count: Int64)?
        for (column, texts) in filters {
            let most = min(best?.count ?? Int64.max, Int64(Self.few))
            let count = try texts.reduce(Int64(0)) { count, text in
                count < most ? try count + counted(column, text, query, upTo: most - count) : count
            }
            if count < most { best = (column, count) }
        }
        return best?.column
    }

    private func counted(_ column: String, _ text: String, _ query: AuditQuery, upTo most: Int64) throws -> Int64 {
        let values: [SQLValue] = [
            .text(text), .integer(query.since?.milliseconds ?? .min), .integer(query.until?.milliseconds ?? .max),
            .integer(most),
        ]
        let counts = try connection.rows(
            "SELECT count(*) FROM (SELECT 1 FROM audit WHERE \(column) = ? AND time >= ? AND time < ? LIMIT ?)",
            values
        ) { try $0.integer(0) }
        return counts.first ?? 0
    }
}

extension AuditQuery {
    /// The limit, within its bounds.
    var bounded: Int { min(max(limit, 1), Self.maximumLimit) }
}
