#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif
#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A folder that only this user can enter, for as long as a session lasts.
struct PrivateDirectory: Sendable {
    /// The absolute path.
    let path: String

    /// Makes the folder, with mode 0700, in the first place that will do.
    ///
    /// A place whose name would make a socket's path too long, or holds characters that a shell or an AWS configuration file reads
    /// otherwise, is passed over.
    ///
    /// - Parameters:
    ///   - environment: Where `XDG_RUNTIME_DIR` and `TMPDIR` are looked up; `/tmp` comes last.
    ///   - longestName: The bytes of the longest name that a socket in the folder will have.
    /// - Throws: ``SystemError`` of the last place tried.
    init(environment: [String: String], longestName: Int) throws {
        let places = ["XDG_RUNTIME_DIR", "TMPDIR"].compactMap { environment[$0] } + ["/tmp"]
        var reason = SystemError("mkdtemp", number: ENOENT)
        for place in places where Self.isUsable(place) {
            let base = place.hasSuffix("/") ? String(place.dropLast()) : place
            let template = base + "/ssm-broker.XXXXXX"
            guard template.utf8.count + 1 + longestName <= UnixSocket.maximumPathBytes else { continue }
            var name = Array(template.utf8CString)
            if mkdtemp(&name) != nil {
                path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
                return
            }
            reason = SystemError("mkdtemp \(template)")
        }
        throw reason
    }

    /// Writes a file that only this user can read.
    ///
    /// - Returns: The file's path.
    /// - Throws: ``SystemError``.
    func write(_ text: String, as name: String) throws -> String {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("open \(file)") }
        defer { close(descriptor) }
        guard Descriptor.write(text.utf8, to: descriptor) else { throw SystemError("write \(file)") }
        return file
    }

    /// Makes a name in the folder for a file elsewhere.
    ///
    /// - Returns: The name's path.
    /// - Throws: ``SystemError``.
    func link(to target: String, as name: String) throws -> String {
        let file = "\(path)/\(name)"
        guard symlink(target, file) == 0 else { throw SystemError("symlink \(file)") }
        return file
    }

    /// Removes the folder and all in it.
    ///
    /// - Throws: What the file system says.
    func remove() throws {
        try FileManager.default.removeItem(atPath: path)
    }

    private static func isUsable(_ place: String) -> Bool {
        place.hasPrefix("/")
            && place.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "/._-+@=,".utf8.contains(byte)
                }
            }
    }
}
