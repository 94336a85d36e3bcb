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

/// What can be seen of a program's connections from outside, by Linux's `/proc`; elsewhere nothing is.
///
/// Source: proc(5), `/proc/[pid]/fd`, `/proc/[pid]/net/tcp`, `/proc/[pid]/stat`.
struct ProcessSight: Sendable {
    private let process: Int32
    private var ticks: Int64?
    /// What a plugin that only waits uses up in a second at most, in hundredths of a second.
    private static let restingTicks: Int64 = 1

    private static let established = "01"
    private static let listening = "0A"

    /// Looks at a process from now on.
    init(process: Int32) {
        self.process = process
    }

    /// What the process and those that it started do.
    mutating func look() -> DialWatch.Sight {
        guard let own = Self.sockets(of: process), let spent = Self.ticks(of: process) else { return .unknown }
        let before = ticks
        ticks = spent
        let children = Self.descendants(of: process)
        let inodes = children.reduce(into: own) { $0.formUnion(Self.sockets(of: $1) ?? []) }
        guard let states = Self.states(of: inodes, seenBy: process) else { return .unknown }
        if states.contains(Self.listening) { return .listening }
        if states.contains(Self.established) { return .connected }
        let works = before.map { spent - $0 > Self.restingTicks } ?? true
        return states.isEmpty && children.isEmpty && !works ? .idle : .trying
    }

    /// The inodes of a process's sockets, of every kind; nil when they may not be seen.
    private static func sockets(of process: Int32) -> Set<String>? {
        let folder = "/proc/\(process)/fd"
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return nil }
        return Set(
            names.compactMap { name in
                // A descriptor that was closed in the meantime is none.
                guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)"),
                    target.hasPrefix("socket:[")
                else { return nil }
                return String(target.dropFirst(8).dropLast())
            }
        )
    }

    /// The states of those sockets that belong to the network; nil when the tables cannot be read.
    private static func states(of inodes: Set<String>, seenBy process: Int32) -> [String]? {
        var states: [String] = []
        var isRead = false
        for table in ["tcp", "tcp6", "udp", "udp6"] {
            guard let text = text("/proc/\(process)/net/\(table)") else { continue }
            isRead = true
            for line in text.split(separator: "\n").dropFirst() {
                let fields = line.split(separator: " ")
                guard fields.count > 9, inodes.contains(String(fields[9])) else { continue }
                // UDP has no connections, whatever the state says.
                states.append(table.hasPrefix("udp") ? "udp" : String(fields[3]))
            }
        }
        return isRead ? states : nil
    }

    /// Every process that this one started, and those that they did.
    private static func descendants(of process: Int32) -> [Int32] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
        let parents = all.compactMap { one in fields(of: one).flatMap { Int32($0[1]) }.map { (one, $0) } }
        var found: [Int32] = []
        var generation: Set<Int32> = [process]
        while !generation.isEmpty {
            generation = Set(parents.filter { generation.contains($0.1) }.map(\.0)).subtracting(found)
            found += generation
        }
        return found
    }

    private static func ticks(of process: Int32) -> Int64? {
        guard let fields = fields(of: process), fields.count > 12, let user = Int64(fields[11]),
            let system = Int64(fields[12])
        else { return nil }
        return user + system
    }

    /// What follows the name, which may hold spaces and brackets itself: state, parent and so on.
    private static func fields(of process: Int32) -> [Substring]? {
        guard let text = text("/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.count > 2 ? fields : nil
    }

    private static func text(_ path: String) -> String? {
        // /proc tells no sizes and gives a table page by page: only an empty read is its end, which Foundation's reading does not wait for.
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { return String(decoding: content, as: UTF8.self) }
            content += buffer[..<count]
        }
    }
}
