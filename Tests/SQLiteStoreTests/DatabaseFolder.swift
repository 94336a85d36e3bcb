import Foundation
import SessionCore
import TestSupport

@testable import SQLiteStore

/// A folder of its own for one test's database; gone when the test lets it go.
final class DatabaseFolder: Sendable {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "sqlite-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    }

    deinit {
        // Nobody can act on a folder that stays behind in the temporary directory.
        try? FileManager.default.removeItem(at: folder)
    }

    /// The database's path.
    var path: String { folder.appending(path: "audit.db").path }

    /// Opens the database as the broker does.
    func store(chains: Int = 4, busyMilliseconds: Int32 = 1000, at path: String? = nil) async throws -> SQLiteStore {
        try await SQLiteStore.open(
            at: path ?? self.path,
            settings: SQLiteStore.Settings(chains: chains, busyMilliseconds: busyMilliseconds),
            now: { AuditSamples.start },
            makeID: { RecordID(random: (0..<16).map { _ in UInt8.random(in: 0...255) }) }
        )
    }

    /// Another connection to the same file, as any other program could have one.
    func connection() throws -> Connection { try Connection(path: path, busyMilliseconds: 0) }

    /// Copies the database and what lies beside it, as they are now, to another name.
    func copy(to name: String) throws -> String {
        let target = folder.appending(path: name)
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: target.path + suffix)
        }
        return target.path
    }

    /// The folder itself.
    var parent: String { folder.path }

    /// Puts a text where the database would be.
    func write(_ text: String, mode: Int = 0o600) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
        try setMode(mode)
    }

    /// Sets the file's permission bits.
    func setMode(_ mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    /// The file's text.
    func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    /// Puts nonsense over everything from a place on.
    func overwrite(from offset: Int) throws {
        var data = try Data(contentsOf: URL(filePath: path))
        for place in offset..<data.count { data[place] = 0xA5 }
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.write(contentsOf: data)
        try file.close()
    }

    /// The permission bits of the file with that suffix.
    func mode(_ suffix: String = "") throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path + suffix)[.posixPermissions] as? Int
    }
}
