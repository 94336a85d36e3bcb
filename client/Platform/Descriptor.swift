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

/// Reading and writing whole texts on file descriptors, with bounds.
enum Descriptor {
    /// Writes all bytes, going on after interruptions.
    ///
    /// - Returns: Whether all were written; false when the other end is gone.
    @discardableResult
    static func write(_ bytes: some Collection<UInt8>, to descriptor: Int32) -> Bool {
        let buffer = Array(bytes)
        var offset = 0
        while offset < buffer.count {
            let written = buffer.withUnsafeBytes { raw in
                systemWrite(descriptor, raw.baseAddress?.advanced(by: offset), buffer.count - offset)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return false }
            offset += written
        }
        return true
    }

    /// Reads to the end.
    ///
    /// - Parameters:
    ///   - descriptor: What to read; stays open.
    ///   - limit: The most bytes that are taken.
    ///   - milliseconds: How long all of it may take.
    /// - Returns: The bytes; nil when the time ran out or there were more than `limit`.
    /// - Throws: ``SystemError`` when reading fails.
    static func readToEnd(_ descriptor: Int32, limit: Int, milliseconds: Int) throws -> [UInt8]? {
        let clock = ContinuousClock()
        let deadline = clock.now + .milliseconds(milliseconds)
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let left = (deadline - clock.now) / .milliseconds(1)
            guard left > 0 else { return nil }
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = systemPoll(&poll, 1, Int32(min(left.rounded(.up), 600_000)))
            if ready < 0, errno != EINTR { throw SystemError("poll") }
            guard ready > 0 else { continue }
            let count = systemRead(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("read") }
            guard count > 0 else { return content }
            content += buffer[..<count]
            guard content.count <= limit else { return nil }
        }
    }

    /// Keeps every descriptor but the standard three from children: libcurl does not mark its sockets, nor does every caller.
    static func closeAllOnExec() {
        // Nothing is lost when the folder cannot be read but tidiness, and the session is worth more.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/dev/fd")) ?? []
        for descriptor in names.compactMap({ Int32($0) }) where descriptor > STDERR_FILENO {
            closeOnExec(descriptor)
        }
    }

    /// Makes a pipe whose ends are kept from children.
    ///
    /// - Throws: ``SystemError`` when there can be none.
    static func pipe() throws -> (reader: Int32, writer: Int32) {
        var ends: [Int32] = [0, 0]
        guard systemPipe(&ends) == 0 else { throw SystemError("pipe") }
        for end in ends { closeOnExec(end) }
        return (ends[0], ends[1])
    }

    /// Keeps a descriptor from children.
    static func closeOnExec(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
}

// Where a method has the name of a system call, the call is hidden by it.

func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}

func systemPoll(_ descriptors: UnsafeMutablePointer<pollfd>, _ count: Int, _ milliseconds: Int32) -> Int32 {
    poll(descriptors, nfds_t(count), milliseconds)
}

private func systemWrite(_ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, start, count)
}

private func systemPipe(_ ends: UnsafeMutablePointer<Int32>) -> Int32 { pipe(ends) }
