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

/// The files that paths on the command line mean.
enum TrailFiles {
    /// Lists them, folders walked to the ground, in the order of their names.
    ///
    /// In a copy of an S3 prefix digests and insights lie beside the events; they hold none and are left out.
    ///
    /// - Throws: ``CommandFailure`` for a path that is not there.
    static func named(_ paths: [String]) throws -> [String] {
        var files: [String] = []
        for path in paths {
            var status = stat()
            guard stat(path, &status) == 0 else {
                throw CommandFailure(
                    .usage,
                    code: "TRAIL_MISSING",
                    what: "There is no file or folder \(path).",
                    next: "Name files of CloudTrail, or a folder that holds them, with --cloudtrail."
                )
            }
            guard status.st_mode & S_IFMT == S_IFDIR else {
                files.append(path)
                continue
            }
            // Links are not followed: a folder that holds itself has no end.
            let names: [String]
            do {
                names = try FileManager.default.subpathsOfDirectory(atPath: path)
            } catch {
                throw CommandFailure(
                    .usage,
                    code: "TRAIL_UNREADABLE",
                    what: "The folder \(path) cannot be read.",
                    why: ["\(error)"]
                )
            }
            files += names.filter(isTrail).sorted().map { "\(path)/\($0)" }
        }
        return files
    }

    private static func isTrail(_ name: String) -> Bool {
        guard name.hasSuffix(".json") || name.hasSuffix(".json.gz") else { return false }
        let folders = name.split(separator: "/").dropLast()
        return !folders.contains("CloudTrail-Digest") && !folders.contains("CloudTrail-Insight")
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
