#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The file that this program runs from.
enum OwnExecutable {
    /// The absolute path.
    ///
    /// - Throws: ``SystemError`` when the system does not tell.
    static func path() throws -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        #if canImport(Darwin)
        var size = UInt32(buffer.count)
        guard _NSGetExecutablePath(&buffer, &size) == 0 else { throw SystemError("_NSGetExecutablePath") }
        #else
        guard readlink("/proc/self/exe", &buffer, buffer.count - 1) > 0 else { throw SystemError("readlink") }
        #endif
        guard
            let resolved = resolve(
                String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            )
        else { throw SystemError("realpath") }
        return resolved
    }

    /// The file that a path leads to, links followed; nil when there is none.
    static func resolve(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
