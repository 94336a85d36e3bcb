internal import CSQLite

/// Why the database did not do what was asked; it holds no value of a record.
public enum SQLiteFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The path names no file that can be opened or made.
    case cannotOpen
    /// The path names something that is no regular file.
    case notAFile
    /// The file is others' to read or write, and its mode cannot be changed to 0600.
    case permissions
    /// The file holds something else than an SQLite database.
    case notADatabase
    /// The file is a database of another program.
    case foreign
    /// A newer version of this program has made or changed the file.
    case newerSchema(found: Int64, known: Int64)
    /// An older version of this program has made the file, which is only being read.
    case olderSchema(found: Int64, known: Int64)
    /// The file is the copy of another log; the text is where that came from.
    case otherSource(String)
    /// A record is of a kind that only a newer version of this program knows.
    case newerRecord
    /// The file system takes no write-ahead log; the text is the journal mode it has instead.
    case journal(String)
    /// The file's pages, or a column in them, are not what SQLite or this program wrote.
    case corrupt
    /// The chains and their heads do not fit together.
    case inconsistent
    /// The file, or the file system, cannot be written.
    case readOnly
    /// The disk, or the quota, is full.
    case full
    /// Another process holds the database for longer than can be waited.
    case locked
    /// The operating system reported an error; SQLite's extended code.
    case inputOutput(Int32)
    /// The time allowed ran out; a change may have been made or not.
    case timedOut
    /// Anything else; SQLite's extended code.
    case other(Int32)

    /// One line for the log.
    public var description: String {
        switch self {
        case .cannotOpen: "the database file cannot be opened or made"
        case .notAFile: "the database path is no regular file"
        case .permissions: "the database file is open to others, and its mode cannot be changed to 0600"
        case .notADatabase: "the file is not an SQLite database"
        case .foreign: "the file is another program's database"
        case .newerSchema(let found, let known):
            "the database has schema version \(found), made by a newer program; this one knows \(known)"
        case .olderSchema(let found, let known):
            "the database has schema version \(found), made by an older program; this one reads \(known)"
        case .otherSource(let source): "the file is a copy of another log, \(source)"
        case .newerRecord: "a record is of a kind that this version does not know"
        case .journal(let mode): "the file system takes no write-ahead log (journal mode \(mode))"
        case .corrupt: "the database is damaged"
        case .inconsistent: "the audit chains and their heads do not fit together"
        case .readOnly: "the database cannot be written"
        case .full: "the disk is full"
        case .locked: "another process holds the database"
        case .inputOutput(let code): "the disk failed (SQLite code \(code))"
        case .timedOut: "the database took too long"
        case .other(let code): "the database failed (SQLite code \(code))"
        }
    }

    /// Reads SQLite's extended result code.
    ///
    /// Source: SQLite, "Result and Error Codes"; the low byte is the primary code.
    init(code: Int32) {
        switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED: self = .locked
        case SQLITE_CANTOPEN: self = .cannotOpen
        case SQLITE_CORRUPT: self = .corrupt
        case SQLITE_FULL: self = .full
        case SQLITE_INTERRUPT: self = .timedOut
        case SQLITE_IOERR: self = .inputOutput(code)
        case SQLITE_NOTADB: self = .notADatabase
        case SQLITE_READONLY: self = .readOnly
        default: self = .other(code)
        }
    }
}
