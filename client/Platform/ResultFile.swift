#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A file that a person asked for by name, with what only they should read.
enum ResultFile {
    /// Writes a whole file.
    ///
    /// A regular file is replaced at the end, by one that its owner alone may read, so that nobody finds half of it. A link is followed;
    /// a pipe or a device is written to as it is, for replacing it would take it away from everybody.
    ///
    /// - Parameters:
    ///   - bytes: All of it.
    ///   - path: Where.
    ///   - keepsMode: Whether a file that is replaced keeps its mode, instead of becoming its owner's alone.
    /// - Throws: ``SystemError``.
    static func write(_ bytes: [UInt8], to path: String, keepsMode: Bool = false) throws {
        var status = stat()
        let isThere = stat(path, &status) == 0
        guard !isThere || status.st_mode & S_IFMT == S_IFREG else {
            return try fill(path, O_WRONLY | O_CLOEXEC, with: bytes)
        }
        let target = isThere ? try resolved(path) : path
        let draft = "\(target).\(getpid()).tmp"
        do {
            try fill(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, with: bytes)
            if keepsMode, isThere, chmod(draft, status.st_mode & 0o777) != 0 { throw SystemError("chmod") }
            guard rename(draft, target) == 0 else { throw SystemError("rename") }
        } catch {
            unlink(draft)
            throw error
        }
    }

    private static func fill(_ path: String, _ flags: Int32, with bytes: [UInt8]) throws {
        let file = open(path, flags, 0o600)
        guard file >= 0 else { throw SystemError("open") }
        defer { close(file) }
        guard Descriptor.write(bytes, to: file) else { throw SystemError("write") }
    }

    private static func resolved(_ path: String) throws -> String {
        guard let found = realpath(path, nil) else { throw SystemError("realpath") }
        defer { free(found) }
        return String(cString: found)
    }
}
