internal import ArgumentParser
internal import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// `ssm-broker map`.
struct Map: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the role map, and render what follows from it.",
        discussion: """
            Example:
              ssm-broker map validate
            """,
        subcommands: [MapValidate.self, MapRender.self]
    )
}

/// `ssm-broker map validate`.
struct MapValidate: BrokerCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check a role map; every problem is named with its line and column.",
        discussion: """
            Example:
              ssm-broker map validate session-documents/role-map.yaml
            """
    )

    @Argument(help: "The role map.")
    var file: String = RoleMapFile.standardPath
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let map = try RoleMapFile(path: file).map
        let count = map.entries.count
        let json: JSON = [
            "file": .string(file), "isValid": true, "permissionSets": .integer(Int64(count)),
            "version": .string(map.version),
        ]
        world.output.write(json, as: format) {
            [
                "\(Printable.line(file)): valid, \(count) \(count == 1 ? "permission set" : "permission sets"), version \(map.version)"
            ]
        }
    }
}

/// `ssm-broker map render`.
struct MapRender: BrokerCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Write the map as the broker reads it, and every session document.",
        discussion: """
            Writes role-map.json and one file for each session document, in which
            ${account} and ${region} stand for the place where it will be.

            Example:
              ssm-broker map render --output session-documents
            """
    )

    @Option(name: .customLong("map"), help: "The role map.")
    var file: String = RoleMapFile.standardPath
    @Option(help: "The folder to write to; it is made when missing.")
    var output: String = "."

    var format: OutputFormat { .table }

    func run(in world: Dependencies) async throws {
        let map = try RoleMapFile(path: file).map
        var files = [("role-map.json", map.canonicalBytes)]
        for document in SessionDocument.templates(of: map) {
            files.append(("\(document.name).json", document.content.canonicalBytes))
        }
        let folder = URL(fileURLWithPath: output, isDirectory: true)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for (name, content) in files {
                try Data(content).write(to: folder.appending(path: name), options: .atomic)
            }
        } catch {
            throw CommandFailure(
                .failed,
                code: "FILE_UNWRITABLE",
                what: "\(output) cannot be written to.",
                next: "Name a folder that you may write to with --output."
            )
        }
        world.output.result(files.map { "\(output)/\($0.0)\n" }.joined())
    }
}
