#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Files that decide what this program does next, and so must be their owner's: nobody else may have written them.
enum OwnFile {
    /// Why a file is not read.
    enum Refusal: Error, Hashable {
        /// There is none.
        case missing
        /// A folder, a pipe or a device.
        case notAFile
        /// Somebody else's, who is neither this user nor root.
        case notOurs
        /// Its group, or everybody, may write it.
        case othersWrite
        /// It has more than this many bytes.
        case tooLarge(Int)
        /// The system refused, in its words.
        case refused(String)
    }

    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - path: Where.
    ///   - limit: The most bytes that are taken.
    ///   - followsLink: Whether the name may be a link, as people keep their settings elsewhere.
    /// - Returns: All of it.
    /// - Throws: ``Refusal``.
    static func read(_ path: String, limit: Int, followsLink: Bool = true) throws(Refusal) -> [UInt8] {
        // A pipe would have the opening wait for its writer.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLink ? 0 : O_NOFOLLOW))
        guard file >= 0 else {
            throw errno == ENOENT || errno == ENOTDIR ? .missing : .refused(String(cString: strerror(errno)))
        }
        defer { close(file) }
        var status = stat()
        // Asked of what was opened: a name may mean another file a moment later.
        guard fstat(file, &status) == 0 else { throw .refused(String(cString: strerror(errno))) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        guard status.st_uid == geteuid() || status.st_uid == 0 else { throw .notOurs }
        guard status.st_mode & 0o022 == 0 else { throw .othersWrite }
        let content: [UInt8]?
        do {
            content = try Descriptor.readToEnd(file, limit: limit, milliseconds: 5000)
        } catch {
            throw .refused("\(error)")
        }
        guard let content else { throw .tooLarge(limit) }
        return content
    }

    /// Replaces a file in a folder of this user's own; no link is followed, in a folder that somebody else may write nothing is.
    ///
    /// - Parameters:
    ///   - name: The file's, which only its owner may read.
    ///   - folder: Where; it must be there.
    ///   - bytes: All of it.
    /// - Throws: ``Refusal``.
    static func replace(_ name: String, in folder: String, with bytes: [UInt8]) throws(Refusal) {
        let place = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW)
        guard place >= 0 else { throw .refused(String(cString: strerror(errno))) }
        defer { close(place) }
        var status = stat()
        guard fstat(place, &status) == 0 else { throw .refused(String(cString: strerror(errno))) }
        guard status.st_uid == geteuid() else { throw .notOurs }
        guard status.st_mode & 0o022 == 0 else { throw .othersWrite }
        let draft = "\(name).\(getpid()).tmp"
        let file = openat(place, draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw .refused(String(cString: strerror(errno))) }
        let isWritten = Descriptor.write(bytes, to: file)
        close(file)
        guard isWritten, renameat(place, draft, place, name) == 0 else {
            let reason = String(cString: strerror(errno))
            unlinkat(place, draft, 0)
            throw .refused(reason)
        }
    }
}
