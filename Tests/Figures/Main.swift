internal import SQLiteStore
internal import SessionCore
internal import TestSupport

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// How many records a second the store on SQLite appends, beside what the disk's sync alone allows; for `Tests/bench`.
///
/// Takes a folder on the disk in question. Prints one line of JSON a round:
/// `{"appends":850,"concurrent":840,"syncs":1100}`, each in whole numbers a second.
@main
struct Figures {
    /// How many records, or syncs, each figure is taken of.
    private static let count = 300
    private static let rounds = 5
    /// As many as wait at a time in a busy broker.
    private static let writers = 16

    static func main() async throws {
        guard CommandLine.arguments.count == 2 else {
            print("usage: figures FOLDER")
            exit(64)
        }
        let folder = CommandLine.arguments[1]
        let store = try await SQLiteStore.open(
            at: "\(folder)/figures.sqlite",
            settings: SQLiteStore.Settings(busyMilliseconds: 10_000, limitMilliseconds: 60_000),
            now: { AuditSamples.start },
            makeID: { RecordID(random: (0..<16).map { _ in UInt8.random(in: 0...255) }) }
        )
        var made = 0
        func records() throws -> [AuditRecord] {
            defer { made += count }
            return try (made..<made + count).map { try AuditSamples.record($0, .intent, session: $0, requestID: $0) }
        }
        for _ in 0..<rounds {
            let one = try records()
            let many = try records()
            let appends = try await perSecond { for record in one { _ = try await store.append(record) } }
            let concurrent = try await perSecond {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for writer in 0..<writers {
                        group.addTask {
                            for place in stride(from: writer, to: many.count, by: writers) {
                                _ = try await store.append(many[place])
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            let syncs = try await perSecond { try syncAlone("\(folder)/figures.sync") }
            let json: JSON = [
                "appends": .integer(appends), "concurrent": .integer(concurrent), "syncs": .integer(syncs),
            ]
            print(json.canonicalText)
        }
    }

    private static func perSecond(_ body: @Sendable () async throws -> Void) async throws -> Int64 {
        let begun = ContinuousClock.now
        try await body()
        return Int64(Double(count) / ((ContinuousClock.now - begun) / .seconds(1)))
    }

    /// Writes the same page of a file and waits for the disk, again and again: the least that a durable append can do.
    private static func syncAlone(_ path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SQLiteFailure.cannotOpen }
        defer { close(descriptor) }
        let page = [UInt8](repeating: 0xA5, count: 4096)
        for _ in 0..<count {
            guard pwrite(descriptor, page, page.count, 0) == page.count, sync(descriptor) == 0 else {
                throw SQLiteFailure.full
            }
        }
    }

    /// Waits as SQLite does.
    private static func sync(_ descriptor: Int32) -> Int32 {
        #if canImport(Darwin)
        fsync(descriptor)
        #else
        fdatasync(descriptor)
        #endif
    }
}
