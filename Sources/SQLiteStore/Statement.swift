internal import CSQLite

/// A value that goes into a statement.
enum SQLValue: Sendable, Hashable {
    case integer(Int64)
    case text(String)
    case blob([UInt8])
    case null

    /// Text, or null when there is none.
    static func optional(_ text: String?) -> SQLValue { text.map(SQLValue.text) ?? .null }
}

/// A prepared statement; finalised when it is let go.
final class Statement {
    fileprivate let handle: OpaquePointer

    /// Compiles the first statement of a text.
    init(_ sql: String, on connection: OpaquePointer) throws {
        var compiled: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &compiled, nil)
        guard code == SQLITE_OK, let compiled else { throw SQLiteFailure(code: code) }
        handle = compiled
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Runs the statement once, from binding to reset.
    ///
    /// - Parameters:
    ///   - values: One for each `?`, in order.
    ///   - read: Turns each row into a value.
    /// - Returns: The values, in the rows' order.
    /// - Throws: ``SQLiteFailure``, or what `read` throws.
    func run<Value>(_ values: [SQLValue], read: (Row) throws -> Value) throws -> [Value] {
        var results: [Value] = []
        try walk(values) { row in
            results.append(try read(row))
            return true
        }
        return results
    }

    /// Runs the statement once and takes its rows one by one.
    ///
    /// - Parameters:
    ///   - values: One for each `?`, in order.
    ///   - take: Gets each row, and says whether to go on.
    /// - Throws: ``SQLiteFailure``, or what `take` throws.
    func walk(_ values: [SQLValue], take: (Row) throws -> Bool) throws {
        defer {
            // The reset repeats the step's error, which has been thrown already.
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        precondition(values.count == Int(sqlite3_bind_parameter_count(handle)), "one value for each parameter")
        for (index, value) in zip(Int32(1)..., values) { try bind(value, at: index) }
        while true {
            let code = sqlite3_step(handle)
            switch code {
            case SQLITE_ROW: guard try take(Row(statement: self)) else { return }
            case SQLITE_DONE: return
            default: throw SQLiteFailure(code: code)
            }
        }
    }

    private func bind(_ value: SQLValue, at index: Int32) throws {
        let code: Int32
        switch value {
        case .integer(let number): code = sqlite3_bind_int64(handle, index, number)
        case .null: code = sqlite3_bind_null(handle, index)
        case .blob(let bytes):
            code = bytes.withUnsafeBytes { csqlite_bind_blob(handle, index, $0.baseAddress, Int32($0.count)) }
        case .text(let text):
            var text = text
            code = text.withUTF8 { buffer in
                buffer.withMemoryRebound(to: CChar.self) {
                    csqlite_bind_text(handle, index, $0.baseAddress, Int32($0.count))
                }
            }
        }
        guard code == SQLITE_OK else { throw SQLiteFailure(code: code) }
    }
}

/// The row that a statement stands on; good only while it is being read.
struct Row {
    fileprivate let statement: Statement

    /// A whole number; any other type means that this program did not write the row.
    func integer(_ column: Int32) throws -> Int64 {
        guard sqlite3_column_type(statement.handle, column) == SQLITE_INTEGER else { throw SQLiteFailure.corrupt }
        return sqlite3_column_int64(statement.handle, column)
    }

    /// Text.
    func text(_ column: Int32) throws -> String {
        guard sqlite3_column_type(statement.handle, column) == SQLITE_TEXT,
            let start = sqlite3_column_text(statement.handle, column),
            let text = String(
                validating: UnsafeBufferPointer(
                    start: start,
                    count: Int(sqlite3_column_bytes(statement.handle, column))
                ),
                as: UTF8.self
            )
        else { throw SQLiteFailure.corrupt }
        return text
    }

    /// Bytes.
    func blob(_ column: Int32) throws -> [UInt8] {
        guard sqlite3_column_type(statement.handle, column) == SQLITE_BLOB else { throw SQLiteFailure.corrupt }
        let count = Int(sqlite3_column_bytes(statement.handle, column))
        guard count > 0, let start = sqlite3_column_blob(statement.handle, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Bytes where they lie; of any type but a blob nil.
    func borrowedBlob(_ column: Int32) -> UnsafeRawBufferPointer? {
        guard sqlite3_column_type(statement.handle, column) == SQLITE_BLOB else { return nil }
        let start = sqlite3_column_blob(statement.handle, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement.handle, column)))
    }

    /// Text where it lies, in UTF-8 that nobody has checked; of any other type nil.
    func borrowedText(_ column: Int32) -> UnsafeBufferPointer<UInt8>? {
        guard sqlite3_column_type(statement.handle, column) == SQLITE_TEXT else { return nil }
        let start = sqlite3_column_text(statement.handle, column)
        return UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement.handle, column)))
    }

    /// Whether the column has no value.
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement.handle, column) == SQLITE_NULL }
}
