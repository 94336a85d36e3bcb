#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The database's file: a regular file that only its owner may read or write.
enum DatabaseFile {
    /// Makes the file if there is none, and closes it to others.
    ///
    /// SQLite gives the files it puts beside it the same mode.
    static func prepare(_ path: String) throws {
        // A file that exists is not opened here: closing any descriptor of it would drop this process's locks on it.
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
            return
        }
        guard errno == EEXIST else { throw errno == ENOSPC ? SQLiteFailure.full : SQLiteFailure.cannotOpen }
        var status = stat()
        guard stat(path, &status) == 0 else { throw SQLiteFailure.cannotOpen }
        guard status.st_mode & S_IFMT == S_IFREG else { throw SQLiteFailure.notAFile }
        guard status.st_mode & 0o077 != 0 else { return }
        guard chmod(path, 0o600) == 0 else { throw SQLiteFailure.permissions }
    }
}
