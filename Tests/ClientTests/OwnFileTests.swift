import Foundation
import Testing

@testable import ssm_broker

@Suite("files that decide what runs")
struct OwnFileTests {
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "own-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        #expect(chmod(folder, 0o700) == 0)
    }

    private func file(_ mode: mode_t, _ text: String = "x") throws -> String {
        let path = "\(folder)/\(UUID().uuidString)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        #expect(chmod(path, mode) == 0)
        return path
    }

    @Test("a file that its owner alone writes is read, also through a link and up to the limit")
    func read() throws {
        let path = try file(0o644, "abc")
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: path)
        #expect(try OwnFile.read("\(folder)/link", limit: 3) == Array("abc".utf8))
        #expect(throws: OwnFile.Refusal.tooLarge(2)) { try OwnFile.read(path, limit: 2) }
    }

    @Test("a file that others may write is not read", arguments: [0o664, 0o646, 0o666] as [mode_t])
    func othersWrite(_ mode: mode_t) throws {
        let path = try file(mode)
        #expect(throws: OwnFile.Refusal.othersWrite) { try OwnFile.read(path, limit: 9) }
    }

    @Test("another user's file is not read", .enabled(if: geteuid() == 0, "only root gives files away"))
    func notOurs() throws {
        let path = try file(0o644)
        #expect(chown(path, 65_534, 65_534) == 0)
        #expect(throws: OwnFile.Refusal.notOurs) { try OwnFile.read(path, limit: 9) }
    }

    @Test("what is no file is not waited for")
    func noFile() throws {
        #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
        #expect(throws: OwnFile.Refusal.notAFile) { try OwnFile.read("\(folder)/pipe", limit: 9) }
        #expect(throws: OwnFile.Refusal.notAFile) { try OwnFile.read("/dev/zero", limit: 9) }
        #expect(throws: OwnFile.Refusal.notAFile) { try OwnFile.read(folder, limit: 9) }
        #expect(throws: OwnFile.Refusal.missing) { try OwnFile.read("\(folder)/none", limit: 9) }
        #expect(throws: OwnFile.Refusal.missing) { try OwnFile.read("/dev/null/none", limit: 9) }
    }

    @Test("a link in a file's place is replaced, and what it names stays")
    func replaceLink() throws {
        let precious = try file(0o600, "precious")
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/cache", withDestinationPath: precious)
        try OwnFile.replace("cache", in: folder, with: Array("new".utf8))
        #expect(try String(contentsOfFile: precious, encoding: .utf8) == "precious")
        #expect(try OwnFile.read("\(folder)/cache", limit: 9) == Array("new".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".tmp") }.isEmpty)
    }

    @Test("nothing is written into a folder that others may write, or through a link to one")
    func replaceElsewhere() throws {
        #expect(chmod(folder, 0o777) == 0)
        #expect(throws: OwnFile.Refusal.othersWrite) { try OwnFile.replace("cache", in: folder, with: []) }
        #expect(chmod(folder, 0o700) == 0)
        let link = "\(folder)/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder)
        #expect(throws: OwnFile.Refusal.self) { try OwnFile.replace("cache", in: link, with: []) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["link"])
    }

    @Test("settings that others may write are refused, with the command that mends it")
    func settings() throws {
        let path = try file(0o666, "[default]\nplugin = /tmp/p\n")
        let failure = #expect(throws: CommandFailure.self) {
            try SettingsFile.read(["SSM_BROKER_CONFIG_FILE": path])
        }
        #expect(failure?.code == "SETTINGS_INVALID")
        #expect(failure?.next == "chmod go-w \(path)")
    }
}
