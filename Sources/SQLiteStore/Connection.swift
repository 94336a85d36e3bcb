internal import CSQLite

/// One connection to a database file; closed when it is let go.
///
/// It is used by one thread at a time; only ``interrupt()`` may come from another.
final class Connection {
    private let handle: OpaquePointer
    private var statements: [String: Statement] = [:]

    /// Opens a file that exists.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - busyMilliseconds: How long to wait for another process that writes.
    ///   - mayWrite: Whether the file is opened for writing too.
    /// - Throws: ``SQLiteFailure/cannotOpen`` and the like; what the file holds is not read yet.
    init(path: String, busyMilliseconds: Int32, mayWrite: Bool = true) throws {
        var opened: OpaquePointer?
        // Without SQLite's own mutex: the queue above keeps threads apart.
        let access = mayWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY
        let flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            sqlite3_close_v2(opened)
            throw SQLiteFailure(code: code)
        }
        handle = opened
        wait(milliseconds: busyMilliseconds)
    }

    /// Sets how long to wait for another process that writes.
    func wait(milliseconds: Int32) {
        sqlite3_busy_timeout(handle, milliseconds)
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// Whether SQLite fell back to reading, as it does silently when the file cannot be written.
    var isReadOnly: Bool { sqlite3_db_readonly(handle, "main") != 0 }

    /// Makes the statement that is running fail as interrupted; does nothing when none is.
    func interrupt() { sqlite3_interrupt(handle) }

    /// Runs any number of statements that take and give nothing.
    func execute(_ sql: String) throws {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw SQLiteFailure(code: code) }
    }

    /// Runs one statement, compiled once for the connection's life.
    ///
    /// - Parameters:
    ///   - sql: The text; one of a fixed few, never built from input.
    ///   - values: One for each `?`.
    ///   - read: Turns each row into a value.
    /// - Returns: The values, in the rows' order.
    /// - Throws: ``SQLiteFailure``, or what `read` throws.
    func rows<Value>(_ sql: String, _ values: [SQLValue] = [], read: (Row) throws -> Value) throws -> [Value] {
        try statement(sql).run(values, read: read)
    }

    /// Runs one statement and takes its rows one by one, however many there are.
    func forEach(_ sql: String, _ values: [SQLValue] = [], read: (Row) throws -> Void) throws {
        try walk(sql, values) { row in
            try read(row)
            return true
        }
    }

    /// Runs one statement and takes its rows one by one, as long as `take` says so.
    func walk(_ sql: String, _ values: [SQLValue] = [], take: (Row) throws -> Bool) throws {
        try statement(sql).walk(values, take: take)
    }

    private func statement(_ sql: String) throws -> Statement {
        if let known = statements[sql] { return known }
        let made = try Statement(sql, on: handle)
        statements[sql] = made
        return made
    }

    /// Runs one statement that gives no rows.
    func run(_ sql: String, _ values: [SQLValue] = []) throws {
        _ = try rows(sql, values) { _ in }
    }

    /// Does several things or none, holding the only writer's lock from the beginning.
    func transaction<Value>(_ body: () throws -> Value) throws -> Value {
        try execute("BEGIN IMMEDIATE")
        do {
            let value = try body()
            try execute("COMMIT")
            return value
        } catch {
            // SQLite has rolled back by itself after a full disk and the like; the error to report is the first one.
            try? execute("ROLLBACK")
            throw error
        }
    }

    /// Reads several things as they stood at one moment.
    func snapshot<Value>(_ body: () throws -> Value) throws -> Value {
        try execute("BEGIN")
        // Nothing was changed: there is nothing to lose.
        defer { try? execute("COMMIT") }
        return try body()
    }
}
