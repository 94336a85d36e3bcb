internal import SessionCore

extension AuditTable {
    /// One page, newest first.
    func page(_ query: AuditQuery) throws -> AuditPage {
        let (sql, values) = Self.statement(for: query)
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
    /// Of the filters given, only the first in this list may choose the index: the one that is likely to leave the fewest records.
    /// Without statistics, which a log that only grows would outdate, SQLite could choose the one that leaves most of them.
    static func statement(for query: AuditQuery) -> (sql: String, values: [SQLValue]) {
        var filter = Filter()
        filter.require("session", query.session.map { .text($0.text) })
        filter.require("node", query.node.map { .text($0.text) })
        filter.require("user", query.user.map(SQLValue.text))
        filter.require("linux_user", query.linuxUser.map(SQLValue.text))
        filter.require("permission_set", query.permissionSet.map(SQLValue.text))
        filter.require("code", query.code.map(SQLValue.text))
        filter.require("account", query.account.map { .text($0.digits) })
        filter.require("event", anyOf: query.events?.map(\.rawValue))
        filter.require("region", query.region.map { .text($0.name) })
        filter.add("time >= ?", query.since.map { .integer($0.milliseconds) })
        filter.add("time < ?", query.until.map { .integer($0.milliseconds) })
        filter.continue(after: query.cursor, by: "time")
        return filter.page("SELECT \(columns), time, id FROM audit", orderedBy: "time", limit: query.bounded)
    }
}

extension AuditQuery {
    /// The limit, within its bounds.
    var bounded: Int { min(max(limit, 1), Self.maximumLimit) }
}
