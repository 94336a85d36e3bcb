import Foundation
import Testing

@testable import ssm_broker

/// Which files of a copy of CloudTrail's prefix are read, and when their names are.
@Suite struct TrailFilesTests {
    private static func folder(_ names: [String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in names {
            let place = URL(fileURLWithPath: "\(folder.path)/\(name)")
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data().write(to: place)
        }
        return folder
    }

    private static func walked(_ files: TrailFiles, in folder: TemporaryFolder) throws -> [String] {
        var found: [String] = []
        try files.walk { found.append(String($0.dropFirst(folder.path.utf8.count + 1))) }
        return found
    }

    @Test("folders are walked to the ground in the order of names, but for digests, insights and links that lead round")
    func order() throws {
        let folder = try Self.folder([
            "b/2.json", "b/10.json.gz", "a/x/1.json.gz", "a/notes.txt", "a/CloudTrail-Digest/1.json.gz",
            "a/CloudTrail-Insight/1.json.gz", "3.json",
        ])
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/b/round.json",
            withDestinationPath: folder.path + "/3.json"
        )
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/a/up", withDestinationPath: folder.path)
        let expected = ["3.json", "a/x/1.json.gz", "b/10.json.gz", "b/2.json", "b/round.json"]
        let files = try TrailFiles([folder.path])
        #expect(files.count == expected.count)
        #expect(try Self.walked(files, in: folder) == expected)
        let named = try TrailFiles(["\(folder.path)/a/notes.txt", "\(folder.path)/b"])
        #expect(named.count == 4)
        #expect(try Self.walked(named, in: folder) == ["a/notes.txt", "b/10.json.gz", "b/2.json", "b/round.json"])
    }

    @Test("the names of a folder are read when its turn comes, so that no more than one folder's are kept")
    func lazily() throws {
        let folder = try Self.folder(["a/1.json", "b/1.json"])
        let files = try TrailFiles([folder.path])
        var found: [String] = []
        try files.walk { path in
            found.append(String(path.dropFirst(folder.path.utf8.count + 1)))
            if path.hasSuffix("a/1.json") {
                #expect(FileManager.default.createFile(atPath: "\(folder.path)/b/2.json", contents: nil))
            }
        }
        #expect(found == ["a/1.json", "b/1.json", "b/2.json"])
    }
}
