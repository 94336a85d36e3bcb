internal import SessionCore

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The files that paths on the command line mean, found as they are read: a copy of an S3 prefix may hold a million.
///
/// In memory stand the names of one folder at a time and of those above it.
struct TrailFiles {
    private let paths: [String]
    /// How many there are.
    let count: Int

    /// In a copy of an S3 prefix digests and insights lie beside the events; they hold none.
    private static let others: Set = ["CloudTrail-Digest", "CloudTrail-Insight"]

    /// Walks all folders once, so that what is missing is told before anything is read.
    ///
    /// - Throws: ``CommandFailure`` for a path that is not there, or a folder that cannot be read.
    init(_ paths: [String]) throws {
        var count = 0
        for path in paths {
            guard let isFolder = Self.isFolder(path, by: stat) else {
                throw CommandFailure(
                    .usage,
                    code: "TRAIL_MISSING",
                    what: "There is no file or folder \(path).",
                    next: "Name files of CloudTrail, or a folder that holds them, with --cloudtrail."
                )
            }
            if isFolder { try Self.walk(path) { _ in count += 1 } } else { count += 1 }
        }
        self.paths = paths
        self.count = count
    }

    /// Goes through them, folders to the ground, the names of each folder in their order.
    ///
    /// - Parameter take: Gets each path.
    /// - Throws: ``CommandFailure`` for a folder that cannot be read.
    func walk(to take: (String) -> Void) throws {
        for path in paths {
            if Self.isFolder(path, by: stat) == true { try Self.walk(path, to: take) } else { take(path) }
        }
    }

    /// Goes through them as ``walk(to:)`` does, and shows how far it is.
    ///
    /// - Parameters:
    ///   - output: Where it is shown.
    ///   - take: Gets each path.
    /// - Throws: ``CommandFailure`` for a folder that cannot be read.
    func walk(showingOn output: Output, to take: (String) -> Void) throws {
        let progress = Progress("reading CloudTrail's files", on: output)
        var done: Int64 = 0
        try walk { file in
            progress.show(done, of: Int64(count))
            take(file)
            done += 1
        }
        progress.end()
    }

    private static func walk(_ folder: String, to take: (String) -> Void) throws {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw CommandFailure(
                .usage,
                code: "TRAIL_UNREADABLE",
                what: "The folder \(folder) cannot be read.",
                why: ["\(error)"]
            )
        }
        for name in names.sorted() {
            let path = "\(folder)/\(name)"
            // Links are not followed: a folder that holds itself has no end.
            if isFolder(path, by: lstat) == true {
                if !others.contains(name) { try walk(path, to: take) }
            } else if name.hasSuffix(".json") || name.hasSuffix(".json.gz") {
                take(path)
            }
        }
    }

    /// Whether it is a folder; nil when it is nothing.
    private static func isFolder(
        _ path: String,
        by look: (UnsafePointer<CChar>, UnsafeMutablePointer<stat>) -> Int32
    ) -> Bool? {
        var status = stat()
        return look(path, &status) == 0 ? status.st_mode & S_IFMT == S_IFDIR : nil
    }

    /// Reads a file piece by piece.
    ///
    /// - Throws: ``SystemError``, and what `take` throws.
    static func read(_ path: String, to take: (ArraySlice<UInt8>) throws -> Void) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open") }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = buffer.withUnsafeMutableBytes { systemRead(descriptor, $0) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("read") }
            guard count > 0 else { return }
            try take(buffer[..<count])
        }
    }
}

private func systemRead(_ descriptor: Int32, _ room: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, room.baseAddress, room.count)
}
