internal import SessionCore

/// The conditions of one search, put together so that one index serves it.
struct Filter {
    private var conditions: [String] = []
    private var values: [SQLValue] = []
    private var isServed = false
    /// The only column whose index may serve; nil for that of the first condition.
    private let leading: String?

    /// Begins without conditions.
    ///
    /// - Parameter leading: The column whose index serves, once it is asked for; nil for the first one that is.
    init(servedBy leading: String? = nil) {
        self.leading = leading
    }

    /// Asks for a value in a column that has an index; nil asks for nothing.
    ///
    /// One such condition may use its index. The `+` keeps the indexes of the others from being chosen.
    mutating func require(_ column: String, _ value: SQLValue?) {
        guard let value else { return }
        conditions.append("\(mayServe(column) ? "" : "+")\(column) = ?")
        values.append(value)
    }

    /// Asks for any of some values in a column that has an index; nil asks for nothing.
    ///
    /// With several values the index gives no order, so it serves only where few rows have them.
    mutating func require(_ column: String, anyOf texts: [String]?, areRare: Bool = false) {
        guard let texts else { return }
        if texts.count == 1 { return require(column, .text(texts[0])) }
        let places = texts.map { _ in "?" }.joined(separator: ", ")
        conditions.append("\(areRare && mayServe(column) ? "" : "+")\(column) IN (\(places))")
        values += texts.sorted().map(SQLValue.text)
    }

    private mutating func mayServe(_ column: String) -> Bool {
        guard !isServed, leading == nil || leading == column else { return false }
        isServed = true
        return true
    }

    /// Adds a condition with one `?`; nil adds none.
    mutating func add(_ condition: String, _ value: SQLValue?) {
        guard let value else { return }
        conditions.append(condition)
        values.append(value)
    }

    /// Goes on where a page ended.
    mutating func `continue`(after cursor: AuditCursor?, by time: String) {
        guard let cursor else { return }
        conditions.append("(\(time), id) < (?, ?)")
        values += [.integer(cursor.time.milliseconds), .text(cursor.id.text)]
    }

    /// The statement that gives one page, newest first, and one row more.
    func page(_ selection: String, orderedBy time: String, limit: Int) -> (sql: String, values: [SQLValue]) {
        let clause = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        return ("\(selection)\(clause) ORDER BY \(time) DESC, id DESC LIMIT ?", values + [.integer(Int64(limit) + 1)])
    }
}
